"""Forty real tables, as people have them: how they are read, and scores beside simpler and stronger models.

``python -m bench.real_tables`` runs them; `make soak` does so after its forged files.
"""
