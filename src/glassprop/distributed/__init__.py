"""Many processes that train one network: what `backprop/ranks.py` asks of a group of them, over MPI."""
