"""What can be learnt: tables, tasks, Keras models."""
