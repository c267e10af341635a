"""The schemas of a module that a user writes, as the command shows, checks and locks them."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from airflow_xcom_toolkit.cli.definition import main
from airflow_xcom_toolkit.cli.schemas import command
from airflow_xcom_toolkit.schemas import DECLARATIONS, LOCK_FILE, MODES
from tests.unit.conftest import SetOptions

Code = Callable[[str], str]
FIRST = """
@xcom_schema("acme.orders", version=1)
@dataclass
class Orders:
    id: int
"""
SECOND = """
@xcom_schema("acme.orders", version=2)
@dataclass
class Orders:
    id: int
    unit: str
"""
_numbers = count()


@pytest.fixture
def code(options: SetOptions, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Code:
    """A module with that code in the current folder, instead of all that was declared; gives its name."""
    options()
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(text: str) -> str:
        for part in ("_versions", "_by_class", "_steps", "_newest"):
            monkeypatch.setattr(DECLARATIONS, part, {})
        name = f"acme_schemas_{next(_numbers)}"
        head = "from dataclasses import dataclass\nfrom airflow_xcom_toolkit import upcaster, xcom_schema\n"
        (tmp_path / f"{name}.py").write_text(head + text)
        return name

    return write


@pytest.fixture
def schemas(capfd: Any) -> Callable[..., tuple[int, str, str]]:
    """The exit code of ``schemas …``, and what it printed, as results and as problems."""

    def call(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["schemas", *arguments])
        printed = capfd.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, printed.out, printed.err

    return call


def test_the_help_names_the_file_and_modes_of_the_library() -> None:
    """They are repeated there: the commands are imported whenever Airflow starts, and the library is not."""
    assert command.LOCK_FILE == LOCK_FILE
    assert set(command.MODES) == set(MODES)


def test_what_is_locked_and_unchanged_is_well(code: Code, schemas: Any) -> None:
    module = code(FIRST)
    assert schemas("lock", "--module", module)[:2] == (
        0,
        f"acme.orders, version 1: added\nCommit {LOCK_FILE}.\n",
    )
    exit_code, output, _ = schemas("check", "--module", module)
    assert (exit_code, output) == (0, "1 locked version, mode full: a deployment breaks nothing.\n")


def test_a_version_without_its_step_is_found(code: Code, schemas: Any) -> None:
    schemas("lock", "--module", code(FIRST))
    exit_code, output, _ = schemas("check", "--module", code(SECOND))
    assert exit_code == 1
    assert "write @upcaster('acme.orders', from_version=1)" in output
    assert "acme.orders, version 2: it is not locked; lock it with schemas lock" in output


def test_a_mode_looks_one_way_only(code: Code, schemas: Any) -> None:
    schemas("lock", "--module", code(FIRST))
    _, output, _ = schemas("check", "--mode", "forward", "--module", code(SECOND), "--json")
    found = json.loads(output)
    assert {problem["mode"] for problem in found["problems"]} == {"forward"}
    assert found["unlocked"] == [{"name": "acme.orders", "version": 2, "readable_by": None}]


def test_a_version_that_is_not_locked_fails_the_check(code: Code, schemas: Any) -> None:
    module = code(FIRST + SECOND.replace("acme.orders", "acme.other"))
    schemas("lock", "--module", code(FIRST))
    assert schemas("check", "--module", module)[0] == 1


def test_a_locked_version_that_changes_is_refused_and_the_file_stays(code: Code, schemas: Any) -> None:
    schemas("lock", "--module", code(FIRST))
    before = Path(LOCK_FILE).read_bytes()
    exit_code, _, errors = schemas("lock", "--module", code(FIRST.replace("int", "str")))
    assert exit_code == 1
    assert "acme.orders, version 1, backward: id: rows have int, the reader takes str" in errors
    assert Path(LOCK_FILE).read_bytes() == before


def test_replace_takes_it(code: Code, schemas: Any) -> None:
    schemas("lock", "--module", code(FIRST))
    module = code(FIRST.replace("int", "str"))
    assert schemas("lock", "--replace", "--module", module)[1].startswith("acme.orders, version 1: replaced\n")
    assert schemas("check", "--module", module)[0] == 0


def test_a_dry_run_writes_nothing_and_says_the_same(code: Code, schemas: Any) -> None:
    module = code(FIRST)
    exit_code, output, _ = schemas("lock", "--dry-run", "--module", module)
    assert (exit_code, output.splitlines()[0]) == (0, "acme.orders, version 1: would be added")
    assert not Path(LOCK_FILE).exists()


def test_the_list_says_what_the_lock_file_has(code: Code, schemas: Any) -> None:
    schemas("lock", "--module", code(FIRST))
    _, output, _ = schemas("list", "--json", "--module", code(FIRST + SECOND.replace("Orders", "Newer")))
    assert [(one["version"], one["lock"]) for one in json.loads(output)["schemas"]] == [(1, "locked"), (2, "new")]


def test_the_list_is_for_people_too(code: Code, schemas: Any) -> None:
    module = code(FIRST)
    exit_code, output, _ = schemas("--module", module)
    assert exit_code == 0
    assert "acme.orders" in output
    assert f"{module}.Orders" in output


def test_modules_are_those_of_the_option_by_default(code: Code, schemas: Any, options: SetOptions) -> None:
    options(schema_modules=code(FIRST))
    assert "acme.orders" in schemas("list")[1]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("check",), "it is not there. Make it with"),
        (("check", "--lock", "nowhere/x.json"), "nowhere/x.json: it is not there"),
        (("lock", "--lock", "nowhere/x.json"), "there is no folder"),
        (("list", "--module", "acme_nowhere"), "--module: 'acme_nowhere' could not be imported"),
    ],
)
def test_mistakes_end_it_with_2(code: Code, schemas: Any, arguments: tuple[str, ...], problem: str) -> None:
    module = code(FIRST)
    exit_code, output, errors = schemas(*arguments, *(() if "--module" in arguments else ("--module", module)))
    assert (exit_code, output) == (2, "")
    assert problem in errors


def test_nothing_is_locked_where_nothing_is_declared(code: Code, schemas: Any) -> None:
    """The module was most likely forgotten."""
    exit_code, _, errors = schemas("lock", "--module", code(""))
    assert exit_code == 2
    assert "No schema is declared here" in errors
    assert not Path(LOCK_FILE).exists()


def test_a_broken_lock_file_ends_it_with_2(code: Code, schemas: Any) -> None:
    module = code(FIRST)
    Path(LOCK_FILE).write_text("{")
    assert schemas("check", "--module", module)[0] == 2
