"""How ``doctor`` is called."""

from __future__ import annotations

from ..arguments import FLAG, JSON
from ..command import Argument, Command

CHECKS = (
    *("options", "versions", "backend", "connection", "store", "cache"),
    *("keys", "schemas", "values", "rollback", "database"),
)

DOCTOR = Command(
    name="doctor",
    help="Check options, keys, store and values, in the place where tasks run",
    description=(
        "The preflight. It tells what is in effect and where it comes from, names misspelled options and environment\n"
        "variables without effect, and does what tasks will do: it imports the backend in a new process, puts, gets\n"
        "and deletes an object, opens the keys, and pushes and pulls a value of each type. Every problem has its\n"
        "remedy. Run it where tasks run, with their environment: in a worker, in its image or pod; and with\n"
        "--only backend where the dag processor runs.\n"
        "\n"
        "  options     what is set, where, and what has no effect\n"
        "  versions    Airflow, the provider, extras and libraries\n"
        "  backend     the class, imported as Airflow does it, in a process of its own\n"
        "  connection  the one in the path: whether it can be had here\n"
        "  store       put, get, delete below the path; no other right is used; further stores\n"
        "  cache       the folder for copies, if there is one\n"
        "  keys        which there are, whether they work, and which rows they do not open\n"
        "  schemas     whether the modules that declare them can be imported\n"
        "  values      a value of each type there and back, in the row and offloaded\n"
        "  rollback    whether Airflow's own backend could read the rows\n"
        "  database    whether the metadata database can be had here, which nothing else needs\n"
        "\n"
        "What it writes is below xcom_toolkit_doctor in the store, and is removed at the end, also after an error or\n"
        "Ctrl-C. It writes no row. No secret is shown: of keys, only their ids."
    ),
    examples=(
        "examples:\n"
        "  airflow xcom-toolkit doctor\n"
        "      everything\n"
        "  airflow xcom-toolkit doctor --backend airflow_xcom_toolkit.ToolkitXComBackend\n"
        "      before it is switched on: as if core.xcom_backend were that\n"
        "  airflow xcom-toolkit doctor --only keys --rows\n"
        "      after a rotation: is there a row, of all of them, that these keys do not open?\n"
        "  airflow xcom-toolkit doctor --strict --json > preflight.json\n"
        "      in a pipeline: warnings fail, too\n"
        "  kubectl exec deploy/WORKER -- python -m airflow_xcom_toolkit doctor\n"
        "      in a running worker\n"
        "\n"
        "Without an Airflow that has this command (3.0 and 3.1): python -m airflow_xcom_toolkit doctor …\n"
        "Exit codes: 0 nothing failed, 1 a check failed (with --strict: or warned), 2 wrong arguments, 130 Ctrl-C."
    ),
    arguments=(
        Argument(
            ("--only",),
            "run this check alone; may be given again. Checks: " + ", ".join(CHECKS),
            {"action": "append", "choices": CHECKS, "metavar": "CHECK"},
        ),
        Argument(
            ("--backend",),
            "dotted path of the backend class to check (default: core.xcom_backend)",
            {"metavar": "CLASS"},
        ),
        Argument(("--rows",), "look at the keys of all rows in the metadata database, not of some", FLAG),
        Argument(("--strict",), "warnings fail, too", FLAG),
        JSON,
    ),
    function="airflow_xcom_toolkit.cli.doctor.run:main",
    starts_airflow=False,
)
