"""A Dockerfile's instructions, run in an environment of their own instead of an image."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.servers.wheel import CONSTRAINTS, install, uv

_NOT_INHERITED = ("AIRFLOW", "PYTHON", "XCOM_", "AWS_", "VIRTUAL_ENV")

_PIP = """#!/bin/sh
# What pip does, by uv, which is quick; by pip itself where only that is configured. Nothing is downloaded twice.
for argument; do shift; [ "$argument" = --no-cache-dir ] || set -- "$@" "$argument"; done
{uv} pip "$@" || exec {python} -m pip --python {folder}/bin/python "$@"
"""


class Image:
    """What the base image is: Airflow, and nothing else. ``wheels`` is a folder that pip looks into."""

    def __init__(self, folder: Path, wheels: Path) -> None:
        self.folder = folder
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        install(folder / "bin" / "python", "apache-airflow-core", "--constraint", str(CONSTRAINTS))
        pip = folder / "bin" / "pip"
        pip.write_text(_PIP.format(uv=shlex.join(map(str, uv())), python=shlex.quote(sys.executable), folder=folder))
        pip.chmod(0o755)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
        self._environment = {
            **inherited,
            "PATH": f"{folder}/bin:{os.environ['PATH']}",
            "VIRTUAL_ENV": str(folder),
            "AIRFLOW_HOME": str(folder / "airflow"),
            **{f"{tool}_FIND_LINKS": str(wheels) for tool in ("PIP", "UV")},
            **{f"{tool}_CONSTRAINT": str(CONSTRAINTS) for tool in ("PIP", "UV")},
        }

    def build(self, dockerfile: str) -> None:
        """Runs the instructions from top to bottom. ``FROM`` is what this is; ``ARG`` gives a default."""
        arguments = {}
        for word, rest in _instructions(dockerfile):
            if word == "ARG":
                name, _, arguments[name] = rest.partition("=")
            elif word == "RUN":
                self.run(rest.replace("/tmp/", f"{self.folder}/"), arguments)
            else:
                assert word == "FROM", word

    def run(self, command: str, variables: Mapping[str, str]) -> str:
        """What a command of the shell prints."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=self.folder,
            env={**self._environment, **variables},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        return done.stdout


def _instructions(dockerfile: str) -> list[tuple[str, str]]:
    lines = re.sub(r"^#.*\n", "", dockerfile, flags=re.M).replace("\\\n", "").splitlines()
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines if line.strip())]
