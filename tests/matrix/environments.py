"""The environment of a cell: a Python of this machine, with the Airflow and the packages of its time."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from .cells import ROOT, Cell

EXTRAS = ".[pandas,polars,zstd]"


def python_of(cell: Cell) -> str:
    """The interpreter of the cell's environment, which is made unless it is there already."""
    python = cell.folder / "venv" / "bin" / "python"
    stamp = cell.folder / "installed"
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + cell.constraints.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(cell.folder, ignore_errors=True)
        _run(interpreter(cell.python), "-m", "venv", "--without-pip", str(cell.folder / "venv"))
        _install(str(python), "-e", EXTRAS, "--group", f"airflow-{cell.airflow}", "-c", str(cell.constraints))
        stamp.write_text(wanted)
    return str(python)


def interpreter(version: str) -> str:
    """A Python of this machine: this one, one of the PATH, or one of pyenv's."""
    for candidate in _candidates(version):
        asked = [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        answer = subprocess.run(asked, capture_output=True, text=True)
        if answer.stdout.strip() == version:
            return candidate
    raise RuntimeError(
        f"There is no Python {version} on this machine. Put a python{version} on the PATH, or install it with pyenv."
    )


def _candidates(version: str) -> Iterator[str]:
    yield getattr(sys, "_base_executable", sys.executable)
    if found := shutil.which(f"python{version}"):
        yield found
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from map(str, sorted(pyenv.glob(f"versions/{version}.*/bin/python")))


def _install(python: str, *packages: str) -> None:
    """By uv, which is quick; or by pip, for indexes and certificates that are configured for pip alone."""
    uv = Path(sys.executable).with_name("uv")
    try:
        _run(str(uv if uv.exists() else "uv"), "pip", "install", "--python", python, *packages)
    except (OSError, RuntimeError):
        _run(sys.executable, "-m", "pip", "--python", python, "install", *packages)


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}\n{(done.stdout + done.stderr)[-2000:]}")
