"""Whole lifetimes: what development, training and inference add up to over the years (pure).

Everything here is arithmetic on decision documents; nothing is measured, read or written.
"""
