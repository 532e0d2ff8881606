"""How fast it is, beside the same work done the published way."""
