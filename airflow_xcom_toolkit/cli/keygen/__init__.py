"""``keygen``: a key, and where to put it."""
