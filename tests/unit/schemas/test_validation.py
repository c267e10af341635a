"""What does not fit its schema is refused at push, with its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

import attrs
import numpy as np
import pytest
from pydantic import AfterValidator, BaseModel, Field, field_validator

from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.errors import SchemaError, SchemaValidationError
from tests.unit.schemas.code import Code

NAME = "acme.orders"


class Line(BaseModel):
    quantity: Annotated[int, Field(gt=0)]


class Model(BaseModel):
    lines: dict[str, Line] = {}
    id: int = 0


@dataclass
class Plain:
    id: int
    lines: list[Line] = field(default_factory=list)
    array: np.ndarray | None = None
    ratio: float = 0.0


@attrs.define
class Defined:
    id: int
    names: list[str] = attrs.field(factory=list)


def push(value: Any, **options: Any) -> None:
    Code().declare(NAME, 1, type(value)).push(value, **options)


def changed(value: Any, **fields: Any) -> Any:
    for name, new in fields.items():
        object.__setattr__(value, name, new)
    return value


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (Plain("1"), r"value\.id "),  # type: ignore[arg-type]
        (Plain(1, array=[1]), r"value\.array "),  # type: ignore[arg-type]
        (Plain(1, lines=[1]), r"value\.lines\[0\] "),  # type: ignore[list-item]
        (Plain(True), r"value\.id "),
        (Defined(1, ["a", 2]), r"value\.names\[1\] "),  # type: ignore[list-item]
        (changed(Model(), id="12"), r"value\.id "),
        (changed(Model(), id="many"), r"value\.id .*valid integer"),
        (changed(Model(), lines={"k": changed(Line(quantity=1), quantity=0)}), r"value\.lines\['k'\]\.quantity "),
        (Plain(1, [changed(Line(quantity=1), quantity=-5)]), r"value\.lines\[0\]\.quantity .*greater than 0"),
    ],
    ids=repr,
)
def test_a_value_that_does_not_fit_is_refused_with_the_path_of_its_field(value: Any, place: str) -> None:
    with pytest.raises(SchemaValidationError, match=place):
        push(value)


def test_the_place_is_that_in_the_whole_value() -> None:
    code = Code().declare(NAME, 1, Plain)
    with pytest.raises(SchemaValidationError, match=r"value\['a'\]\[1\]\.id does not fit"):
        code.push({"a": [Plain(1), Plain("x")]})  # type: ignore[arg-type]


def test_an_integer_fits_a_float_and_a_numpy_float_too() -> None:
    push(Plain(1, ratio=1))
    push(Plain(1, ratio=np.float64(1.5)))


def test_a_validator_that_changes_what_it_has_checked_is_refused() -> None:
    """A reader with a newer version would run it again."""

    class Doubling(BaseModel):
        id: Annotated[int, AfterValidator(lambda value: value * 2)]

    with pytest.raises(SchemaValidationError, match=r"value\.id .*changes what it has checked already"):
        push(Doubling(id=1))


def test_an_error_does_not_quote_the_value() -> None:
    """Not even where the message of a validator does."""

    class Quoting(BaseModel):
        id: str

        @field_validator("id")
        @classmethod
        def _check(cls, value: str) -> str:
            if value == "s3cret":
                raise ValueError(f"{value} is wrong")
            return value

    with pytest.raises(SchemaValidationError) as caught:
        push(changed(Quoting(id="fine"), id="s3cret"))
    assert "s3cret" not in str(caught.value)
    assert "value_error" in str(caught.value)


def test_with_encryption_no_key_of_a_dict_is_shown_and_no_cause() -> None:
    value = {"k3y": changed(Model(), lines={"s3cret": changed(Line(quantity=1), quantity=0)})}
    with pytest.raises(SchemaValidationError) as caught:
        Code().declare(NAME, 1, Model).push(value, show_keys=False)
    assert "s3cret" not in str(caught.value)
    assert "k3y" not in str(caught.value)
    assert "quantity" in str(caught.value)
    assert caught.value.__cause__ is None


@dataclass
class Tagged:
    tags: dict[str, int]


def test_with_encryption_keys_that_pydantic_names_are_not_shown_either() -> None:
    code = Code().declare(NAME, 1, Tagged)
    for value in (Tagged({"s3cret": "x"}), Tagged({"s3cret": 1.5})):  # type: ignore[dict-item]
        with pytest.raises(SchemaValidationError, match=r"value\.tags\[…\]") as caught:
            code.push(value, show_keys=False)
        assert "s3cret" not in str(caught.value)


def test_the_xcom_can_be_named() -> None:
    error = SchemaValidationError(NAME, 1, (".id",), "it is wrong").of(str(Coordinate("d", "r", "t", -1, "k")))
    assert (
        str(error) == "value.id of XCom 'k' of d.t in run 'r' does not fit schema 'acme.orders', version 1: it is wrong"
    )


def test_annotations_that_name_nothing_are_a_clear_error() -> None:
    @dataclass
    class Dangling:
        frame: Missing  # type: ignore[name-defined] # noqa: F821

    with pytest.raises(SchemaError, match=r"annotations of .*Dangling cannot be read .*Missing"):
        push(Dangling(1))


class Chain(BaseModel):
    next: Chain | None = None


def test_records_that_nest_too_deep_to_be_checked_are_refused() -> None:
    value = Chain()
    for _ in range(2000):
        value = Chain.model_construct(next=value)
    with pytest.raises(SchemaValidationError, match="too deep"):
        push(value)
