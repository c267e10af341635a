"""The benchmark, on local files and on a real S3 server. ``python -m tests.benchmark`` runs it and writes its page."""
