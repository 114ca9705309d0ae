"""The Software Carbon Intensity as a disclosure: what a calculation says of itself, and its checks."""
