"""A row of the table: what the kernels read of one layer, by column, and bits that say which way its work goes."""

from __future__ import annotations

# columns of the table of layers. BLOCK_1, BLOCK_2: where its own parameters start in θ, and P its activation's, where
# they are trained; IN_AT: where what it sees lies; A_AT: z, then σ(z); OUT_AT: what the next one sees
N_IN, N_OUT, BLOCK_1, BLOCK_2, P, WAYS, IN_AT, A_AT, SLOPE_AT, OUT_AT = range(10)
# addresses of its parts (``part.py``), 0 for none: those of its kind, and of its activation
WEIGH, BY_INPUT, FILL_GRADIENT, ACTIVATE, PULL_BACK = range(10, 15)
# how far behind the row what else its kind's kernels read lies, whole numbers behind all rows
FACTS = 15
COLUMNS = 16
# columns of the table of numbers
PARAMETER, DROPOUT = range(2)
NUMBERS = 2
# columns of the table of blocks, and of that of their factors
START, STOP = range(2)
DECAY_FACTOR, RATE_FACTOR = range(2)
OF_BLOCK = 2

# bits of WAYS, for layers of any kind
RESIDUAL = 1  # what it sees is added to σ(z): OUT_AT is then another place than A_AT
DROPS = 2  # it has dropout: likewise
KEEPS = 4  # the backward pass still needs ∂C/∂a when it has δ: it stays at KEPT_AT
RELU_DONE = 8  # z comes with its relu already done
BACK_MASKED = 16  # ∂C/∂x comes as δ of the layer before, already pulled back through its relu
TRAINS = 32  # its activation's parameter is trained; the derivative by it lies behind the slopes
FIRST = 64  # it is the first layer: what it sees are the examples, which also lie row by row
# of the first layer alone
SPARSE = 128  # X is sparse
BY_ENTRIES = 256  # its products are made from the entries of X: its z together with the block
W_TURNED = 512  # and its W lies input by input, as that of no other layer does
OWN = 1024  # each member has parameters of its own here
FREE = 2048  # bits from here on mean what the kind says
