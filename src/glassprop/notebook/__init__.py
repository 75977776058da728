"""What notebooks show of results: their pages in frames, and small tables."""
