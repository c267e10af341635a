"""How ``scan`` is called."""

from __future__ import annotations

from ..arguments import JSON
from ..command import Argument, Command

SCAN = Command(
    name="scan",
    help="Say, before switching, what tasks return and which backend keeps it",
    description=(
        "Reads from the annotations of tasks what they return, makes up a small value of each type, and tries what\n"
        "becomes of it: in Airflow's default backend, and in the toolkit. So it shows what the default backend\n"
        "refuses or gives back changed, and what you have to do before the toolkit keeps everything.\n"
        "\n"
        "  kept      it comes back as it was: equal, of the same type, in every part\n"
        "  changed   it comes back as something else, and nobody is told\n"
        "  refused   the push, or the pull, fails with an error\n"
        "  unknown   the task declares nothing, or what cannot be tried; probe runs it, and sees\n"
        "\n"
        "No task runs. Dag files are imported, as Airflow itself does; nothing is written. It needs no metadata\n"
        "database, no store and no key."
    ),
    examples=(
        "examples:\n"
        "  airflow xcom-toolkit scan\n"
        "      every dag of this deployment\n"
        "  airflow xcom-toolkit scan dags/orders.py\n"
        "  airflow xcom-toolkit scan orders returns\n"
        "      the dags with these ids\n"
        "  airflow xcom-toolkit scan dags/ --json > scan.json\n"
        "      for CI, with the exit code\n"
        "\n"
        "Without an Airflow that has this command (3.0 and 3.1): python -m airflow_xcom_toolkit scan …\n"
        "Exit codes: 0 the toolkit keeps all that is declared, 1 it refuses something, or a dag file cannot be\n"
        "imported, 2 wrong arguments or no such dag."
    ),
    arguments=(
        Argument(
            ("dags",),
            "a dag file, a folder, or the id of a dag (default: all dags of this deployment)",
            {"nargs": "*", "metavar": "DAGS"},
        ),
        JSON,
    ),
    function="airflow_xcom_toolkit.cli.scan.run:main",
)
