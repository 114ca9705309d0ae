"""framewatt as Python code calls it: `framewatt.select`, `load`, `resume`, and what they give back."""
