"""Classes as JSON schema: what a row depends on, and nothing else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import typing
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum, IntFlag
from pathlib import Path
from typing import Annotated, Any, ClassVar, Generic, Literal, NewType, TypedDict, TypeVar

import attrs
import numpy as np
import pandas as pd
import pytest
from annotated_types import Len, Predicate
from pydantic import (
    UUID4,
    AfterValidator,
    AnyUrl,
    Base64Str,
    BaseModel,
    ConfigDict,
    Field,
    FilePath,
    FiniteFloat,
    GetPydanticSchema,
    PositiveInt,
    StringConstraints,
    UrlConstraints,
    conint,
    constr,
)
from pydantic.dataclasses import dataclass as pydantic_dataclass
from typing_extensions import NotRequired

from airflow_xcom_toolkit.errors import SchemaError
from airflow_xcom_toolkit.schemas import Catalogue, Declarations, Declared, lock
from airflow_xcom_toolkit.schemas.json_schema import json_schema
from airflow_xcom_toolkit.schemas.limits import JsonSchema
from tests.unit.schemas.code import Code
from tests.unit.schemas.records import KINDS, record

T = TypeVar("T")
Bound = TypeVar("Bound", bound=int)
Key = NewType("Key", str)


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Access(IntFlag):
    WRITE = 2
    READ = 1


class Odd(Enum):
    PAIR = (1, "a")
    OBJECT = object()


class Sets(Enum):
    LETTERS = frozenset("zyxwvutsrq")
    INSIDE = ({"c", "b", "a", "f", "e", "d"}, [None], {"a": Color.RED}, int, ())


class Scaled:
    """A constraint of a user's own."""

    def __init__(self, by: int) -> None:
        self.by = by
        self.units = {"m", "km", "cm", "mm"}

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return handler(source)


class Options(TypedDict):
    size: int
    name: NotRequired[str]


@attrs.define
class Box:
    size: int
    _secret: str = "s"


class Line(BaseModel, arbitrary_types_allowed=True):
    """A docstring."""

    name: str = Field(alias="NAME", title="Title", description="A description", examples=["a"])
    box: Box | None = None


@dataclass
class Carrier(Generic[T]):
    item: T


@dataclass
class Node:
    name: str
    children: list[Node] = field(default_factory=list)


class Left(BaseModel):
    right: Right | None = None


class Right(BaseModel):
    left: Left | None = None


class Holder(BaseModel, Generic[T]):
    item: T


def schema_of(cls: Any) -> JsonSchema:
    return json_schema(Declared("acme.orders", 1, cls=cls), Catalogue(declarations=Declarations()))


def of_hint(hint: Any) -> JsonSchema:
    """The schema of a field."""
    found: JsonSchema = schema_of(record("dataclass", "One", x=hint))["properties"]["x"]
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_class_is_an_object_with_its_fields(kind: str) -> None:
    cls = record(kind, "Orders", id=int, note=(str, "none"))
    properties = {"id": {"type": "integer"}, "note": {"type": "string"}}
    assert schema_of(cls) == {"type": "object", "properties": properties, "required": ["id"]}


@pytest.mark.parametrize(
    ("hint", "schema"),
    [
        (Any, {}),
        (object, {}),
        (bool, {"type": "boolean"}),
        (None, {"type": "null"}),
        (int | None, {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        (list, {"type": "array", "items": {}}),
        (list[int], {"type": "array", "items": {"type": "integer"}}),
        (tuple[int, ...], {"type": "array", "x-python-type": "tuple", "items": {"type": "integer"}}),
        (tuple, {"type": "array", "x-python-type": "tuple", "items": {}}),
        (typing.Tuple, {"type": "array", "x-python-type": "tuple", "items": {}}),  # noqa: UP006
        (tuple[()], {"type": "array", "x-python-type": "tuple", "prefixItems": []}),
        (typing.Tuple[()], {"type": "array", "x-python-type": "tuple", "prefixItems": []}),  # noqa: UP006
        (tuple[int, Any], {"type": "array", "x-python-type": "tuple", "prefixItems": [{"type": "integer"}, {}]}),
        (set[int], {"type": "array", "x-python-type": "set", "items": {"type": "integer"}}),
        (deque[int], {"type": "array", "x-python-type": "collections.deque", "items": {"type": "integer"}}),
        (Sequence[int], {"type": "array", "x-python-type": "collections.Sequence", "items": {"type": "integer"}}),
        (Iterable[int], {"type": "array", "x-python-type": "collections.Iterable", "items": {"type": "integer"}}),
        (dict, {"type": "object", "x-keys": {}, "additionalProperties": {}}),
        (dict[str, int], {"type": "object", "additionalProperties": {"type": "integer"}}),
        (dict[int, Any], {"type": "object", "x-keys": {"type": "integer"}, "additionalProperties": {}}),
        (OrderedDict[str, Any],
         {"type": "object", "x-python-type": "collections.OrderedDict", "additionalProperties": {}}),
        (Mapping[str, Any], {"type": "object", "x-python-type": "collections.Mapping", "additionalProperties": {}}),
        (Literal["b", "a"], {"enum": ["a", "b"]}),
        (Literal["a", 1, None, b"a"], {"enum": [None, {"x-python-type": "bytes", "x-text": "b'a'"}, 1, "a"]}),
        (Literal[Color.RED], {"enum": [{"x-python-type": "tests.Color", "x-text": "RED"}]}),
        (Key, {"type": "string"}),
        (T, {}),
        (Bound, {"type": "integer"}),
        (bytes, {"x-python-type": "bytes"}),
        (Decimal, {"x-python-type": "decimal.Decimal"}),
        (date, {"x-python-type": "datetime.date"}),
        (Path, {"x-python-type": "pathlib.Path"}),
        (pd.DataFrame, {"x-python-type": "pandas.DataFrame"}),
        (np.ndarray, {"x-python-type": "numpy.ndarray"}),
        (np.ndarray[Any, np.dtype[np.int64]], {"x-python-type": "numpy.ndarray"}),
        (type[int], {"x-python-type": "type"}),
    ],
)  # fmt: skip
def test_a_type_is_written_as(hint: Any, schema: JsonSchema) -> None:
    assert of_hint(hint) == schema


@pytest.mark.parametrize(
    ("hint", "limits"),
    [
        (PositiveInt, {"exclusiveMinimum": 0}),
        (conint(ge=1, le=3), {"minimum": 1, "maximum": 3}),
        (Annotated[int, Field(lt=3, multiple_of=2)], {"exclusiveMaximum": 3, "multipleOf": 2}),
        (constr(min_length=1, pattern="^a"), {"minLength": 1, "pattern": "^a"}),
        (Annotated[list[int], Len(1, 3)], {"minItems": 1, "maxItems": 3}),
        (Annotated[dict[str, int], Field(min_length=1)], {"minProperties": 1}),
        (Annotated[Decimal, Field(max_digits=3, decimal_places=1)], {"x-max-digits": 3, "x-decimal-places": 1}),
        (Annotated[float, "seconds", Field(description="how long")], {}),
        (Annotated[date, Field(gt=date(2026, 1, 1))],
         {"exclusiveMinimum": {"x-python-type": "datetime.date", "x-text": "datetime.date(2026, 1, 1)"}}),
        (Annotated[str, Field(pattern=re.compile("^a"))], {"pattern": "^a"}),
        (Annotated[str, Field(pattern=re.compile("^a", re.I))], {"pattern": "^a (flags 2)"}),
        (FiniteFloat, {"x-allow-inf-nan": False}),
        (Annotated[float, Field(allow_inf_nan=False)], {"x-allow-inf-nan": False}),
        (Annotated[float, Field(allow_inf_nan=True)], {}),
        (UUID4, {"x-uuid-version": 4}),
        (FilePath, {"x-path-type": "file"}),
        (Annotated[str, StringConstraints(to_lower=True, strip_whitespace=True, to_upper=False, strict=True)],
         {"x-to-lower": True, "x-strip-whitespace": True}),
    ],
)  # fmt: skip
def test_limits_are_kept(hint: Any, limits: JsonSchema) -> None:
    plain = {"type", "items", "additionalProperties", "x-python-type"}
    assert {word: limit for word, limit in of_hint(hint).items() if word not in plain} == limits


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("hint", "texts"),
    [
        (Base64Str, ["encoder=pydantic.Base64Encoder"]),
        (Annotated[AnyUrl, UrlConstraints(allowed_schemes=["s3"], host_required=True)],
         ["allowed_schemes=['s3']", "host_required=True"]),
        (Annotated[Decimal, Field(allow_inf_nan=True)], ["infinite=True"]),
        (Annotated[int, Scaled(2)], ["tests.Scaled(by=2, units={'cm', 'km', 'm', 'mm'})"]),
        (Annotated[Line, Scaled(2), Scaled(2)], ["tests.Scaled(by=2, units={'cm', 'km', 'm', 'mm'})"]),
    ],
)  # fmt: skip
def test_what_else_pydantic_is_told_is_a_text(kind: str, hint: Any, texts: list[str]) -> None:
    """That is the same in every process."""
    assert schema_of(record(kind, "One", x=hint))["properties"]["x"]["x-constraints"] == texts


def as_it_is(source: Any, handler: Any) -> Any:
    return handler(source)


@pytest.mark.parametrize(
    "one", [AfterValidator(abs), AfterValidator(int), Predicate(bool), GetPydanticSchema(as_it_is)]
)
def test_code_is_not_seen(one: Any) -> None:
    assert of_hint(Annotated[int, one]) == {"type": "integer"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_union_that_is_tried_in_turn_has_an_order(kind: str) -> None:
    of_both = Annotated[str | int | None, Field(union_mode="left_to_right")]
    members = [{"type": "integer", "x-left-to-right": 1}, {"type": "null"}, {"type": "string", "x-left-to-right": 0}]
    found = schema_of(record(kind, "One", x=of_both))["properties"]["x"]
    assert sorted(found["anyOf"], key=str) == members


CONFIG = ConfigDict(str_max_length=3, str_to_upper=True, allow_inf_nan=False, strict=True, use_enum_values=True)


class Configured(BaseModel):
    model_config = CONFIG

    texts: list[str]
    short: str = Field(max_length=2)
    number: float
    infinite: float = Field(allow_inf_nan=True)
    color: Color
    free: Free
    after: str


@dataclass
class Free:
    text: str


@pydantic_dataclass(config=CONFIG)
class ConfiguredToo:
    after: str


class ConfiguredDict(TypedDict):
    __pydantic_config__ = CONFIG  # type: ignore[misc]

    after: str


def test_a_configuration_is_of_each_field_of_its_class() -> None:
    """And not of those of others; a field's own word is what counts."""
    text = {"type": "string", "x-to-upper": True}
    found = schema_of(Configured)
    assert found["properties"] == {
        "texts": {"type": "array", "items": {**text, "maxLength": 3}},
        "short": {**text, "maxLength": 2},
        "number": {"type": "number", "x-allow-inf-nan": False},
        "infinite": {"type": "number"},
        "color": {"$ref": "#/$defs/Color", "x-constraints": ["use_enum_values"]},
        "free": {"$ref": "#/$defs/Free"},
        "after": {**text, "maxLength": 3},
    }
    assert found["$defs"]["Free"]["properties"] == {"text": {"type": "string"}}
    assert schema_of(ConfiguredToo)["properties"]["after"] == {**text, "maxLength": 3}
    of_dict = schema_of(record("dataclass", "One", x=ConfiguredDict))["$defs"]["ConfiguredDict"]
    assert of_dict["properties"]["after"] == {**text, "maxLength": 3}


@pytest.mark.parametrize("kind", [dataclass, pydantic_dataclass])
def test_what_only_a_constructor_takes_is_required(kind: Any) -> None:
    @kind
    class Given:
        x: int
        needed: InitVar[int]
        given: InitVar[int] = 1
        shared: ClassVar[int]

    found = schema_of(Given)
    assert (list(found["properties"]), found["required"]) == (["x"], ["needed", "x"])


@pytest.mark.parametrize("kind", ["model", "pydantic_dataclass"])
def test_limits_beside_the_type_are_kept(kind: str) -> None:
    """``x: int | None = Field(None, gt=0)``: of each member that is not None."""
    if kind == "model":

        class Given(BaseModel):
            x: int | None = Field(None, gt=0)

    else:

        @pydantic_dataclass
        class Given:  # type: ignore[no-redef]
            x: int | None = Field(None, gt=0)

    members = [{"type": "integer", "exclusiveMinimum": 0}, {"type": "null"}]
    assert schema_of(Given) == {"type": "object", "properties": {"x": {"anyOf": members}}}


@pytest.mark.parametrize("kind", KINDS)
def test_records_inside_are_definitions(kind: str) -> None:
    """Whatever the kinds of the outer and the inner: an attrs class in a model in each."""
    found = schema_of(record(kind, "Orders", lines=list[Line]))
    assert found["properties"] == {"lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}}}
    box = {"anyOf": [{"$ref": "#/$defs/Box"}, {"type": "null"}]}
    text = {"type": "string"}
    assert found["$defs"] == {
        "Line": {"type": "object", "properties": {"name": text, "box": box}, "required": ["name"]},
        "Box": {"type": "object", "properties": {"size": {"type": "integer"}, "_secret": text}, "required": ["size"]},
    }


def test_a_class_may_refer_to_itself_and_to_one_that_refers_back() -> None:
    assert schema_of(Node)["properties"]["children"] == {"type": "array", "items": {"$ref": "#"}}
    assert schema_of(Left)["$defs"]["Right"]["properties"] == {"left": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}


def test_enums_have_names_and_values() -> None:
    """Rows of the same version have the name, others the value."""
    definitions = schema_of(record("dataclass", "One", a=Color, b=Access, c=Odd))["$defs"]
    assert definitions["Color"] == {"enum": ["blue", "red"], "x-names": ["BLUE", "RED"]}
    assert definitions["Access"] == {"enum": [1, 2], "x-names": ["READ", "WRITE"]}
    odd = [{"x-python-type": "object"}, {"x-python-type": "tuple", "x-text": "(1, 'a')"}]
    assert definitions["Odd"] == {"enum": odd, "x-names": ["OBJECT", "PAIR"]}


def test_sets_have_an_order() -> None:
    """Python's is another one in every process."""
    inside, letters = schema_of(record("dataclass", "One", x=Sets))["$defs"]["Sets"]["enum"]
    assert letters["x-text"] == "frozenset({'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z'})"
    assert inside["x-text"] == "({'a', 'b', 'c', 'd', 'e', 'f'}, [None], {'a': tests.Color.RED}, int, ())"


def test_typed_dicts_have_keys_that_may_be_missing() -> None:
    found = schema_of(record("dataclass", "One", x=Options))["$defs"]["Options"]
    assert found.pop("x-python-type") == "TypedDict"
    properties = {"size": {"type": "integer"}, "name": {"type": "string"}}
    assert found == {"type": "object", "properties": properties, "required": ["size"]}


def test_what_a_generic_class_is_made_generic_in_is_kept() -> None:
    """Of a model it is a class of its own; of others the arguments are beside it."""
    assert schema_of(Holder[int])["properties"]["item"] == {"type": "integer"}
    assert of_hint(Carrier[int]) == {"$ref": "#/$defs/Carrier", "x-arguments": [{"type": "integer"}]}


def test_a_class_with_a_schema_of_its_own_is_named_by_it() -> None:
    code = Code().declare("acme.line", 2, Line)
    declared = Declared("acme.orders", 1, cls=record("dataclass", "Orders", lines=list[Line]))
    found = json_schema(declared, code.catalogue)["properties"]["lines"]
    assert found == {"type": "array", "items": {"x-schema": "acme.line"}}


def test_further_fields_are_said_to_be_taken() -> None:
    class Open(BaseModel):
        model_config = ConfigDict(extra="allow", title="T", json_schema_extra={"a": 1})

    assert schema_of(Open) == {"type": "object", "properties": {}, "additionalProperties": True}


def test_columns_have_dtypes() -> None:
    declared = Declared("acme.frame", 1, columns={"id": "int64", "at": "datetime64[ns]"})
    columns = {"id": {"x-dtype": "int64"}, "at": {"x-dtype": "datetime64[ns]"}}
    assert json_schema(declared, Catalogue(declarations=Declarations())) == {
        "type": "object",
        "x-columns": True,
        "properties": columns,
        "required": ["at", "id"],
    }


def test_a_schema_of_any_value_is_empty() -> None:
    assert json_schema(Declared("acme.any", 1), Catalogue(declarations=Declarations())) == {}


def test_members_of_a_union_have_no_order() -> None:
    """Python gives back an equal union that it has met before, whose order may be another."""
    assert of_hint(list[int | str]) == of_hint(list[str | int])


@pytest.mark.parametrize("kind", [dataclass, attrs.define, pydantic_dataclass, None])
def test_types_that_cannot_be_read_are_a_named_error(kind: Any) -> None:
    class Lost(*(() if kind else (BaseModel,))):  # type: ignore[misc]
        x: Nowhere  # type: ignore[name-defined]  # noqa: F821

    cls = kind(Lost) if kind else Lost
    with pytest.raises(SchemaError, match=r"The annotations of .*Lost cannot be read"):
        schema_of(cls)


def test_it_is_json() -> None:
    for declared in Catalogue().all():
        schema = json_schema(declared, Catalogue())
        assert json.loads(json.dumps(schema, allow_nan=False)) == schema


def test_no_library_of_a_value_is_loaded(tmp_path: Path) -> None:
    """Not even pydantic, for a dataclass."""
    code = (
        "import sys, dataclasses\n"
        "from airflow_xcom_toolkit.schemas import *\n"
        "one = xcom_schema('a', version=1)(dataclasses.make_dataclass('One', [('x', int)]))\n"
        f"lock({str(tmp_path / 'lock.json')!r}); check({str(tmp_path / 'lock.json')!r})\n"
        "print({'pydantic', 'pandas', 'airflow'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout == "set()\n", run.stderr
    assert callable(lock)
