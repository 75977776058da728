"""What training in several processes costs: messages, steps, and a model of larger networks of machines."""
