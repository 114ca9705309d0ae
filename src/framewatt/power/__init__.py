"""The power model under the estimate: parameters by CPU family, and the arithmetic."""
