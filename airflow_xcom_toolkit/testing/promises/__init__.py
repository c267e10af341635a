"""The promises, a file each: a class whose name and docstring say it, with the tests that hold a backend to it."""
