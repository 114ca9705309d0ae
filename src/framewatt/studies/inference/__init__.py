"""Which framework answers queries of a model with the least energy."""
