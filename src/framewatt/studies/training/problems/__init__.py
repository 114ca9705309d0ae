"""What can be learnt: tables, task folders, Keras models."""
