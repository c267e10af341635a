"""Real servers for tests: object stores, databases, a proxy. Each is a context manager."""
