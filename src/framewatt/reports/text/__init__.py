"""Documents as a terminal shows them."""
