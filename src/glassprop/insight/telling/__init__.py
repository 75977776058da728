"""An explanation as a document: what is said, in which order, and what is left out, decided once for all media."""
