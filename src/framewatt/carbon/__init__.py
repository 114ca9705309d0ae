"""The SCI arithmetic and embodied emissions: pure."""
