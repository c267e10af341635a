"""Runs the code of pages as a reader would: blocks from top to bottom, one Python for each page.

A ``python`` block runs in the page's one namespace, or is saved where its note says; a ``bash`` block runs in a shell,
and what it exports holds from there on; an ``ini`` block is put into the environment; a block with the note ``output``
is what the block before it printed, with ``...`` for any text, and a line of it for any lines.
"""

from __future__ import annotations

import configparser
import contextlib
import io
import json
import os
import re
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.docs.pages import Block, blocks


def run(page: Path, *, shell: bool) -> None:
    """Runs a page in this process and folder. Without ``shell``, of bash blocks only the ``export`` lines count."""
    sys.modules["page"] = ModuleType("page")
    names = vars(sys.modules["page"])
    output = ""
    for block in blocks(page):
        if block.note == "output":
            check_output(block, output)
        elif block.note.startswith("file: "):
            _save(block)
        elif block.runs and block.lang in _RUN:
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                _RUN[block.lang](block, names, shell)
            output = printed.getvalue()


def _save(block: Block) -> None:
    file = Path(block.note.removeprefix("file: ")).expanduser()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(block.text)
    if file.name == "pyproject.toml":
        _install(block.text, file.parent.resolve())


def _install(project: str, folder: Path) -> None:
    """What an installation leaves: the modules of ``folder``, and the entry points, are where Python finds them."""
    info = folder / "page-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: page\nVersion: 1\n")
    entries = re.findall(r'^\[project\.entry-points\."(.+?)"\]\n((?:\w.*\n)+)', project, re.M)
    (info / "entry_points.txt").write_text("".join(f"[{group}]\n{lines}" for group, lines in entries).replace('"', ""))
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def _python(block: Block, names: dict[str, Any], shell: bool) -> None:
    code = "\n" * block.line + block.text
    exec(compile(code, str(block.page), "exec", dont_inherit=True), names)


def _bash(block: Block, names: dict[str, Any], shell: bool) -> None:
    script = block.text if shell else "".join(re.findall(r"^export .*\n", block.text, re.M))
    file = Path("environment").resolve()
    command = ["bash", "-euo", "pipefail", "-c", f"{script}\nenv -0 > {file}"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(done.stdout)
    if done.returncode:
        raise AssertionError(f"{block.name} ended with {done.returncode}:\n{done.stdout[-6000:]}")
    os.environ.update(pair.split("=", 1) for pair in file.read_text().split("\0") if "=" in pair)


def _ini(block: Block, names: dict[str, Any], shell: bool) -> None:
    for section, option, value in ini_options(block):
        os.environ[f"AIRFLOW__{section.replace('.', '_').upper()}__{option.upper()}"] = value


_RUN: dict[str, Callable[[Block, dict[str, Any], bool], None]] = {"python": _python, "bash": _bash, "ini": _ini}


def ini_options(block: Block) -> list[tuple[str, str, str]]:
    """Section, option and value of each line."""
    parser = configparser.ConfigParser(interpolation=None, comment_prefixes=("#",))
    parser.read_string(block.text, source=block.name)
    return [(section, option, value) for section in parser.sections() for option, value in parser.items(section)]


def check_output(block: Block, output: str) -> None:
    """Fails where ``output`` is not what the block says, with ``...`` for any text."""
    text = re.sub(r"^\.\.\.\n", "...", _stripped(block.text), flags=re.M)
    expected = ".*?".join(map(re.escape, text.split("...")))
    printed = _stripped(output)
    if not re.fullmatch(expected, printed, re.S):
        raise AssertionError(f"{block.name} says\n{block.text}\nbut this was printed:\n{printed[-6000:]}")


def _stripped(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _fork(page: Path, folder: Path) -> str:
    """What went wrong in ``page``, run in a process of its own that has all libraries loaded already."""
    folder.mkdir(parents=True)
    error = folder / "error"
    child = os.fork()
    if child == 0:
        try:
            os.chdir(folder)
            os.environ.update(HOME=str(folder))
            sys.path.insert(0, str(folder))
            run(page, shell=False)
            error.write_text("")
        except BaseException:
            error.write_text(traceback.format_exc())
        os._exit(0)
    os.waitpid(child, 0)
    return error.read_text() if error.exists() else "the process died"


def main() -> None:
    """``run_page PAGE`` runs one page with its shell; ``run_page --fork PAGE…`` many, and prints their errors."""
    if sys.argv[1] != "--fork":
        return run(Path(sys.argv[1]), shell=True)
    import pandas  # noqa: F401
    import pyarrow  # noqa: F401

    import airflow_xcom_toolkit.backends  # noqa: F401

    found = {page: _fork(Path(page), Path.cwd() / f"page{i}") for i, page in enumerate(sys.argv[2:])}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
