"""What one command draws."""
