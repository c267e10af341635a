"""How ``export`` is called."""

from __future__ import annotations

from ..arguments import FLAG, JSON
from ..command import Argument, Command
from ..show.which import WHICH

EXPORT = Command(
    name="export",
    help="Write the value of an XCom to a file: .parquet, .arrow, .npy, .json, .txt or .bin",
    description=(
        "Writes the value of one XCom, or a part of it, to a file that other tools open. The suffix says what kind:\n"
        "  .parquet .arrow   a DataFrame of pandas or polars, an Arrow table\n"
        "  .npy              a numpy array\n"
        "  .json             what JSON keeps exactly\n"
        "  .txt .bin         a text; bytes\n"
        "A value that the file would not keep is refused, with the kinds that fit; nothing is converted with a loss,\n"
        "and nothing is pickled.\n"
        "\n"
        "Needs: the metadata database, or with --row FILE none; the store, and the key of an encrypted row.\n"
        "Changes nothing but the file, which only the one who runs it may read (mode 0600). It is complete, or not\n"
        "there at all.\n"
        "It reads with the rights of the one who runs it: the database, the connections and the keys are those of\n"
        "this process, and Airflow's own permissions are not asked. The file is not encrypted."
    ),
    examples=(
        "examples:\n"
        "  airflow xcom-toolkit export sales manual__2026-01-02 load --to orders.parquet\n"
        "      what the task returned\n"
        "  airflow xcom-toolkit export sales manual__2026-01-02 split --path \"['train'][0]\" --to train.npy\n"
        "      a part of it\n"
        "  airflow xcom-toolkit export sales manual__2026-01-02 load --map-index 3 --key report --to report.json\n"
        "  airflow xcom-toolkit export --row row.json --to orders.parquet\n"
        "      without a database, of a row as Airflow's UI shows it\n"
        "\n"
        "Without an Airflow that has this command (3.0 and 3.1): python -m airflow_xcom_toolkit export ...\n"
        "Exit codes: 0 written, 1 there is no such XCom, or its value cannot be loaded or does not fit the file,\n"
        "2 wrong arguments or no database, 130 interrupted."
    ),
    arguments=(
        *WHICH,
        Argument(("--to",), "the file to write", {"metavar": "FILE"}),
        Argument(
            ("--path",),
            "write this part of the value: names and indexes, as in the examples",
            {"metavar": "PATH"},
        ),
        Argument(("--overwrite",), "replace the file if there is one", FLAG),
        JSON,
    ),
    function="airflow_xcom_toolkit.cli.export.run:main",
)
