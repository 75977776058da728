"""Tables larger than memory: read in lanes, looked at in one pass, learned from, predicted and scored as they come."""
