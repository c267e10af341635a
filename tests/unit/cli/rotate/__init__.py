"""The command ``rotate``."""
