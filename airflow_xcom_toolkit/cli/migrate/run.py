"""``migrate``, begun in the right order."""

from __future__ import annotations

import argparse
from importlib import import_module

from .. import console
from ..console import Consoles


def main(args: argparse.Namespace) -> int:
    """The exit code."""
    return console.run(args, _migrate)


def _migrate(args: argparse.Namespace, consoles: Consoles) -> int:
    import_module("airflow")  # It imports the configured backend as it starts; let that end before ours begins.
    code: int = import_module("airflow_xcom_toolkit.cli.migrate.migrating").migrate(args, consoles)
    return code
