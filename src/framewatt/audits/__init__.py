"""Measurements to typed warnings: pure."""
