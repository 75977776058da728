"""What people read: the page of an explanation, LaTeX, worksheets, and the report of a training."""
