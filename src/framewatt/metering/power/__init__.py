"""The power model under the estimate: what a machine draws at a load, and how far that can be trusted."""
