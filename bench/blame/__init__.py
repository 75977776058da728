"""How well what is said of training rows agrees with training without them."""
