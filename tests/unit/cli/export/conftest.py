"""A deployment for the command."""

from tests.unit.cli.deployed import deployed, sqlite_url

__all__ = ["deployed", "sqlite_url"]
