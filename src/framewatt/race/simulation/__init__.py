"""Simulated races: what the rules are worth, without a machine."""
