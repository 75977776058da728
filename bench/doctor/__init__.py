"""Planted faults and healthy runs for the doctor: what it finds, what it advises, and what it takes."""
