"""The mathematics of the notes: pure functions on arrays, no state, no loops over data."""
