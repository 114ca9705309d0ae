"""Who may enter a race, and what it takes to make them ready: environments, locks, conversions."""
