"""A MariaDB server with an empty database for Airflow: Debian's package, with its defaults for what a row may be."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from .process import free_port, listens, program, running

CREATE = "CREATE DATABASE airflow CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
"""As Airflow's documentation has it."""

QUICK = ("--innodb-flush-log-at-trx-commit=0", "--skip-name-resolve", "--skip-log-bin")
"""Nothing has to outlast the server."""


@contextmanager
def mariadb() -> Iterator[str]:
    """The URL of the database for ``[database] sql_alchemy_conn``. Airflow makes that for ``aiomysql`` of it."""
    with tempfile.TemporaryDirectory(prefix="mariadb-") as folder:
        os.chmod(folder, 0o755)  # Started by root, the server runs as mysql, and has to get in.
        data, port = Path(folder) / "data", free_port()
        _install(data)
        listening = (f"--port={port}", "--bind-address=127.0.0.1", f"--socket={data / 'socket'}")
        output = Path(folder) / "output.txt"
        with running([program("mariadbd"), *_common(data), *listening, *QUICK], output=output) as process:
            listens(process, port, output)
            _create(port)
            yield f"mysql+mysqldb://root@127.0.0.1:{port}/airflow?charset=utf8mb4"


def _install(data: Path) -> None:
    """A folder of tables, with a root that needs no password."""
    without_password = ("--auth-root-authentication-method=normal", "--skip-test-db")
    command = [program("mariadb-install-db"), *_common(data), *without_password]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


def _common(data: Path) -> list[str]:
    user = ["--user=mysql"] if os.geteuid() == 0 else []
    return ["--no-defaults", f"--datadir={data}", *user]


def _create(port: int) -> None:
    import MySQLdb

    with closing(MySQLdb.connect(host="127.0.0.1", port=port, user="root")) as server:
        server.cursor().execute(CREATE)
