"""What keeps a network from learning: what is measured, the table of findings, and what they come to."""
