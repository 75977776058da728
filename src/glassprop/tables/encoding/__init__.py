"""From columns to the inputs of a network: the first steps of the Pipeline, and how inputs move with their columns."""
