"""Who may race to a quality, with how much training."""
