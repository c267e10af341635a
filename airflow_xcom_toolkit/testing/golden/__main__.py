"""``python -m airflow_xcom_toolkit.testing.golden``: writes the golden rows of a backend's release."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

DESCRIPTION = """\
Writes the golden rows of a release of your XCom backend: what it stores today for a fixed table of values, in the row
and in objects, plain and encrypted, as far as it does that. Do it once for each release, and commit the folder. Your
class of the contract reads all releases from then on:

    class TestAcmeXCom(XComBackendContract):
        backend = AcmeXCom
        golden = "golden"       # the folder with one folder for each release, seen from this file
"""

EPILOG = """\
Options of the environment stay as they are, but for those that the contract sets itself: the path, the threshold, the
keys (one that is public), the allow list. Values that the backend refuses, or gives back changed, are named and left
out: see that it is none that you keep.

    python -m airflow_xcom_toolkit.testing.golden tests.test_xcom.TestAcmeXCom tests/golden/1.0
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Writes them, or says why it does not."""
    options = _parser().parse_args(arguments)
    if options.folder.exists():
        sys.exit(f"{options.folder} exists, and golden rows are never written again. Name a new release.")
    contract = _contract(options.backend)
    from .writing import written

    try:
        found = written(contract, options.folder)
    except ValueError as e:
        sys.exit(f"Nothing is written: {e}.")
    for name, said in found.items():
        print(f"{name}: {said}")
    print(f"Commit {options.folder}, and never change what is in it.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m airflow_xcom_toolkit.testing.golden",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "backend",
        help="your class of the contract, which knows options and capabilities (tests.test_xcom.TestAcmeXCom); or the "
        "backend, where that is all it says (acme.xcom.AcmeXCom)",
    )
    parser.add_argument("folder", type=Path, help="the folder of the release, which does not exist (tests/golden/1.0)")
    return parser


def _contract(path: str) -> Any:
    """The class of the contract at a dotted path; that of a backend is made."""
    import_module("airflow")
    from ..base import Contract
    from ..contract import xcom_backend_contract

    found = _imported(path)
    return found if isinstance(found, type) and issubclass(found, Contract) else xcom_backend_contract(found)


def _imported(path: str) -> Any:
    sys.path.insert(0, os.getcwd())
    module, _, name = path.rpartition(".")
    try:
        found = getattr(import_module(module), name) if module else None
    except (ImportError, AttributeError) as e:
        sys.exit(f"{path} cannot be imported: {e}")
    if not isinstance(found, type):
        sys.exit(f"{path} is not the dotted path of a class")
    return found


if __name__ == "__main__":
    main()
