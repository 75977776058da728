"""A worksheet on paper: what is given, the steps with blanks, and a key that is exact."""
