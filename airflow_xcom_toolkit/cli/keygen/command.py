"""How ``keygen`` is called."""

from __future__ import annotations

from ..arguments import JSON
from ..command import Command

KEYGEN = Command(
    name="keygen",
    help="Make a key for encryption, and say where to put it",
    description=(
        "Prints a new Fernet key on standard output, and nothing else there: a variable or a pipe gets the key alone.\n"
        "Its id, and where to put it, are said on standard error. Rows name the id of their key, never the key.\n"
        "\n"
        "It needs no metadata database, no store, no other key, and changes nothing: the key is kept nowhere."
    ),
    examples=(
        "examples:\n"
        "  airflow xcom-toolkit keygen\n"
        "      a key to look at\n"
        "  airflow xcom-toolkit keygen | kubectl create secret generic airflow-xcom-keys "
        "--from-file=fernet_keys=/dev/stdin\n"
        "      straight into a secret of Kubernetes, and on no screen\n"
        '  KEY="$(airflow xcom-toolkit keygen 2> /dev/null)"\n'
        "      for a script\n"
        "\n"
        "Without an Airflow that has this command (3.0 and 3.1): python -m airflow_xcom_toolkit keygen …\n"
        "Exit codes: 0 made, 2 wrong arguments."
    ),
    arguments=(JSON,),
    function="airflow_xcom_toolkit.cli.keygen.run:main",
    starts_airflow=False,
)
