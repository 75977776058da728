"""Pictures of models on matplotlib, in the manner of scikit-learn's Displays."""
