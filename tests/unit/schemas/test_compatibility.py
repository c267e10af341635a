"""What the comparison says of a change, and what happens to rows when the change is deployed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypedDict, TypeVar
from uuid import UUID

import pytest
from pydantic import UUID4, BaseModel, ConfigDict, Field, FilePath, FiniteFloat, StringConstraints, create_model

from airflow_xcom_toolkit.errors import SchemaError
from airflow_xcom_toolkit.schemas import Catalogue, Declarations, Declared, Incompatibility, check, lock
from airflow_xcom_toolkit.schemas.compatibility import Difference, described, differences
from airflow_xcom_toolkit.schemas.json_schema import json_schema
from airflow_xcom_toolkit.schemas.limits import JsonSchema
from tests.unit.schemas import declared
from tests.unit.schemas.code import Code
from tests.unit.schemas.records import KINDS, STRICT, record

NAME = "acme.orders"
T = TypeVar("T")

OLD_COLORS = Enum("Color", {"RED": "red"})
COLORS = Enum("Color", {"RED": "red", "BLUE": "blue"})
RENAMED = Enum("Color", {"CRIMSON": "red"})
LINE = record("dataclass", "Line", name=str)
LINE_WITH_COUNT = record("dataclass", "Line", name=str, count=int)
LINE_WITH_DEFAULT = record("dataclass", "Line", name=str, count=(int, 1))
LINE_OF_BYTES = record("dataclass", "Line", name=bytes)
ITEM = record("dataclass", "Item", name=str)
POSITIVE = Annotated[int, Field(gt=0)]
SHORT = Annotated[str, Field(max_length=3)]
UNIQUE = Annotated[list[int], Field(min_length=2)]


@dataclass(frozen=True)
class Change:
    """``old`` and ``new`` are fields of a value that shows it. ``backward``: what fails where rows of the same version
    are read by the changed class; ``forward``: where rows of the next, readable by this one, are read by the old."""

    name: str
    before: dict[str, Any]
    after: dict[str, Any]
    old: dict[str, Any]
    new: dict[str, Any]
    backward: list[str] = field(default_factory=list)
    forward: list[str] = field(default_factory=list)


def of_type(name: str, before: Any, after: Any, old: Any, new: Any, backward: str = "", forward: str = "") -> Change:
    """The field ``x`` has another type."""
    lists = [[path] if path else [] for path in (backward, forward)]
    return Change(name, {"x": before}, {"x": after}, {"x": old}, {"x": new}, *lists)


CHANGES = [
    Change("nothing", {"id": int}, {"id": int}, {"id": 1}, {"id": 1}),
    Change("the default", {"id": (int, 1)}, {"id": (int, 2)}, {"id": 1}, {"id": 2}),
    Change("the order", {"id": int, "n": int}, {"n": int, "id": int}, {"id": 1, "n": 2}, {"id": 1, "n": 2}),
    Change("a new default", {"id": int}, {"id": (int, 2)}, {"id": 1}, {"id": 2}),
    Change("a new optional field", {"id": int}, {"id": int, "n": (int, 1)}, {"id": 1}, {"id": 1}),
    Change("a new required field", {"id": int}, {"id": int, "n": int}, {"id": 1}, {"id": 1, "n": 1}, ["n"]),
    Change("no optional field", {"id": int, "n": (int, 1)}, {"id": int}, {"id": 1}, {"id": 1}, ["n"]),
    Change("no required field", {"id": int, "n": int}, {"id": int}, {"id": 1, "n": 1}, {"id": 1}, ["n"], ["n"]),
    Change("another name", {"id": int}, {"key": int}, {"id": 1}, {"key": 1}, ["key", "id"], ["id"]),
    of_type("int to str", int, str, 1, "a", "x", "x"),
    of_type("int to float", int, float, 1, 1.5, "x", "x"),
    of_type("float to int", float, int, 1.5, 1, "x"),
    of_type("int to anything", int, Any, 1, "a", forward="x"),
    of_type("int or None", int, int | None, 1, None, forward="x"),
    of_type("no None any more", int | None, int, None, 1, "x"),
    of_type("a wider union", int | str, int | str | bytes, "a", b"a", forward="x"),
    of_type("a union in another order", int | str, str | int, "a", "a"),
    of_type("a list to a tuple", list[int], tuple[int, ...], [1], (1,), "x", "x"),
    of_type("a list to a sequence", list[int], Sequence[int], [1], (1,), forward="x"),
    of_type("the items", list[int], list[str], [1], ["a"], "x[]", "x[]"),
    of_type("the items of a tuple", tuple[int, str], tuple[int, int], (1, "a"), (1, 1), "x[1]", "x[1]"),
    of_type("a longer tuple", tuple[int, int], tuple[int, int, int], (1, 1), (1, 1, 1), "x", "x"),
    of_type("a tuple of any length", tuple[int, int], tuple[int, ...], (1, 1), (1,), forward="x"),
    of_type("the values of a dict", dict[str, int], dict[str, str], {"a": 1}, {"a": "b"}, "x{}", "x{}"),
    of_type("the keys of a dict", dict[str, int], dict[int, int], {"a": 1}, {1: 1}, "x{key}", "x{key}"),
    of_type("a new member", OLD_COLORS, COLORS, OLD_COLORS.RED, COLORS.BLUE, forward="x"),
    of_type("no such member", COLORS, OLD_COLORS, COLORS.BLUE, OLD_COLORS.RED, "x"),
    of_type("a member's name", OLD_COLORS, RENAMED, OLD_COLORS.RED, RENAMED.CRIMSON, "x"),
    of_type("a new constant", Literal["a"], Literal["a", "b"], "a", "b", forward="x"),
    of_type("a constant to any text", Literal["a"], str, "a", "b", forward="x"),
    Change(
        "a constant to text or None", {"x": Literal["a"]}, {"x": str | None}, {"x": "a"}, {"x": None}, [], ["x", "x"]
    ),
    Change(
        "a member to its value",
        {"x": OLD_COLORS, "y": OLD_COLORS},
        {"x": str, "y": OLD_COLORS},
        {"x": OLD_COLORS.RED, "y": OLD_COLORS.RED},
        {"x": "green", "y": OLD_COLORS.RED},
        ["x"],
        ["x"],
    ),
    of_type("a limit", int, POSITIVE, -1, 1, "x"),
    of_type("a looser limit", POSITIVE, Annotated[int, Field(ge=0)], 1, 0, forward="x"),
    of_type("a limit of length", str, SHORT, "long", "a", "x"),
    of_type("a limit of a list", list[int], UNIQUE, [1], [1, 2], "x"),
    of_type("a limit of an optional", int | None, POSITIVE | None, -1, None, "x"),
    of_type("a part's field", list[LINE], list[LINE_WITH_COUNT], [LINE("a")], [LINE_WITH_COUNT("a", 1)], "x[].count"),
    of_type("a part's default", list[LINE], list[LINE_WITH_DEFAULT], [LINE("a")], [LINE_WITH_DEFAULT("a")]),
    of_type("a part's type", LINE | None, LINE_OF_BYTES | None, LINE("a"), LINE_OF_BYTES(b""), "x.name", "x.name"),
    of_type("a part's name", dict[str, LINE], dict[str, ITEM], {"a": LINE("a")}, {"a": ITEM("a")}, "x{}"),
    of_type("a part to anything", LINE, Any, LINE("a"), 1, "x", "x"),
    of_type("parts to anything", dict[str, LINE], Any, {"a": LINE("a")}, 1, "x{}", "x"),
    of_type("a list of parts to one of anything", list[LINE | None], list[Any], [LINE("a")], [1], "x[]", "x[]"),
    of_type("a tuple to an empty one", tuple[int, ...], tuple[()], (1,), (), "x"),
    Change(
        "a part to anything, and the part",
        {"x": dict[str, list[LINE]], "y": list[LINE]},
        {"x": Any, "y": list[LINE_WITH_COUNT]},
        {"x": {"a": [LINE("a")]}, "y": []},
        {"x": 1, "y": []},
        ["x{}[].count", "y[].count"],
        ["x"],
    ),
    Change(
        "a part to anything, and its default",
        {"x": dict[str, LINE], "y": list[LINE]},
        {"x": Any, "y": list[LINE_WITH_DEFAULT]},
        {"x": {"a": LINE("a")}, "y": []},
        {"x": 1, "y": []},
        [],
        ["x"],
    ),
    of_type("a part to a dict", LINE, dict[str, str], LINE("a"), {"key": "a"}, "x", "x"),
]
UNSURE = {"int to float", "float to int"}
"""Within a version an int stays one: dataclasses may hold it as a float, models may not."""
BY_KIND = [pytest.param(kind, change, id=f"{kind}-{change.name}") for kind in KINDS for change in CHANGES]


def code(kind: str, fields: dict[str, Any], version: int = 1, readable_by: int | None = None) -> Code:
    return Code().declare(NAME, version, record(kind, "Orders", **fields), readable_by=readable_by)


def found(path: Path, mode: str, before: Code, after: Code) -> list[Incompatibility]:
    lock(path / "lock.json", before.catalogue)
    return check(path / "lock.json", mode, after.catalogue)


def is_read(writer: Code, reader: Code, fields: dict[str, Any]) -> bool:
    """Whether a reader gets a value of its class, as it would push it itself."""
    cls: Any = writer.catalogue.all()[0].cls
    pushed = writer.push(cls(**fields))
    try:
        value = reader.pull(pushed)
        reader.push(value)
    except SchemaError:
        return False
    return type(value) is reader.catalogue.all()[0].cls


@pytest.mark.parametrize(("kind", "change"), BY_KIND)
def test_a_change_within_a_version_is_reported_by_path_and_old_rows_fail(
    kind: str, change: Change, tmp_path: Path
) -> None:
    """And where nothing is reported they are read."""
    before, after = code(kind, change.before), code(kind, change.after)
    assert [one.path for one in found(tmp_path, "backward", before, after)] == change.backward
    if not change.backward or (kind in STRICT and change.name not in UNSURE):
        assert is_read(before, after, change.old) == (not change.backward)


@pytest.mark.parametrize(("kind", "change"), BY_KIND)
def test_old_code_reads_new_rows_of_the_same_version_where_forward_says_so(
    kind: str, change: Change, tmp_path: Path
) -> None:
    before, after = code(kind, change.before), code(kind, change.after)
    reported = found(tmp_path, "forward", before, after)
    if not reported or (kind in STRICT and change.name not in UNSURE):
        assert is_read(after, before, change.new) == (not reported)


@pytest.mark.parametrize(("kind", "change"), BY_KIND)
def test_old_code_reads_newer_rows_that_it_may_read_where_forward_says_so(
    kind: str, change: Change, tmp_path: Path
) -> None:
    before, after = code(kind, change.before), code(kind, change.after, 2, 1)
    assert [one.path for one in found(tmp_path, "forward", before, after)] == change.forward
    if kind in STRICT or not change.forward:
        assert is_read(after, before, change.new) == (not change.forward)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_backward_code_before_a_newer_row_is_as_forward(change: Change, tmp_path: Path) -> None:
    """Code that was rolled back reads what the newer one has written."""
    newer, older = code("dataclass", change.after, 2, 1), code("dataclass", change.before)
    assert [one.path for one in found(tmp_path, "backward", newer, older)] == change.forward


@pytest.mark.parametrize("before", KINDS)
@pytest.mark.parametrize("after", KINDS)
def test_a_class_of_another_kind_reads_the_rows(before: str, after: str, tmp_path: Path) -> None:
    """A dataclass that becomes a model."""
    writer, reader = code(before, {"id": int}), code(after, {"id": int, "n": (int, 1)})
    assert not found(tmp_path, "backward", writer, reader)
    assert is_read(writer, reader, {"id": 1})


@pytest.mark.parametrize("one", Catalogue().all(), ids=lambda one: one.name)
def test_every_schema_fits_itself(one: Declared) -> None:
    schema = json_schema(one, Catalogue())
    assert declared.values()
    assert not differences(schema, schema)
    assert not differences(schema, schema, by_name=True)
    assert not differences(schema, schema, drop=True)


def schema_of(cls: Any) -> JsonSchema:
    return json_schema(Declared(NAME, 1, cls=cls), Catalogue(declarations=Declarations()))


class Tree(BaseModel):
    name: str
    children: list[Tree] = []


class Counted(BaseModel):
    name: str
    count: int
    children: list[Counted] = []


def test_classes_that_refer_to_themselves_are_compared() -> None:
    """Once: what differs is named where it is met first."""
    assert [one.path for one in differences(schema_of(Tree), schema_of(Counted))] == ["count"]
    assert not differences(schema_of(Counted), schema_of(Tree), drop=True)


def boxed(line: Any, form: Callable[[Any], Any]) -> Any:
    """A class with a box of lines, and the box."""

    @dataclass
    class Box(Generic[T]):
        item: T

    Box.__qualname__ = "Box"
    return record("dataclass", "Orders", box=form(Box[line])), Box


@pytest.mark.parametrize(
    ("form", "wrapped", "path"),
    [(lambda box: box, lambda one: one, "box"), (lambda box: list[box], lambda one: [one], "box[]")],
)
@pytest.mark.parametrize(
    ("after", "backward", "forward"),
    [
        (LINE, [], []),
        (LINE_WITH_DEFAULT, [], []),
        (LINE_WITH_COUNT, ["<Line>.count"], []),
        (LINE_OF_BYTES, ["<Line>.name"], ["<Line>.name"]),
        (int, ["<Line>"], ["<int>"]),
    ],
)
def test_what_a_generic_class_is_made_generic_in_is_compared(
    form: Any, wrapped: Any, path: str, after: Any, backward: list[str], forward: list[str], tmp_path: Path
) -> None:
    (old, box), (new, _) = boxed(LINE, form), boxed(after, form)
    before = Code().declare(NAME, 1, old)
    same, newer = Code().declare(NAME, 1, new), Code().declare(NAME, 2, new, readable_by=1)
    assert [one.path for one in found(tmp_path, "backward", before, same)] == [path + where for where in backward]
    assert [one.path for one in found(tmp_path, "forward", before, newer)] == [path + where for where in forward]
    assert is_read(before, same, {"box": wrapped(box(LINE("a")))}) == (not backward)


def test_a_generic_class_in_itself_is_compared_by_its_arguments() -> None:
    def nested(line: Any) -> JsonSchema:
        @dataclass
        class Box(Generic[T]):
            item: T

        Box.__qualname__ = "Box"
        return schema_of(record("dataclass", "Orders", box=Box[Box[line]]))

    assert [one.path for one in differences(nested(LINE), nested(LINE_WITH_COUNT))] == ["box<Box[Line]><Line>.count"]


def test_a_generic_class_that_does_not_say_in_what_takes_anything() -> None:
    bare, of_line = boxed(LINE, lambda box: box.__origin__)[0], boxed(LINE, lambda box: box)[0]
    assert not differences(schema_of(of_line), schema_of(bare))
    assert [one.path for one in differences(schema_of(of_line), schema_of(bare), by_name=True)] == ["box<Line>"]
    assert [one.path for one in differences(schema_of(bare), schema_of(of_line))] == ["box<any value>"]


NAN = float("nan")
STR_OR_INT = Annotated[str | int, Field(union_mode="left_to_right")]
INT_OR_STR = Annotated[int | str, Field(union_mode="left_to_right")]
LOWER = Annotated[str, StringConstraints(to_lower=True, strip_whitespace=True)]
LIMITED = [
    pytest.param(float, FiniteFloat, {}, NAN, id="finite"),
    pytest.param(float, float, {"allow_inf_nan": False}, NAN, id="finite by configuration"),
    pytest.param(list[str], list[str], {"str_max_length": 3}, ["long"], id="length by configuration"),
    pytest.param(str, str, {"str_min_length": 3}, "a", id="least length by configuration"),
    pytest.param(str, str, {"str_to_lower": True}, "A", id="case by configuration"),
    pytest.param(Annotated[Decimal, Field(allow_inf_nan=True)], Decimal, {}, Decimal("NaN"), id="decimal"),
    pytest.param(UUID, UUID4, {}, UUID("48bb2ad6-e5c7-11f1-9372-02fc00000001"), id="uuid"),
    pytest.param(Path, FilePath, {}, Path("/nowhere/at/all"), id="file"),
    pytest.param(str, LOWER, {}, " A ", id="text that is changed"),
    pytest.param(str, INT_OR_STR, {}, "1", id="union in turn"),
    pytest.param(STR_OR_INT, INT_OR_STR, {}, "1", id="union in another turn"),
    pytest.param(COLORS, COLORS, {"use_enum_values": True}, COLORS.RED, id="values of enums"),
]


@pytest.mark.parametrize(("before", "after", "config", "value"), LIMITED)
def test_a_limit_that_json_schema_has_no_word_for_is_compared(
    before: Any, after: Any, config: Any, value: Any, tmp_path: Path
) -> None:
    """What it refuses or changes is reported by its path, where rows need not keep it."""
    old = create_model("Orders", x=(before, ...))
    new = create_model("Orders", __config__=ConfigDict(**config), x=(after, ...))
    writer, reader = Code().declare(NAME, 2, old, readable_by=1), Code().declare(NAME, 1, new)
    assert {one.path.partition("[")[0] for one in found(tmp_path, "forward", reader, writer)} == {"x"}
    assert {one.path.partition("[")[0] for one in differences(schema_of(old), schema_of(new), by_name=True)} == {"x"}
    pushed = writer.push(old(x=value))
    try:
        pulled: Any = reader.pull(pushed)
    except SchemaError:
        return
    assert (type(pulled.x), pulled.x) != (type(value), value)


@pytest.mark.parametrize(
    ("before", "after"), [(FiniteFloat, float), (UUID4, UUID), (LOWER, str), (INT_OR_STR, int | str)]
)
def test_a_limit_that_is_gone_is_none(before: Any, after: Any) -> None:
    one, other = (schema_of(record("model", "Orders", x=hint)) for hint in (before, after))
    assert not differences(one, other)
    assert differences(other, one)


def test_what_is_not_known_is_to_be_the_same() -> None:
    """It may make the type a wider one."""
    one, other = (
        schema_of(record("model", "Orders", x=Annotated[Decimal, Field(allow_inf_nan=which)]))
        for which in (True, False)
    )
    (problem,), (reverse,) = differences(one, other), differences(other, one)
    assert str(problem) == "x: rows are constrained by infinite=True, the reader's by nothing"
    assert str(reverse) == "x: rows are constrained by nothing, the reader's by infinite=True"
    assert not differences(one, schema_of(record("model", "Orders", x=Any)))


@dataclass
class Made:
    x: int
    needed: InitVar[int]


def test_what_only_the_constructor_of_the_reader_takes_is_missing() -> None:
    """No row has it: no field keeps it."""
    problem = Difference("needed", "rows may lack it, and the reader requires it")
    assert differences(schema_of(record("dataclass", "Made", x=int)), schema_of(Made)) == [problem]


@pytest.mark.parametrize("kind", STRICT)
def test_a_part_where_an_older_reader_takes_anything_is_built_by_its_name(kind: str, tmp_path: Path) -> None:
    newer = code(kind, {"x": list[LINE], "y": (Any, None)}, 2, 1)
    older = code(kind, {"x": list[Any], "y": (LINE_WITH_COUNT | None, None)})
    assert [one.path for one in found(tmp_path, "forward", older, newer)][:1] == ["x[].count"]
    assert not is_read(newer, older, {"x": [LINE("a")]})


class Tangled(TypedDict, total=False):
    again: Tangled
    line: LINE  # type: ignore[valid-type]


def test_what_a_typed_dict_has_is_named_too() -> None:
    one, other = (schema_of(record("dataclass", "Orders", x=hint)) for hint in (list[Tangled], Any))
    assert [found.path for found in differences(one, other, by_name=True)] == ["x[].line"]


class Open(BaseModel, extra="allow"):
    id: int


class Closed(BaseModel):
    id: int


def test_further_fields_need_a_reader_that_takes_them() -> None:
    problem = "rows may have further fields, and the reader takes none"
    assert differences(schema_of(Open), schema_of(Closed)) == [Difference("", problem)]
    assert not differences(schema_of(Closed), schema_of(Open))
    assert not differences(schema_of(Open), schema_of(Closed), drop=True)


def test_a_mapping_takes_dicts_and_a_dict_no_mappings() -> None:
    one, other = (schema_of(record("dataclass", "D", x=hint)) for hint in (dict[str, int], Mapping[str, int]))
    assert not differences(one, other)
    assert [found.path for found in differences(other, one)] == ["x"]


class Options(TypedDict, total=False):
    a: int


class AllOptions(TypedDict):
    a: int


def test_a_key_that_a_typed_dict_may_lack_is_lacking() -> None:
    """Records always have all their fields; typed dicts do not."""
    one, other = schema_of(record("dataclass", "O", x=Options)), schema_of(record("dataclass", "O", x=AllOptions))
    assert [found.path for found in differences(one, other)] == ["x.a"]
    assert not differences(other, one)


@pytest.mark.parametrize(
    ("columns", "paths"),
    [
        ({"id": "int64"}, []),
        ({"id": "int32"}, ["['id']"]),
        ({"id": "int64", "n": "str"}, ["['n']"]),
        ({}, ["['id']"]),
    ],
)
def test_columns_are_compared_by_name_and_dtype(columns: dict[str, str], paths: list[str], tmp_path: Path) -> None:
    before, after = Code().declare(NAME, 1, columns={"id": "int64"}), Code().declare(NAME, 1, columns=columns)
    assert [one.path for one in found(tmp_path, "backward", before, after)] == paths


@pytest.mark.parametrize(
    ("limit", "kept_by", "not_kept_by"),
    [
        ({"ge": 1}, [{"ge": 1}, {"ge": 2}, {"gt": 1}], [{}, {"ge": 0}, {"gt": 0}, {"lt": 5}]),
        ({"gt": 1}, [{"gt": 1}, {"gt": 2}, {"ge": 2}], [{}, {"ge": 1}, {"gt": 0}]),
        ({"le": 1}, [{"le": 1}, {"lt": 1}, {"le": 0}], [{}, {"le": 2}, {"lt": 2}]),
        ({"lt": 1}, [{"lt": 1}, {"le": 0}], [{}, {"le": 1}, {"lt": 2}]),
        ({"multiple_of": 2}, [{"multiple_of": 2}], [{}, {"multiple_of": 3}]),
    ],
)
def test_a_limit_is_kept_by_one_as_tight(
    limit: dict[str, Any], kept_by: list[dict[str, Any]], not_kept_by: list[dict[str, Any]]
) -> None:
    def limited(limits: dict[str, Any]) -> JsonSchema:
        return schema_of(record("dataclass", "L", x=Annotated[int, Field(**limits)]))

    assert not any(differences(limited(one), limited(limit)) for one in kept_by)
    assert all(differences(limited(one), limited(limit)) for one in not_kept_by)


def test_members_are_named_as_rows_have_them() -> None:
    """By name and value in a row of the same version, by value in others."""
    one, other = (schema_of(record("dataclass", "D", x=hint)) for hint in (COLORS, OLD_COLORS))
    (named,), (valued,) = differences(one, other, by_name=True), differences(one, other)
    assert str(named) == "x: rows may have BLUE = 'blue', which the reader does not know"
    assert str(valued) == "x: rows may have 'blue', which the reader does not know"


@pytest.mark.parametrize(
    ("hint", "words"),
    [
        (Any, "any value"),
        (int, "int"),
        (list[str], "list[str]"),
        (tuple[int, ...], "tuple[int]"),
        (tuple[int, str], "tuple[int, str]"),
        (tuple[()], "tuple[()]"),
        (boxed(LINE, lambda box: box)[1][LINE], "Box[Line]"),
        (dict[str, float], "dict[str, float]"),
        (LINE, "Line"),
        (int | None, "int | None"),
        (Literal["a", "b"], "one of 'a', 'b'"),
        (Path, "pathlib.Path"),
    ],
)
def test_a_type_is_described_as_python_has_it(hint: Any, words: str) -> None:
    schema = schema_of(record("dataclass", "D", x=hint))
    assert described(schema["properties"]["x"]) == words


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_with_a_part_that_has_a_schema_of_its_own_is_up_to_that_one(kind: str, tmp_path: Path) -> None:
    """Its new version changes nothing of the whole, and its step is taken."""

    def deployed(line: Any, version: int) -> Code:
        made = Code().declare("acme.line", version, line)
        return made.declare(NAME, 1, record(kind, "Orders", line=line))

    before = deployed(LINE, 1)
    after = deployed(LINE_WITH_COUNT, 2).step("acme.line", 1, lambda data: {**data, "count": 1})
    assert not found(tmp_path, "backward", before, after)
    writer: Callable[..., Any] = before.catalogue.all()[1].cls
    assert after.pull(before.push(writer(line=LINE("a")))).line == LINE_WITH_COUNT("a", 1)
