"""How ``audit`` is called."""

from __future__ import annotations

from ..arguments import FLAG, JSON, SELECTION
from ..command import Argument, Command

AUDIT = Command(
    name="audit",
    help="Count the XComs there are: sizes, types, keys, and what the stock backends break on",
    description=(
        "Reads every row of XComs in the metadata database, and counts: rows and bytes by dag, task, key and type,\n"
        "percentiles, what each threshold would move to a store, and which to set; values that Airflow's own backends\n"
        "break on; rows that are not encrypted, and rows by key id; the largest.\n"
        "\n"
        "It works whatever backend is configured, also before the toolkit is switched on. It needs the metadata\n"
        "database, so it runs where the scheduler or the API server runs. It changes nothing, needs no key, and asks\n"
        "no store (but with --sizes). It shows names of dags, runs, tasks and keys, and no value."
    ),
    examples=(
        "examples:\n"
        "  airflow xcom-toolkit audit\n"
        "      the report, as tables\n"
        "  airflow xcom-toolkit audit --html audit.html\n"
        "      a page with plots besides, in one file; needs the extra bench\n"
        "  airflow xcom-toolkit audit --dag 'sales_*' --top 50\n"
        "      of some dags, with longer tables\n"
        "  airflow xcom-toolkit audit --json | jq .thresholds.recommended\n"
        "      for a script\n"
        "\n"
        "Without an Airflow that has this command (3.0 and 3.1): python -m airflow_xcom_toolkit audit …\n"
        "Exit codes: 0 counted, 1 rows that nobody can read were found (malformed envelopes), or a store failed,\n"
        "2 wrong arguments or options, or no metadata database, 130 interrupted."
    ),
    arguments=(
        *SELECTION,
        Argument(("--archives",), "also count the rows that airflow db clean put aside; they are told apart", FLAG),
        Argument(
            ("--sizes",),
            "ask the store for the sizes of the objects of the stock backend, which its rows do not tell;\n"
            "one request for each. Also finds those whose object is gone",
            FLAG,
        ),
        Argument(
            ("--top",),
            "how many names each table shows, and how many of the largest (default: 10)",
            {"type": int, "metavar": "N", "default": 10},
        ),
        Argument(("--html",), "also write a page with plots to FILE; needs the extra bench", {"metavar": "FILE"}),
        JSON,
    ),
    function="airflow_xcom_toolkit.cli.audit.run:main",
)
