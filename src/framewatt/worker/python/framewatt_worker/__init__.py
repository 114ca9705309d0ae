"""The worker in Python: one process, one framework, one candidate. Standard library and numpy only.

It reads requests as JSON lines from one private pipe and answers on another; both are named by environment
variables, so that whatever a framework prints to stdout cannot be mistaken for an answer.
"""
