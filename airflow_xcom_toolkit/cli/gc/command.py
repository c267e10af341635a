"""How ``gc`` is called."""

from __future__ import annotations

from ..arguments import FLAG, JSON
from ..command import Argument, Command

GC = Command(
    name="gc",
    help="Find the objects that no row refers to, and delete them",
    description=(
        "Lists the stores, then reads the row of every XCom, and reports the objects that no row refers to: left by\n"
        "deleted runs, by airflow db clean, by tries that failed or were cleared. Only --delete deletes.\n"
        "It is safe beside running tasks: an object younger than the grace is never looked at, since a task writes\n"
        "its object before its row. Only objects that the toolkit or Airflow's own object storage backend named are\n"
        "ever deleted; whatever else is below the path stays.\n"
        "\n"
        "Needs the metadata database, and the rights to list and to delete below the path of each store. No key.\n"
        "A path belongs to one deployment: objects of another are in no row here, and would be deleted."
    ),
    examples=(
        "examples:\n"
        "  airflow xcom-toolkit gc\n"
        "      what is left, by dag; nothing is changed\n"
        "  airflow xcom-toolkit gc --delete\n"
        "      the same, and deletes it\n"
        "  airflow xcom-toolkit gc --dag 'sales_*' --run 'manual__2026-01-*' --list orphans.txt\n"
        "      of some runs alone, with the URL of each object in a file\n"
        "  airflow xcom-toolkit gc --store old --grace 7d --delete --json\n"
        "      of one store alone; the numbers as JSON, for a script\n"
        "\n"
        "Interrupted, run it again: it finds what is left.\n"
        "Without an Airflow that has this command (3.0 and 3.1): python -m airflow_xcom_toolkit gc …\n"
        "Exit codes: 0 done, 1 rows that cannot be read, or objects that could not be listed or deleted,\n"
        "2 wrong arguments or configuration, 130 interrupted."
    ),
    arguments=(
        Argument(("--delete",), "delete what was found", FLAG),
        Argument(
            ("--grace",),
            "how old an object must be (default: 24h); longer than the longest push of one value takes",
            {"metavar": "DURATION", "default": "24h"},
        ),
        Argument(("--dag",), "only objects of this dag; * and ? stand for any characters", {"metavar": "DAG_ID"}),
        Argument(("--run",), "only objects of this run; likewise", {"metavar": "RUN_ID"}),
        Argument(("--store",), "only this store (default: all that are configured)", {"metavar": "NAME"}),
        Argument(
            ("--ignore-archives",),
            "also what only the archives of airflow db clean refer to (tables _airflow_deleted__xcom…)",
            FLAG,
        ),
        Argument(("--list",), "write the URL of each orphan to FILE, one a line", {"metavar": "FILE"}),
        JSON,
        Argument(
            ("--allow-short-grace",),
            "delete with a grace below 10m; only where no task runs",
            FLAG,
        ),
        Argument(
            ("--allow-unused-store",),
            "delete also from a store that no row of this database refers to at all",
            FLAG,
        ),
    ),
    function="airflow_xcom_toolkit.cli.gc.run:main",
)
