"""Arrays, tables and labels that are learnt from."""
