"""From a file, standard input or a built-in name to a table, with every repair noted."""
