"""Dag files, scanned: what is printed, and the exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from airflow_xcom_toolkit.cli.definition import main
from tests.unit.conftest import SetOptions

HEAD = """
from __future__ import annotations
from dataclasses import dataclass
from typing import TypedDict
from airflow.sdk import dag, task

class Split(TypedDict):
    train: list[int]
    scale: float

@dataclass
class Order:
    id: int

RAN = []

@dag(schedule=None)
def shop():
"""
TAIL = "\nshop()\n"

Scan = Callable[..., tuple[int, str, str]]


@pytest.fixture
def scan(options: SetOptions, capfd: Any) -> Scan:
    options()

    def call(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["scan", *arguments])
        printed = capfd.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, printed.out, printed.err

    return call


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], str]:
    """A dag file ``shop`` with these tasks."""

    def write(body: str) -> str:
        path = tmp_path / "shop.py"
        indented = "".join(f"    {line}\n" for line in body.strip().splitlines())
        path.write_text(HEAD + indented + TAIL)
        return str(path)

    return write


def _parsed(output: str) -> Any:
    """Airflow set up its log for the streams that pytest had before, and so it is here, and nowhere else."""
    return json.loads(output[output.index("{\n") :])


def test_each_task_is_told_with_what_each_backend_makes_of_it(scan: Scan, file: Any) -> None:
    exit_code, output, _ = scan(
        "--json",
        file(
            "@task\ndef array() -> np.ndarray: ...\n"
            "@task(do_xcom_push=False)\ndef silent() -> bytes: ...\n"
            "@task\ndef each(x) -> set[int]: ...\n"
            "@task\ndef nothing(): ...\n"
            "array(); silent(); each.expand(x=[1]); nothing()"
        ),
    )
    found = {one["task"]: (one["stock"]["says"], one["toolkit"]["says"]) for one in _parsed(output)["tasks"]}
    assert exit_code == 0
    assert found == {
        "array": ("refused", "kept"),
        "each": ("kept", "kept"),
        "nothing": ("unknown", "unknown"),
        "silent": ("nothing", "nothing"),
    }


def test_entries_of_a_dict_are_told_where_they_are_pushed_too(scan: Scan, file: Any) -> None:
    _, output, _ = scan("--json", file("@task\ndef split() -> Split: ...\nsplit()"))
    assert [one["key"] for one in _parsed(output)["tasks"]] == ["return_value", "train", "scale"]


def test_keys_that_are_no_text_fail_such_a_task_under_any_backend(scan: Scan, file: Any) -> None:
    _, output, _ = scan("--json", file("@task\ndef numbered() -> dict[int, str]: ...\nnumbered()"))
    assert "multiple_outputs=False" in _parsed(output)["tasks"][1]["hint"]


def test_what_the_toolkit_refuses_ends_it_with_1(scan: Scan, file: Any) -> None:
    """A class of a dag file is one that readers cannot import."""
    exit_code, output, _ = scan(file("@task\ndef order() -> Order: ...\norder()"))
    assert exit_code == 1
    assert "its class is defined in a dag file" in " ".join(output.replace("│", " ").split())


def test_no_task_runs(scan: Scan, file: Any) -> None:
    path = file("@task\ndef runs() -> int:\n    raise SystemExit(9)\nruns()")
    assert scan(path)[0] == 0


def test_a_file_that_cannot_be_imported_ends_it_with_1(scan: Scan, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("from airflow.sdk import dag\nimport acme_nowhere\n")
    exit_code, _, errors = scan(str(tmp_path))
    assert exit_code == 1
    assert "broken.py cannot be imported: ModuleNotFoundError: No module named 'acme_nowhere'" in errors


def test_the_line_of_the_allow_list_is_printed_whole(
    scan: Scan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "from __future__ import annotations\nfrom airflow.sdk import dag, task\n"
    text += "from tests.unit.cli.scan.shop import Order\n@dag(schedule=None)\ndef orders():\n"
    (tmp_path / "orders.py").write_text(text + "    @task\n    def order() -> Order: ...\n    order()\norders()\n")
    exit_code, output, _ = scan(str(tmp_path))
    assert exit_code == 1
    assert "allowed_deserialization_classes = airflow.* tests.unit.cli.scan.shop.Order\n" in output


@pytest.mark.parametrize("name", ["nowhere/dags.py", "dags.py"])
def test_a_file_that_is_not_there_ends_it_with_2(scan: Scan, name: str) -> None:
    exit_code, output, errors = scan(name)
    assert (exit_code, output) == (2, "")
    assert f"There is no file or folder {name}" in errors


def test_a_dag_that_is_not_there_ends_it_with_2_and_a_guess(
    scan: Scan, file: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = str(Path(file("@task\ndef one() -> int: ...\none()")).parent)
    monkeypatch.setattr("airflow_xcom_toolkit.cli.loading.dag_folders", lambda: [Path(folder)])
    exit_code, _, errors = scan("shap")
    assert exit_code == 2
    assert "There is no dag 'shap'" in errors
    assert "did you mean shop?" in errors


def test_a_dag_is_found_by_its_id(scan: Scan, file: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = str(Path(file("@task\ndef one() -> int: ...\none()")).parent)
    monkeypatch.setattr("airflow_xcom_toolkit.cli.loading.dag_folders", lambda: [Path(folder)])
    assert scan("shop")[0] == 0
