"""What is asked of a table, and what its columns are taken for: numbers, categories, dates, the target."""
