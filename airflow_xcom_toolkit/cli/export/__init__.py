"""``export``: a value written to a file that other tools open."""
