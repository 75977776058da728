"""What people read of an explanation: the page to click through, and the LaTeX document."""
