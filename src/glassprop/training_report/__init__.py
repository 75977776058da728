"""The report of a training: scores, curves, mistakes and telling rows, as one HTML file."""
