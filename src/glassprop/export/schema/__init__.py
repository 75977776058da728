"""What may stand in a model file: fields of values, each written and read with a check."""
