"""framewatt: find the AI/ML framework that does your own work with the least energy and carbon."""

__version__ = "0.1.0"
