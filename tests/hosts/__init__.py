"""Hosts that share an API server and a store, and nothing else: edge workers, from the wheel alone."""
