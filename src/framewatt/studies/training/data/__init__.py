"""What is learnt from: arrays, tables, labels, task folders."""
