"""``python -m tests.benchmark`` measures, and writes ``docs/reference/performance.md`` and its pictures.

It takes some ten minutes, and a machine that does nothing else. Ceph is to be installed: ``make servers``.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from airflow_xcom_toolkit.cli.bench.results import Results

from . import page
from .runs import RUNS, run


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="xcom-benchmark-") as folder:
        kept = options.keep or Path(folder)
        kept.mkdir(parents=True, exist_ok=True)
        if not options.only_page:
            for name in options.only or RUNS:
                run(name, kept / f"{name}.json", quick=options.quick)
        found = {name: Results.from_json(json.loads((kept / f"{name}.json").read_text())) for name in RUNS}
    page.write(found)
    print(f"{page.PAGE.name} is written")
    sys.exit(any(results.problems for results in found.values()))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(RUNS), help="run this one alone; --keep has the others")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where the results are kept as JSON")
    parser.add_argument("--only-page", action="store_true", help="run nothing; write the page from what --keep has")
    parser.add_argument("--quick", action="store_true", help="at small sizes, to try this out")
    return parser.parse_args()


if __name__ == "__main__":
    main()
