"""The user's work: the model, its samples and labels, and what its outputs are held against."""
