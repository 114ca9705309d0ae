"""Work that runs while a meter reads."""
