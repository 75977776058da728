"""Forged model files: made from good ones by number, read in worker processes, and watched while they are."""
