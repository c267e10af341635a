"""What is told of pushes and pulls: metrics, a span and a line in the log for each value, never what is in it."""
