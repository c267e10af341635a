"""Runs commands of Airflow one after another in this process, which saves importing Airflow for each.

``python commands.py '["db", "migrate"]' '["api-server"]'``; the last may be one that never ends.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module


def main() -> None:
    del sys.path[0]  # This folder, whose files are no modules of their own.
    airflow = import_module("airflow.__main__")
    for arguments in [json.loads(text) for text in sys.argv[1:]]:
        sys.argv = ["airflow", *arguments]
        airflow.main()


if __name__ == "__main__":
    main()
