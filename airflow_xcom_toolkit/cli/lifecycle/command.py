"""How ``lifecycle`` is called."""

from __future__ import annotations

from ..command import Argument, Command

KINDS = ("s3", "gcs", "azure")

LIFECYCLE = Command(
    name="lifecycle",
    help="Print the bucket rule that removes what killed uploads and old versions leave",
    description=(
        "Prints a lifecycle rule for the path of a store, as JSON, and how to apply it. It removes what gc cannot\n"
        "see: parts of uploads that were cut off, and versions of objects that were deleted. With --expire also\n"
        "objects of a certain age, whether or not a row refers to them.\n"
        "\n"
        "Reads the configuration alone: no database, no store, no key. Changes nothing.\n"
        "The rule goes to standard output, everything else to standard error."
    ),
    examples=(
        "examples:\n"
        "  airflow xcom-toolkit lifecycle > rule.json\n"
        "      for the store that xcom_objectstorage_path names; then apply it as it says\n"
        "  airflow xcom-toolkit lifecycle --store old --expire 180d\n"
        "      for another store; its objects go after half a year\n"
        "  airflow xcom-toolkit lifecycle --for azure\n"
        "      in the form of another kind of store than the path's, to copy from\n"
        "\n"
        "Without an Airflow that has this command (3.0 and 3.1): python -m airflow_xcom_toolkit lifecycle …\n"
        "Exit codes: 0 printed, 2 wrong arguments or configuration."
    ),
    arguments=(
        Argument(("--store",), "the store (default: default)", {"metavar": "NAME", "default": "default"}),
        Argument(("--for",), "the kind of store (default: that of its path)", {"choices": KINDS, "dest": "kind"}),
        Argument(
            ("--after",),
            "how long parts of uploads and old versions stay, in whole days (default: 7d)",
            {"metavar": "DAYS", "default": "7d"},
        ),
        Argument(
            ("--expire",),
            "remove objects of this age, too; rows that refer to them cannot be read any more",
            {"metavar": "DAYS"},
        ),
    ),
    function="airflow_xcom_toolkit.cli.lifecycle.run:main",
)
