"""A run on disk: its folder, what was asked, and the way back from records to the race as it stood."""
