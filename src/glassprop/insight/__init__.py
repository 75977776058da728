"""What a trained network can tell about itself: the chain rule with the numbers of one example, for any weight."""
