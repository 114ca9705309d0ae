"""What the machine is, does and draws: choosing and combining meters, memory, accounting."""
