"""Building the package, checking what is in it, and trying it in fresh environments: ``python -m release``."""
