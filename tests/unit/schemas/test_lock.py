"""The lock file, and what the modes compare."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar

import attrs
import numpy as np
import pandas as pd
import pytest
from pydantic import BaseModel, ConfigDict, Field

from airflow_xcom_toolkit.errors import (
    SchemaError,
    SchemaLockError,
    SchemaTooNewError,
    UnknownSchemaError,
    UpcasterMissingError,
)
from airflow_xcom_toolkit.schemas import LOCK_FILE, MODES, Incompatibility, check, lock, unlocked
from tests.unit.schemas.code import Code
from tests.unit.schemas.records import record

GOLDEN = Path(__file__).parent / "golden.lock.json"
NAME = "acme.orders"
ONE = record("dataclass", "Orders", id=int)
OPTIONAL = record("dataclass", "Orders", id=int, note=(str, "none"))
REQUIRED = record("dataclass", "Orders", id=int, note=str)
TEXT = record("dataclass", "Orders", id=str)
T = TypeVar("T")


class Color(Enum):
    RED = "red"
    BLUE = "blue"


@attrs.define
class Box:
    size: Annotated[int, Field(gt=0)]
    _secret: str = "s"


@dataclass
class Node(Generic[T]):
    item: T
    next: Node[int] | None = None


class Pair(NamedTuple):
    first: int
    second: str = "b"


class Line(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)

    name: str = Field(alias="NAME", description="What it is.", max_length=20)
    price: Decimal = Decimal("0.00")
    boxes: list[Box] = []


@dataclass
class Orders:
    """Everything that a field can be."""

    id: int
    kind: Literal["sale", "return"]
    lines: list[Line] = field(default_factory=list)
    pairs: tuple[Pair, ...] = ()
    color: Color | None = None
    by_day: dict[date, float] = field(default_factory=dict)
    frame: pd.DataFrame | None = None
    array: np.ndarray | None = None
    parent: Orders | None = None
    anything: Any = None


def golden_code() -> Code:
    code = Code().declare("acme.orders", 10, Orders, readable_by=9).declare("acme.orders", 9, ONE)
    code.declare("acme.frame", 1, columns={"id": "int64", "amount": "float64"})
    return code.declare("acme.any", 1)


def code(*versions: Any, steps: tuple[int, ...] = ()) -> Code:
    """Each version is its class, with what it is readable by where that is given; they count from 1."""
    made = Code()
    for version, given in enumerate(versions, start=1):
        cls, readable_by = given if isinstance(given, tuple) else (given, None)
        if cls is not None:
            made.declare(NAME, version, cls, readable_by=readable_by)
    for start in steps:
        made.step(NAME, start, dict)
    return made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / LOCK_FILE


@pytest.fixture
def reported(path: Path) -> Callable[..., list[str]]:
    """What is found where ``before`` is locked and ``after`` declared, without the name of the schema."""

    def found(before: Code, after: Code, mode: str) -> list[str]:
        lock(path, before.catalogue)
        return [
            f"{one.from_version}-{one.to_version} {one.path}: {one.problem}"
            for one in check(path, mode, after.catalogue)
        ]

    return found


# The file


def test_the_file_is_the_golden_one(path: Path) -> None:
    """Byte for byte, on every Python, pydantic and pandas."""
    lock(path, golden_code().catalogue)
    assert path.read_bytes() == GOLDEN.read_bytes()


def test_the_golden_file_is_up_to_date_and_compatible() -> None:
    assert not unlocked(GOLDEN, golden_code().catalogue)
    assert not check(GOLDEN, "forward", golden_code().catalogue)


def test_the_file_does_not_depend_on_the_order_of_declarations_or_on_the_process(path: Path) -> None:
    """Nor on the seed of hashes."""
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from airflow_xcom_toolkit.schemas import lock\n"
        "from tests.unit.schemas.test_lock import golden_code\n"
        "lock(sys.argv[1], golden_code().catalogue)"
    )
    root = Path(__file__).resolve().parents[3]
    run = [sys.executable, "-R", "-c", code, str(path)]
    done = subprocess.run(run, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert path.read_bytes() == GOLDEN.read_bytes()


def test_lock_says_what_it_adds(path: Path) -> None:
    assert [(one.name, one.version) for one in lock(path, code(ONE).catalogue)] == [(NAME, 1)]
    assert [(one.name, one.version) for one in lock(path, code(ONE, OPTIONAL).catalogue)] == [(NAME, 2)]
    assert not lock(path, code(ONE, OPTIONAL).catalogue)


def test_old_versions_are_kept_for_ever(path: Path) -> None:
    lock(path, code(ONE).catalogue)
    lock(path, code(None, OPTIONAL).catalogue)
    lock(path, Code().declare("acme.other", 1).catalogue)
    kept = json.loads(path.read_text())["schemas"]
    assert {name: [one["version"] for one in found] for name, found in kept.items()} == {
        NAME: [1, 2],
        "acme.other": [1],
    }


def test_versions_are_in_order_of_their_numbers(path: Path) -> None:
    """Not of their digits."""
    made = Code()
    for version in (10, 9, 100):
        made.declare(NAME, version, ONE)
    lock(path, made.catalogue)
    assert [one["version"] for one in json.loads(path.read_text())["schemas"][NAME]] == [9, 10, 100]


def test_unlocked_is_what_lock_would_add(path: Path) -> None:
    lock(path, code(ONE).catalogue)
    assert [one.version for one in unlocked(path, code(ONE, OPTIONAL).catalogue)] == [2]
    assert not unlocked(path, code(ONE).catalogue)


def test_a_locked_version_that_changed_is_an_error_that_lists_the_differences(path: Path) -> None:
    """And nothing is written."""
    lock(path, code(ONE).catalogue)
    before = path.read_bytes()
    with pytest.raises(SchemaLockError) as raised:
        lock(path, code(REQUIRED, OPTIONAL).catalogue)
    assert str(raised.value).splitlines()[1:] == [
        "  acme.orders, version 1, backward: note: rows may lack it, and the reader requires it",
        "  acme.orders, version 1, forward: note: rows have it, and the reader has no such field",
    ]
    assert raised.value.path == str(path)
    assert path.read_bytes() == before


def test_a_change_that_no_row_notices_is_an_error_too(path: Path) -> None:
    lock(path, code(ONE).catalogue)
    with pytest.raises(SchemaLockError, match="version 1: it is written in another way"):
        lock(path, code(record("dataclass", "Orders", id=(int, 1))).catalogue)


def test_replace_rewrites_a_locked_version(path: Path) -> None:
    lock(path, code(ONE).catalogue)
    assert [one.version for one in lock(path, code(REQUIRED).catalogue, replace=True)] == [1]
    assert not check(path, "full", code(REQUIRED).catalogue)


def test_another_readable_by_is_locked_without_ado(path: Path) -> None:
    """It changes no row that is there."""
    lock(path, code(ONE, OPTIONAL).catalogue)
    assert [one.version for one in lock(path, code(ONE, (OPTIONAL, 1)).catalogue)] == [2]
    assert [one.get("readable_by") for one in json.loads(path.read_text())["schemas"][NAME]] == [None, 1]


def test_a_file_that_cannot_be_written_leaves_the_old_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock(path, code(ONE).catalogue)
    before = path.read_bytes()
    monkeypatch.setattr("os.replace", lambda *paths: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        lock(path, code(ONE, OPTIONAL).catalogue)
    assert [(found.name, found.read_bytes()) for found in path.parent.iterdir()] == [(LOCK_FILE, before)]


def test_a_link_stays_a_link(path: Path) -> None:
    target = path.with_name("target.json")
    path.symlink_to(target)
    lock(path, code(ONE).catalogue)
    assert path.is_symlink()
    assert not unlocked(target, code(ONE).catalogue)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it is not JSON"),
        ("<<<<<<< HEAD\n{}", "it is not JSON"),
        ("[]", "it is not a lock file"),
        ("{}", "it is not a lock file"),
        ('{"format": 1}', "it is not a lock file"),
        ('{"format": 1, "schemas": []}', "it is not a lock file"),
        ('{"format": 1, "schemas": {"a": [{"version": 1}]}}', "it is not a lock file"),
        ('{"format": 1, "schemas": {"a": [{"version": "1", "schema": {}}]}}', "it is not a lock file"),
        ('{"format": 1, "schemas": {"a": [{"version": 1, "schema": 1}]}}', "it is not a lock file"),
        ('{"format": 1, "schemas": {"a": [{"version": 1, "schema": {}, "new": 1}]}}', "it is not a lock file"),
        ('{"format": 1, "schemas": {"a": [{"version": 1, "schema": {}}, {"version": 1, "schema": {}}]}}', "one twice"),
        ('{"format": 1, "schemas": {"a": []}}', "it has no version"),
        ('{"format": 1, "schemas": {"a": [{"version": 1, "schema": {"type": "array"}}]}}', "it is not a lock file"),
        ('{"format": 1, "schemas": {"a": [{"version": 1, "schema": {"properties": {"x": {"$ref": "#/$defs/Y"}}}}]}}',
         "it is not a lock file"),
        ('{"format": 0, "schemas": {}}', "it has format 0, which is none"),
        ('{"format": -1, "schemas": {}}', "it has format -1, which is none"),
        ('{"format": true, "schemas": {}}', "it has format True, which is none"),
        ('{"format": 1, "schemas": {"a": [{"version": 1, "schema": ' + '{"items": ' * 9999 + "{}" + "}" * 9999 + "}]}}",
         "it nests too deep"),
        ('{"format": 2, "schemas": {}}', "it has format 2, and this release reads up to 1"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_a_named_error(path: Path, text: str, problem: str) -> None:
    path.write_text(text)
    for use in (check, unlocked, lock):
        with pytest.raises(SchemaLockError, match=problem):
            use(path, catalogue=code(ONE).catalogue)
    assert path.read_text() == text


def test_a_directory_is_a_named_error(tmp_path: Path) -> None:
    for use in (check, unlocked, lock):
        with pytest.raises(SchemaLockError, match="it cannot be read"):
            use(tmp_path, catalogue=code(ONE).catalogue)


def test_a_generic_class_that_has_itself_is_read_again(path: Path) -> None:
    assert lock(path, code(Node).catalogue)
    assert not unlocked(path, code(Node).catalogue)
    assert not check(path, "full", code(Node).catalogue)


def test_a_file_that_could_not_be_read_is_not_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock(path, code(ONE).catalogue)
    before = path.read_bytes()
    broken = {"properties": {"x": {"$ref": "#/$defs/Nowhere"}}}
    monkeypatch.setattr("airflow_xcom_toolkit.schemas.locking.json_schema", lambda *given: broken)
    with pytest.raises(SchemaLockError, match="it is not written, as it could not be read again"):
        lock(path, code(ONE).catalogue, replace=True)
    assert [(found.name, found.read_bytes()) for found in path.parent.iterdir()] == [(LOCK_FILE, before)]


@pytest.mark.parametrize("depth", [50, 100, 150, 200, 250, 300, 350])
def test_types_that_nest_deep_are_locked_or_a_named_error(path: Path, depth: int) -> None:
    hint: Any = int
    for _ in range(depth):
        hint = list[hint]
    deep = code(record("dataclass", "Deep", x=hint))
    try:
        lock(path, deep.catalogue)
    except SchemaError:
        assert not path.exists()
    else:
        assert not unlocked(path, deep.catalogue)


def test_the_file_keeps_its_mode(path: Path) -> None:
    lock(path, code(ONE).catalogue)
    path.chmod(0o640)
    lock(path, code(ONE, OPTIONAL).catalogue)
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_constant_that_is_equal_is_not_the_same(path: Path) -> None:
    """``1 == True``."""
    one, true = (code(record("dataclass", "Orders", id=hint)) for hint in (Literal[1], Literal[True]))
    lock(path, one.catalogue)
    assert [found.version for found in unlocked(path, true.catalogue)] == [1]
    with pytest.raises(SchemaLockError, match="rows may have 1, which the reader does not know"):
        lock(path, true.catalogue)
    assert [found.version for found in lock(path, true.catalogue, replace=True)] == [1]
    assert not unlocked(path, true.catalogue)


def test_without_a_file_there_is_nothing_to_compare_with(path: Path) -> None:
    for use in (check, unlocked):
        with pytest.raises(SchemaLockError, match=r"it is not there. Make it with lock\(\)"):
            use(path, catalogue=code(ONE).catalogue)


def test_another_mode_is_a_named_error(path: Path) -> None:
    lock(path, code(ONE).catalogue)
    with pytest.raises(SchemaLockError, match="mode 'sideways'; the modes are backward, backward_transitive, forward"):
        check(path, "sideways", code(ONE).catalogue)


class TypeAliasType:
    """As ``type Nested = list[Nested]`` makes one, from Python 3.12 on."""

    def __init__(self) -> None:
        self.__value__ = list[self]  # type: ignore[valid-type]


def test_types_without_end_are_a_named_error(path: Path) -> None:
    endless = code(record("dataclass", "Endless", x=TypeAliasType()))
    with pytest.raises(SchemaError, match=r"'acme.orders', version 1: its types have no end"):
        lock(path, endless.catalogue)
    assert not path.exists()


# The modes

Reported = Callable[[Code, Code, str], list[str]]


@pytest.mark.parametrize("mode", MODES)
def test_what_did_not_change_is_compatible(reported: Reported, mode: str) -> None:
    same = code(ONE, (OPTIONAL, 1), steps=(1,))
    assert not reported(same, same, mode)


@pytest.mark.parametrize("mode", MODES)
def test_a_new_schema_is_compatible(path: Path, mode: str) -> None:
    lock(path, Code().catalogue)
    assert not check(path, mode, code(ONE).catalogue)


@pytest.mark.parametrize(
    ("mode", "paths"),
    [("backward", ["1-1 note: rows may lack it, and the reader requires it"]),
     ("forward", ["1-1 note: rows have it, and the reader has no such field"])],
)  # fmt: skip
def test_a_change_without_a_new_version(reported: Reported, mode: str, paths: list[str]) -> None:
    """``full`` is both."""
    assert reported(code(ONE), code(REQUIRED), mode) == paths
    assert set(paths) < set(reported(code(ONE), code(REQUIRED), "full"))


def test_backward_needs_a_step_to_the_newest_version(reported: Reported) -> None:
    before, after = code(ONE), code(ONE, REQUIRED)
    assert reported(before, after, "backward") == [
        "1-2 : there is no step from version 1 to 2; write @upcaster('acme.orders', from_version=1)",
        "1-2 note: rows may lack it, and the reader requires it",
    ]
    with pytest.raises(UpcasterMissingError):
        after.pull(before.push(ONE(1)))


def test_backward_names_the_missing_step_of_a_chain(reported: Reported) -> None:
    found = reported(code(ONE), code(None, None, None, ONE, steps=(1, 3)), "backward")
    assert found == ["1-4 : there is no step from version 2 to 3; write @upcaster('acme.orders', from_version=2)"]


def test_a_step_bridges_any_change(reported: Reported) -> None:
    before, after = code(ONE), code(None, TEXT, steps=(1,)).step("acme.other", 1, str)
    assert not reported(before, after, "backward_transitive")


def test_backward_is_about_the_version_before_and_transitive_about_all(reported: Reported) -> None:
    before, after = code(ONE, OPTIONAL), code(None, None, REQUIRED, steps=(2,))
    assert not reported(before, after, "backward")
    (found,) = [one for one in reported(before, after, "backward_transitive") if one.startswith("1-3 :")]
    assert "from version 1 to 2" in found


def test_forward_needs_a_version_that_the_one_before_may_read(reported: Reported) -> None:
    before, after = code(ONE), code(ONE, OPTIONAL)
    problem = "version 2 does not declare readable_by=1, or a lower one, and the reader refuses its rows"
    assert reported(before, after, "forward") == [f"2-1 : {problem}"]
    assert not reported(before, code(ONE, (OPTIONAL, 1)), "forward")
    with pytest.raises(SchemaTooNewError):
        before.pull(after.push(OPTIONAL(1)))


def test_forward_names_what_the_older_version_does_not_take(reported: Reported) -> None:
    found = reported(code(REQUIRED), code(REQUIRED, (TEXT, 1)), "forward")
    assert found == [
        "2-1 note: rows may lack it, and the reader requires it",
        "2-1 id: rows have str, the reader takes int",
    ]


def test_forward_is_about_the_version_before_and_transitive_about_all(reported: Reported) -> None:
    before, after = code(TEXT, ONE), code(None, None, (OPTIONAL, 2))
    assert not reported(before, after, "forward")
    found = reported(before, after, "forward_transitive")
    assert [one.partition(":")[0] for one in found] == ["3-1 ", "3-1 id"]


def test_forward_parts_with_a_schema_of_their_own_are_to_be_known(reported: Reported) -> None:
    """Even in a field that the reader drops: its value is read first."""
    line = record("dataclass", "Line", name=str)
    whole = record("dataclass", "Orders", id=int, line=(line | None, None))
    before, after = code(ONE), code(ONE, (whole, 1)).declare("acme.line", 1, line)
    problem = "it has parts of schema 'acme.line', which is not locked: the reader does not know it"
    assert reported(before, after, "forward") == [f"2-1 : {problem}"]
    assert not reported(before.declare("acme.line", 1, line), after, "forward")
    with pytest.raises(UnknownSchemaError):
        code(ONE).pull(after.push(whole(1, line("a"))))
    assert before.pull(after.push(whole(1, line("a")))) == ONE(1)


@pytest.mark.parametrize("suffix", ["", "_transitive"])
def test_full_is_backward_and_forward(reported: Reported, suffix: str) -> None:
    before, after = code(ONE, OPTIONAL), code(None, REQUIRED, (TEXT, 2))
    both = [*reported(before, after, "backward" + suffix), *reported(before, after, "forward" + suffix)]
    assert reported(before, after, "full" + suffix) == both


def test_a_schema_that_is_gone_leaves_rows(reported: Reported) -> None:
    before, after = code(ONE, OPTIONAL), Code().declare("acme.other", 1)
    assert [one.partition(":")[0] for one in reported(before, after, "backward")] == ["2-None "]
    assert not reported(before, after, "forward")
    with pytest.raises(UnknownSchemaError):
        after.pull(before.push(ONE(1)))


def test_rows_of_a_newer_version_than_any_here_are_refused(reported: Reported) -> None:
    """Code that was rolled back, or a branch from before."""
    before, after = code(ONE, OPTIONAL), code(ONE)
    assert [one.partition(":")[0] for one in reported(before, after, "backward")] == ["2-1 "]
    with pytest.raises(SchemaTooNewError):
        after.pull(before.push(OPTIONAL(1)))


def test_rows_of_a_newer_version_that_said_so_are_read(reported: Reported) -> None:
    before, after = code(ONE, (OPTIONAL, 1)), code(ONE)
    assert not reported(before, after, "backward")
    assert after.pull(before.push(OPTIONAL(1))) == ONE(1)


def test_a_version_without_its_class_gives_dicts(reported: Reported) -> None:
    before, after = code(ONE, OPTIONAL), code(steps=(1,))
    assert reported(before, after, "backward") == ["2-2 : it has no class any more, and its rows come back as dicts"]
    assert after.pull(before.push(OPTIONAL(1))) == {"id": 1, "note": "none"}


def test_an_older_class_that_is_still_declared_is_compared_too(reported: Reported) -> None:
    before, after = code(ONE, OPTIONAL, steps=(1,)), code(TEXT, OPTIONAL, steps=(1,))
    assert reported(before, after, "backward") == ["1-1 id: rows have int, the reader takes str"]


def test_an_incompatibility_reads_as_a_sentence() -> None:
    found = Incompatibility(NAME, 1, 2, "lines[].n", "rows have str, the reader takes int", "backward")
    text = "acme.orders: lines[].n: rows have str, the reader takes int (version 1 read by this code, at version 2)"
    assert str(found) == text
    gone = Incompatibility(NAME, 1, None, "", "no module declares it", "backward")
    assert str(gone) == "acme.orders: no module declares it (version 1 read by this code)"
    forward = Incompatibility(NAME, 2, 1, "", "refused", "forward")
    assert str(forward) == "acme.orders: refused (version 2 read by deployed code, at version 1)"
