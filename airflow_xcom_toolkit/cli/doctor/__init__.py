"""``doctor``: the preflight, run where tasks run."""
