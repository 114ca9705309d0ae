"""Training studies: the same task to the same quality, from the first download to the trained model.

``study`` is the pipeline; everything else in this folder is a step of it.
"""
