"""What is trained: layers, and the one vector that holds their parameters."""
