"""The documentation builds without a warning, its links lead somewhere, and its code runs as written."""

from __future__ import annotations

import ast
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, ROOT, TUTORIAL, Block, blocks, blocks_of, noted, pages

PAGES = [page for page in pages() if page != TUTORIAL]
RUN = [sys.executable, "-m", "tests.docs.run_page"]


def environment(folder: Path, **options: str) -> dict[str, str]:
    """That of a reader who has installed the package and nothing else."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    return {**inherited, "PATH": path, "HOME": str(folder), "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **options}


@pytest.fixture(scope="session")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    """The tutorial, running."""
    folder = tmp_path_factory.mktemp("tutorial")
    process = subprocess.Popen(
        [*RUN, str(TUTORIAL)],
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture(scope="session", autouse=True)
def _started_early(request: pytest.FixtureRequest) -> None:
    """The tutorial takes longest: it runs beside all other tests, unless other processes run those."""
    selected = any(item.name == test_the_tutorial_runs_as_written.__name__ for item in request.session.items)
    if selected and "PYTEST_XDIST_WORKER" not in os.environ:
        request.getfixturevalue("tutorial")


@pytest.fixture(scope="session")
def errors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What went wrong in the code of each other page."""
    folder = tmp_path_factory.mktemp("pages")
    env = environment(folder, AIRFLOW_HOME=str(folder / "airflow"))
    command = [*RUN, "--fork", *map(str, PAGES)]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_code_of_the_page_runs(page: Path, errors: dict[str, str]) -> None:
    """Every Python block, in order, in one namespace, with the options that the page sets."""
    assert not errors[str(page)], errors[str(page)]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_python_block_is_run(page: Path) -> None:
    """Only shell and ini blocks may be left out, and each with a reason; and what an example quotes of itself."""
    for block in blocks(page):
        if not block.runs:
            assert block.lang in ("bash", "ini", "text") or page.parent == DOCS / "examples", block.name
            assert len(block.note) > len("not run: "), f"{block.name} gives no reason"
        if block.lang == "python":
            ast.parse(block.text)


def test_the_example_of_a_type_handler_is_short() -> None:
    """Fewer than 40 lines."""
    assert noted(DOCS / "how-to" / "add-a-type.md", "file: acme/xcom.py").text.count("\n") < 40


def test_the_reader_is_short() -> None:
    """A page that takes more is not simple."""
    block: Block = noted(DOCS / "reference" / "wire-format.md", "reader")
    assert sum(bool(line.strip()) for line in block.text.splitlines()) < 85


def test_the_key_provider_of_the_page_gives_keys(tmp_path: Path) -> None:
    """From an Airflow connection, the newest first."""
    for block in blocks_of(DOCS / "how-to" / "encrypt.md", "python"):
        if block.note.startswith("file: "):
            (tmp_path / block.note.removeprefix("file: ")).write_text(block.text)
    keys = [f"{letter * 43}=" for letter in "AQ"]
    connection = {"conn_type": "generic", "password": keys[0], "extra": {"old": [keys[1]]}}
    code = "from airflow_xcom_toolkit.settings import current; print('KEYS', len(current().keys))"
    env = environment(
        tmp_path,
        AIRFLOW_HOME=str(tmp_path / "airflow"),
        AIRFLOW__XCOM_TOOLKIT__KEY_PROVIDER="acme_xcom.ConnectionKeys",
        AIRFLOW_CONN_XCOM_KEYS=json.dumps(connection),
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert "KEYS 2" in done.stdout, done.stderr[-4000:]


def test_the_error_without_the_allow_list_line_is_airflows() -> None:
    """Word for word, as the page of the roll back quotes it."""
    from types import SimpleNamespace

    from airflow.sdk.bases.xcom import BaseXCom

    from airflow_xcom_toolkit.envelope import Envelope, Header

    row = Envelope(Header("py.tuple@1", '{"~":"py.tuple@1"}')).to_row()
    with pytest.raises(ImportError) as raised:
        BaseXCom.deserialize_value(SimpleNamespace(value=row))
    page = " ".join((DOCS / "how-to" / "roll-back.md").read_text().split())
    assert f"ImportError: {raised.value}" in page


def test_the_links_of_the_readme_lead_somewhere() -> None:
    """Those of the docs are checked by Sphinx."""
    text = (ROOT / "README.md").read_text()
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text)
    links += re.findall(r'(?:src|href)="(?!http)([^"#]+)', text)
    assert not [link for link in links if not (ROOT / link).exists()]


def test_every_page_is_in_a_toctree_and_the_build_has_no_warning(tmp_path: Path) -> None:
    """``sphinx-build -W``, with every link between pages resolved."""
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-n", "-q", "-b", "html"]
    done = subprocess.run([*command, str(DOCS), str(tmp_path / "html")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    built = {page.relative_to(tmp_path / "html").with_suffix("") for page in (tmp_path / "html").rglob("*.html")}
    assert built >= {page.relative_to(DOCS).with_suffix("") for page in DOCS.rglob("*.md")}


def test_the_tutorial_runs_as_written(tutorial: subprocess.Popen[str]) -> None:
    """From top to bottom, in an empty home folder; each output is as the page says."""
    output, _ = tutorial.communicate(timeout=400)
    assert tutorial.returncode == 0, output[-8000:]
