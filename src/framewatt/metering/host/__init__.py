"""The machine as the kernel shows it: what it is, what it does now, its clock, CPU time."""
