"""How a network learns: settings, schedule, batches, stopping, history, and the loop that joins them."""
