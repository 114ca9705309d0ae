"""Training studies: the same task to the same quality, from the first download to the trained model.

``study`` is the pipeline; ``problem`` is what it asks of whatever is to be learnt, ``table_problem`` and
``task_problem`` are the kinds of that; everything else in this folder is a step.
"""
