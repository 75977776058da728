"""Kinds of layer as kernels, one file each, found by an opcode: z, ∂C/∂x and the gradient, and how they are lowered."""
