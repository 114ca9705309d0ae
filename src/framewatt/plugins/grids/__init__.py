"""One file is one source of carbon intensity."""
