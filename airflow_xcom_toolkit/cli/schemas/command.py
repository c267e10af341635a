"""How ``schemas`` is called."""

from __future__ import annotations

from ..arguments import DRY_RUN, FLAG, JSON
from ..command import Argument, Command

LOCK_FILE = "xcom-schemas.lock.json"
ACTIONS = ("list", "check", "lock")
MODES = ("backward", "forward", "full", "backward_transitive", "forward_transitive", "full_transitive")

SCHEMAS = Command(
    name="schemas",
    help="List the registered schemas, check them against the lock file, or lock them",
    description=(
        "A lock file has the structure of each version of each schema that was ever deployed. It is committed beside\n"
        "the code, and CI finds with it what a deployment would break, before rows are read with the new code.\n"
        "\n"
        "  list    the schemas that are declared here, and which of their versions are locked; this is the default\n"
        "  check   what a deployment of this code would break, and which versions are not locked yet\n"
        "  lock    adds new versions to the lock file; a version that is locked and has changed is refused\n"
        "\n"
        "Schemas are those of the modules in [xcom_toolkit] schema_modules, or given by --module, and of installed\n"
        "packages with an entry point in the group airflow_xcom_toolkit.schemas. Modules are imported, from the\n"
        "current folder too. It needs no metadata database, no store, no key, and no backend that is configured.\n"
        "Only lock writes anything, and that is the lock file."
    ),
    examples=(
        "examples:\n"
        "  airflow xcom-toolkit schemas check\n"
        "      in CI: fails where old rows or old code would break, and where a version is not locked\n"
        "  airflow xcom-toolkit schemas check --mode backward_transitive --module acme.schemas\n"
        "      can this code read the rows of every version that was ever locked?\n"
        "  airflow xcom-toolkit schemas lock --dry-run\n"
        "      what would be added to the lock file\n"
        "  airflow xcom-toolkit schemas lock\n"
        "      after a change that is as it should be; commit the file\n"
        "\n"
        "Without an Airflow that has this command (3.0 and 3.1): python -m airflow_xcom_toolkit schemas …\n"
        "Exit codes: 0 as it should be, 1 something would break, is not locked, or is refused, 2 wrong arguments, no\n"
        "lock file, or a module that cannot be imported."
    ),
    arguments=(
        Argument(
            ("action",),
            "list (default), check or lock",
            {"nargs": "?", "choices": ACTIONS, "default": "list", "metavar": "ACTION"},
        ),
        Argument(
            ("--mode",),
            "what check protects (default: full): " + ", ".join(MODES),
            {"choices": MODES, "default": "full", "metavar": "MODE"},
        ),
        Argument(("--lock",), f"the lock file (default: {LOCK_FILE})", {"default": LOCK_FILE, "metavar": "FILE"}),
        Argument(
            ("--module",),
            "a module that declares schemas, instead of those in schema_modules; may be given again",
            {"action": "append", "metavar": "MODULE"},
        ),
        Argument(
            ("--replace",),
            "lock: let a version that is locked have another structure; only if no row of it was ever written",
            FLAG,
        ),
        DRY_RUN,
        JSON,
    ),
    function="airflow_xcom_toolkit.cli.schemas.run:main",
)
