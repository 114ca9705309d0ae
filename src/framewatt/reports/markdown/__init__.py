"""Documents as Markdown pages."""
