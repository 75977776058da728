"""What a trained network can be written as: for now the model file (``model_file``)."""
