"""Kinds of layer, one file each: what it holds, how it starts, its pass forward and back, and what is told of it."""
