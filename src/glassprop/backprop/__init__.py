"""The chain rule: passes through the network, the gradients they give, and a check of them."""
