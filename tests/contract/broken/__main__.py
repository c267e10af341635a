"""Runs the broken backends, and writes the table of them into its page. Ends with 1 where one is not rejected."""

from __future__ import annotations

import sys

import airflow  # noqa: F401  # It imports the configured backend as it starts; let that end before ours begin.

from .faults import FAULTS
from .running import is_rejected, results
from .table import commit, table

if __name__ == "__main__":
    found = results()
    commit(table(FAULTS, found))
    kept = [fault for fault in FAULTS if not is_rejected(fault, found)]
    for fault in kept:
        print(f"Not rejected: a backend that {fault.does} ({fault.test})", file=sys.stderr)
    sys.exit(1 if kept else 0)
