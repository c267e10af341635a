"""How ``migrate`` is called."""

from __future__ import annotations

from ..arguments import DRY_RUN, FLAG, JSON, SELECTION
from ..command import Argument, Command

MIGRATE = Command(
    name="migrate",
    help="Rewrite the rows there are: into today's configuration, another store, or back to what BaseXCom reads",
    description=(
        "Brings rows of XComs, with their objects, into another form. Each value is read, written in the new form,\n"
        "read again and compared; then its row is replaced, if no task has written it meanwhile; and only then, after\n"
        "a time of grace, the old object is deleted.\n"
        "\n"
        "--to configured  what the configured backend would write today: values move between row and object, are\n"
        "                 encrypted and compressed, and rows of Airflow's own backends become the toolkit's\n"
        "--to store:NAME  objects of other stores move, byte for byte, to the store NAME ([xcom_toolkit] stores, or\n"
        "                 default); encrypted ones need no key for that\n"
        "--to base        the way back: what BaseXCom reads without the toolkit, where it keeps the value exactly;\n"
        "                 else a plain envelope, which it reads with the toolkit installed and allowed: these are\n"
        "                 counted, and the first of them named\n"
        "\n"
        "Needs the metadata database, the store, the options of the tasks, and the keys where rows are encrypted.\n"
        "Tasks may run meanwhile. It may be stopped at any time, and run again: what is done already is passed over."
    ),
    examples=(
        "examples:\n"
        "  airflow xcom-toolkit migrate --dry-run\n"
        "      how many rows are not as today's configuration would write them, and in what\n"
        "  airflow xcom-toolkit migrate --dag sales --limit 10\n"
        "      a few rows first\n"
        "  airflow xcom-toolkit migrate\n"
        "      all of them\n"
        "  airflow xcom-toolkit migrate --to store:archive --dag 'sales_*'\n"
        "      the objects of some dags to another bucket\n"
        "  airflow xcom-toolkit migrate --to base --decrypt --strict\n"
        "      before the toolkit is uninstalled; exit code 0 says that nothing needs it any more\n"
        "\n"
        "Without an Airflow that has this command (3.0 and 3.1): python -m airflow_xcom_toolkit migrate ...\n"
        "Exit codes: 0 done; 1 some rows could not be migrated and are as they were, or with --strict need the\n"
        "toolkit still; 2 wrong arguments or configuration, or no database; 130 interrupted."
    ),
    arguments=(
        Argument(
            ("--to",),
            "configured (the default), base, or store:NAME",
            {"metavar": "FORM", "default": "configured"},
        ),
        *SELECTION,
        Argument(("--limit",), "stop when so many rows were changed", {"metavar": "N", "type": int}),
        Argument(
            ("--decrypt",),
            "write encrypted values in plain, where the wanted form is plain; without it they are left, and named",
            FLAG,
        ),
        Argument(
            ("--max-row",),
            "with --to base: values larger than this stay objects, or become ones (default: 16MB)",
            {"metavar": "SIZE"},
        ),
        Argument(("--strict",), "with --to base: exit code 1 if any row needs the toolkit still", FLAG),
        Argument(
            ("--grace",),
            "an old object is deleted so long after its row was replaced, for a task may have read the row just\n"
            "before (default: 10m); the command waits for it",
            {"metavar": "TIME", "default": "10m"},
        ),
        Argument(("--keep-old",), "delete no old object; gc finds them", FLAG),
        DRY_RUN,
        JSON,
    ),
    function="airflow_xcom_toolkit.cli.migrate.run:main",
)
