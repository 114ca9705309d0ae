"""A room a question that the user asks, each from the request to the stored answer."""
