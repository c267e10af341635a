"""How ``rotate`` is called."""

from __future__ import annotations

from ..arguments import DRY_RUN, JSON, SELECTION
from ..command import Argument, Command

ROTATE = Command(
    name="rotate",
    help="Re-wrap encrypted rows to the newest key; --check says when an old key may be retired",
    description=(
        "Seals what is encrypted in the rows of XComs anew with the newest key, which is the first of the option\n"
        "fernet_keys, or of the key_provider. Objects are not touched: the key of each object's data is in its row,\n"
        "and that is what gets sealed anew.\n"
        "\n"
        "Needs: the metadata database, the backend that tasks have, and all keys, the newest first. No store.\n"
        "Changes: the tokens in the rows of this database that are under an older key, and nothing else in them, in\n"
        "batches, beside running tasks. A row that a task writes meanwhile is left as the task wrote it.\n"
        "It may be stopped at any moment, and run again: a row is under the old key or the new one, and both open.\n"
        "Archives that airflow db clean made are counted by --check, and not written to."
    ),
    examples=(
        "examples:\n"
        "  airflow xcom-toolkit rotate --dry-run\n"
        "      how many rows there are to seal anew, and whether each of them opens\n"
        "  airflow xcom-toolkit rotate\n"
        "      all rows\n"
        "  airflow xcom-toolkit rotate --dag 'sales_*'\n"
        "      those of some dags first\n"
        "  airflow xcom-toolkit rotate --check\n"
        "      rows by key, and which keys may be retired; nothing is changed\n"
        "  airflow xcom-toolkit rotate --check && ./remove-old-key\n"
        "      in a script\n"
        "\n"
        "The way: put the new key behind the old one, and restart every worker, triggerer and remote agent; put it\n"
        "first, and restart again; rotate; rotate --check; then take the old key away.\n"
        "Without an Airflow that has this command (3.0 and 3.1): python -m airflow_xcom_toolkit rotate ...\n"
        "Exit codes: 0 done, or with --check every old key may be retired; 1 some row opens with none of the keys, or\n"
        "with --check an old key is still needed; 2 wrong arguments, no database or no key; 130 interrupted."
    ),
    arguments=(
        Argument(
            ("--check",),
            "count rows by key and say which keys may be retired; change nothing",
            {"action": "store_true"},
        ),
        *SELECTION,
        DRY_RUN,
        JSON,
    ),
    function="airflow_xcom_toolkit.cli.rotate.run:main",
)
