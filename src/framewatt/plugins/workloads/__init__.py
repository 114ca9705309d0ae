"""What a user hands over: one file is one kind of thing."""
