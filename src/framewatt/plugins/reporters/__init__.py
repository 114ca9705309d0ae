"""One file turns a decision into bytes: pure."""
