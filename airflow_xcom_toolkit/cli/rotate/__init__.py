"""``rotate``: rows under the newest key, and whether an old one may be retired."""
