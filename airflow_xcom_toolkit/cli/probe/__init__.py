"""A dag, run once in a process and database of its own, and what became of each value that its tasks pushed."""
