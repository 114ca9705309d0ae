"""One file is one framework; loaded by path in the parent and again in its own environment."""
