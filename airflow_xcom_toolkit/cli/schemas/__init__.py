"""The schemas that are declared here: listed, compared with the lock file, and locked."""
