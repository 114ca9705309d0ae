"""One file is one instrument."""
