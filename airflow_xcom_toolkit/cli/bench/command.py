"""How ``bench`` is called."""

from __future__ import annotations

from ..command import Argument, Command
from .suites import NAMES

_FLAG = {"action": "store_true"}

BENCH = Command(
    name="bench",
    help="Measure speed and memory of XComs on this deployment's store and configuration",
    description=(
        "Measures the configured backend on the configured store, side by side with Airflow's stock object storage\n"
        "backend and with the bare libraries, in one run. Results are shown as ratios, which hold on other machines,\n"
        "and in seconds, which do not. Everything that it writes is below xcom_toolkit_bench in the store, and is\n"
        "removed at the end, also after an error or Ctrl-C. The metadata database is not written to."
    ),
    examples=(
        "examples:\n"
        "  airflow xcom-toolkit bench\n"
        "      the usual suites, in about three minutes\n"
        "  airflow xcom-toolkit bench --quick\n"
        "      everything at small sizes, in seconds: does it work here?\n"
        "  airflow xcom-toolkit bench --only store --size 1000\n"
        "      1,000 MB to the store and back, against fsspec and boto3 alone\n"
        "  airflow xcom-toolkit bench --path file:///tmp/xcom-bench --backend airflow_xcom_toolkit.ToolkitXComBackend\n"
        "      before anything is configured\n"
        "  airflow xcom-toolkit bench --full --json bench.json --plot bench.svg\n"
        "      everything there is, for a dashboard and for people\n"
        "\n"
        "Without an Airflow that has this command (3.0 and 3.1): python -m airflow_xcom_toolkit bench …\n"
        "Exit codes: 0 measured, 1 nothing measured or a value came back changed, 2 wrong arguments."
    ),
    arguments=(
        Argument(
            ("--only",),
            "measure this suite alone; may be given again. Suites: " + ", ".join(NAMES),
            {"action": "append", "choices": NAMES, "metavar": "NAME"},
        ),
        Argument(("--full",), "also what takes long: up to 2 GB, and the stock backend at full size", _FLAG),
        Argument(("--quick",), "everything at small sizes; the numbers mean little", _FLAG),
        Argument(
            ("--size",), "MB of each large value, instead of each suite's own size", {"type": int, "metavar": "MB"}
        ),
        Argument(("--repeat",), "how often each thing is measured (default: 5)", {"type": int, "metavar": "N"}),
        Argument(
            ("--backend",),
            "dotted path of the backend class to measure (default: core.xcom_backend)",
            {"metavar": "CLASS"},
        ),
        Argument(
            ("--path",),
            "measure on this store, such as file:///tmp/xcom-bench or s3://aws_conn@bucket/xcom\n"
            "(default: common.io.xcom_objectstorage_path)",
            {"metavar": "URL"},
        ),
        Argument(
            ("--json",),
            "write the results as JSON to FILE; - is standard output, instead of tables",
            {"metavar": "FILE"},
        ),
        Argument(("--plot",), "draw the curves to FILE, .svg or .png; needs the extra bench", {"metavar": "FILE"}),
    ),
    function="airflow_xcom_toolkit.cli.bench.run:main",
)
