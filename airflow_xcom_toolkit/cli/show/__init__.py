"""``show``: a row explained, and its value previewed."""
