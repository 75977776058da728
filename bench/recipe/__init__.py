"""What the parts of the recipe for tables are worth, on the tables it was chosen on: ``python -m bench.recipe``."""
