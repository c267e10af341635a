"""The wheel as a user has it: built from the checkout, installed into an environment of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONSTRAINTS = ROOT / "constraints" / "airflow-3.3.txt"


def built_wheel(folder: Path) -> Path:
    """The wheel of the checkout, in ``folder``."""
    _first_that_works(
        [*uv(), "build", "--quiet", "--wheel", "--out-dir", folder, ROOT],
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT],
    )
    [wheel] = folder.glob("airflow_xcom_toolkit-*.whl")
    return wheel


def environment_of(wheel: Path, extra: str, folder: Path, *also: str) -> Path:
    """The Python of a new environment in ``folder``: the wheel with its extra, packages named in ``also``, no more.

    The versions are those that the checkout is tested with.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    install(python, f"airflow-xcom-toolkit[{extra}] @ {wheel.as_uri()}", *also, "--constraint", str(CONSTRAINTS))
    return python


def install(python: Path, *arguments: str) -> None:
    """Installs into the environment of ``python``. pip is for indexes and certificates that are configured for pip."""
    _first_that_works(
        [*uv(), "pip", "install", "--quiet", "--python", python, *arguments],
        [sys.executable, "-m", "pip", "--quiet", "--python", python, "install", *arguments],
    )


def uv() -> list[str | Path]:
    """The command uv: the one beside this Python, or the one on the path."""
    beside = Path(sys.executable).with_name("uv")
    return [beside if beside.exists() else "uv"]


def _first_that_works(*commands: Sequence[str | Path]) -> None:
    printed = ""
    for command in commands:
        try:
            subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            return
        except FileNotFoundError as e:
            printed += f"{e}\n"
        except subprocess.CalledProcessError as e:
            printed += f"{e}\n{e.stdout[-4000:]}\n"
    raise AssertionError(printed)
