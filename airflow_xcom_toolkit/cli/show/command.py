"""How ``show`` is called."""

from __future__ import annotations

from ..arguments import FLAG, JSON
from ..command import Argument, Command
from .which import WHICH

SHOW = Command(
    name="show",
    help="Explain the row of an XCom, verify its object, preview its value",
    description=(
        "Explains the row of one XCom: whose it is, who wrote it and when, what it says of its value, with which key\n"
        "it is encrypted and whether that key is here, and where its bytes are. With --verify the bytes are read and\n"
        "checked; with --value the value is loaded and its beginning is shown.\n"
        "\n"
        "Needs: the metadata database, or with --row FILE none, as on a remote agent. With --verify and --value also\n"
        "the store, and the key of an encrypted row. Changes nothing.\n"
        "It reads with the rights of the one who runs it: the database, the connections and the keys are those of\n"
        "this process, and Airflow's own permissions are not asked. Of an encrypted row nothing is opened without\n"
        "--value or --verify."
    ),
    examples=(
        "examples:\n"
        "  airflow xcom-toolkit show sales manual__2026-01-02 load\n"
        "      the row of what the task returned\n"
        "  airflow xcom-toolkit show sales manual__2026-01-02 load --value\n"
        "      and the first rows, or entries, of the value\n"
        "  airflow xcom-toolkit show sales manual__2026-01-02 load --key report --map-index 3 --verify\n"
        "      whether the object is there, and is what was written\n"
        "  airflow xcom-toolkit show --row row.json\n"
        "      a row as the XCom page of Airflow's UI shows it, without a database\n"
        "\n"
        "Without an Airflow that has this command (3.0 and 3.1): python -m airflow_xcom_toolkit show ...\n"
        "Exit codes: 0 shown, 1 there is no such XCom, or something is wrong with its row or object, 2 wrong\n"
        "arguments or no database, 130 interrupted."
    ),
    arguments=(
        *WHICH,
        Argument(("--verify",), "read the bytes of the value and check that they are those that were written", FLAG),
        Argument(("--value",), "load the value and show its beginning; an encrypted one is decrypted", FLAG),
        JSON,
    ),
    function="airflow_xcom_toolkit.cli.show.run:main",
)
