"""The one XCom that a command is about: of the metadata database, or a row from a file."""

from __future__ import annotations

from ..command import Argument

WHICH = (
    Argument(("dag",), "the dag that pushed it", {"nargs": "?", "metavar": "DAG_ID"}),
    Argument(("run",), "the run", {"nargs": "?", "metavar": "RUN_ID"}),
    Argument(("task",), "the task", {"nargs": "?", "metavar": "TASK_ID"}),
    Argument(("--key",), "the key of the XCom (default: return_value)", {"metavar": "KEY"}),
    Argument(("--map-index",), "the index of a mapped task", {"metavar": "N", "type": int}),
    Argument(
        ("--row",),
        "take the row from FILE instead of the database: its JSON, or the answer of Airflow's REST API with it;\n"
        "- is standard input",
        {"metavar": "FILE"},
    ),
)
