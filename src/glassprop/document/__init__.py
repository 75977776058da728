"""What is told, apart from how it is written: paragraphs, tables and formulas, and the media that write them."""
