"""What stands in the cells of a column: numbers, text, moments in time, or nothing; whatever library holds them."""
