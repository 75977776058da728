"""Whole epochs in machine code, through Numba. One compile serves every depth, width, activation and cost.

The frozen network is lowered to a small table of integers (``lowering.py``); one loop walks it forwards and
backwards (``block_passes.py``), one function runs the steps of an epoch (``epoch.py``). Inside, examples are columns:
activations have shape (neurons, examples), so that every loop runs along contiguous examples, whatever the widths.
"""
