"""From a table and a request to a fitted Pipeline: rows divided by their use, the network trained and scored."""
