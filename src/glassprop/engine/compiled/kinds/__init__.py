"""Kinds of layer as kernels, one file each, called by address: z, ∂C/∂x and the gradient, and how they are lowered."""
