"""How well tables are learned, and in what time, beside the peers that people would take: ``make bench-accuracy``."""
