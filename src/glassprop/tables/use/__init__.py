"""What a fitted Pipeline does with rows of a table: predict, score, explain, tell how well it does."""
