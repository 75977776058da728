"""Measurements: speed against peers (`run.py`), and the choice of the command line's defaults (`defaults.py`)."""
