"""How ``probe`` is called."""

from __future__ import annotations

from ..arguments import JSON
from ..command import Argument, Command

PROBE = Command(
    name="probe",
    help="Run a dag once in this process tree, and say what became of each value that its tasks push",
    description=(
        "THE TASKS OF THE DAG RUN, FOR REAL: what they write to other systems is written, and with two backends they\n"
        "run twice. Nothing is retried. --mark-success leaves tasks out.\n"
        "\n"
        "Each value that a task pushes is pulled at once, and compared with what was pushed: equal, of the same type,\n"
        "in every part. Shown are what it is, the bytes of its row and its object, the times of push and pull, and\n"
        "whether it came back the same, changed (and where), or was refused (and why).\n"
        "\n"
        "The dag runs in a process of its own, with a SQLite database made for it, which takes some seconds and goes\n"
        "in the end. So it needs no metadata database, and leaves nothing in the one there is. All else is as it is\n"
        "configured here: keys, options, secrets backends, environment. Connections and variables that are in the\n"
        "metadata database alone are not found; give them in the environment (AIRFLOW_CONN_…, AIRFLOW_VAR_…).\n"
        "Objects go below xcom_toolkit_probe in the configured store, or the one that --store names, and are removed\n"
        "in the end, also after an error or Ctrl-C."
    ),
    examples=(
        "examples:\n"
        "  airflow xcom-toolkit probe orders\n"
        "      with the backend that is configured\n"
        "  airflow xcom-toolkit probe dags/orders.py --store file:///tmp/xcom \\\n"
        "      --backend airflow.sdk.bases.xcom.BaseXCom --backend airflow_xcom_toolkit.ToolkitXComBackend\n"
        "      what changes with the toolkit, before anything is configured\n"
        "  airflow xcom-toolkit probe orders --conf '{\"day\": \"2024-01-02\"}' --mark-success 'publish|notify_.*'\n"
        "      a run with a configuration, in which the tasks of these names do nothing\n"
        "\n"
        "Without an Airflow that has this command (3.0 and 3.1): python -m airflow_xcom_toolkit probe …\n"
        "Exit codes: 0 each value came back the same, 1 one did not, a task failed, or an object could not be\n"
        "removed, 2 wrong arguments or no such dag."
    ),
    arguments=(
        Argument(("dag",), "the id of a dag of this deployment, or a file with one", {"metavar": "DAG"}),
        Argument(("--dag-id",), "which dag, of a file with several", {"metavar": "DAG_ID"}),
        Argument(
            ("--backend",),
            "dotted path of a backend class (default: core.xcom_backend); may be given again, to compare them",
            {"action": "append", "metavar": "CLASS"},
        ),
        Argument(
            ("--store",),
            "where objects go, such as file:///tmp/xcom or s3://aws_conn@bucket/xcom\n"
            "(default: common.io.xcom_objectstorage_path)",
            {"metavar": "URL"},
        ),
        Argument(("--conf",), "the configuration of the run, a JSON object", {"metavar": "JSON"}),
        Argument(
            ("--mark-success",),
            "tasks whose whole id matches this regular expression do not run, and push nothing",
            {"metavar": "REGEX"},
        ),
        JSON,
    ),
    function="airflow_xcom_toolkit.cli.probe.run:main",
)
