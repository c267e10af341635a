"""Promise 2: what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ..base import Contract, Deploy, needs
from ..checks.each import for_each
from ..checks.kept import assert_kept_or_refused, assert_nothing_is_written
from ..checks.listening import shown
from ..same import assert_same
from ..values import REFUSED
from ..values.strangers import HASHABLE, SUBCLASSES, Hostile, Plain
from ..xcoms import AT, MAPPED, XComs

BIG = b"large" * 50_000
CANARY = "kept-from-all-errors"

PLACES: Mapping[str, Callable[[Any], Any]] = {
    "value": lambda poison: poison,
    "value[1]": lambda poison: [0, poison],
    "value['train']": lambda poison: {"test": 1, "train": poison},
    "value['train'][3]": lambda poison: {"test": [1], "train": [1, (2,), {}, poison]},
    "value['a'][0]['b'][1]": lambda poison: {"a": [{"b": (1, poison)}]},
    "value[0][0][0][0][0][0]": lambda poison: [[[[[[poison]]]]]],
}
"""Where the part is that cannot be kept → the value around it."""


class Refusal(Contract):
    """What cannot be kept exactly is refused at push, by a `TypeError` that says where it is; nothing is written."""

    promise = "2. Refusal"

    def test_what_cannot_be_kept_is_refused(self, each_form: XComs) -> None:
        """Whatever it is, and wherever in a value that could be kept without it."""

        def check(name: str) -> None:
            with pytest.raises(TypeError):
                each_form.push(REFUSED[name].make())
            assert_nothing_is_written(each_form, {})

        for_each(_INSTALLED, check)

    @needs("plain")
    def test_the_error_names_the_place(self, xcoms: XComs) -> None:
        """Inside of arrays and frames, too: which element, which column and row."""

        def check(name: str) -> None:
            with pytest.raises(TypeError) as caught:
                xcoms.push(REFUSED[name].make())
            assert_names(str(caught.value), REFUSED[name].place)

        for_each(_INSTALLED, check)

    @needs("plain")
    @pytest.mark.parametrize("place", PLACES)
    def test_the_error_names_the_place_the_type_and_the_xcom(self, xcoms: XComs, place: str) -> None:
        """``value['train'][3]``: the line of the dag to look at, in a value of any size."""
        with pytest.raises(TypeError) as caught:
            xcoms.push(PLACES[place](Plain()))
        text = str(caught.value)
        assert_names(text, place)
        assert "Plain" in text, f"the type is not named: {text}"
        for name in (AT.dag_id, AT.task_id, AT.key):
            assert name is not None
            assert name in text, f"{name} is not named: {text}"

    def test_the_error_names_the_xcom_that_was_pushed(self, each_form: XComs) -> None:
        """Its dag, task and key, with encryption, too: none of them is secret."""
        with pytest.raises(TypeError) as caught:
            each_form.push([Plain()], MAPPED[3])
        assert all(name in str(caught.value) for name in ("contract_dag", "mapped", "return_value")), str(caught.value)

    def test_with_encryption_the_error_quotes_nothing_of_the_value(self, encrypted: XComs) -> None:
        """Neither its keys nor its parts, in the error and in what it is raised from."""
        with pytest.raises(TypeError) as caught:
            encrypted.push({CANARY: [CANARY, {CANARY: (CANARY.encode(), Plain())}]})
        assert CANARY not in shown(caught.value)

    def test_a_refused_value_leaves_the_old_one(self, each_form: XComs) -> None:
        """Its row and its object are as they were."""
        row, objects = each_form.push(BIG), each_form.stored()
        with pytest.raises(TypeError):
            each_form.push([BIG, Plain()])
        assert_same(each_form.row(), row)
        assert each_form.stored() == objects
        assert_same(each_form.pull(), BIG)

    def test_nothing_is_written_before_the_last_part_is_looked_at(self, each_form: XComs) -> None:
        """Not even half of an object, if what cannot be kept is the last of a large value."""
        with pytest.raises(TypeError):
            each_form.push({"first": BIG, "then": [BIG, b"other" * 50_000], "last": Plain()})
        assert_nothing_is_written(each_form, {})

    def test_a_refused_push_does_not_disturb_the_next_one(self, each_form: XComs) -> None:
        """A task that catches the error can go on."""
        with pytest.raises(TypeError):
            each_form.push([1, Plain()])
        each_form.assert_round_trip([1, (2,)], [1, (2,)])

    def test_a_refused_value_is_not_changed(self, each_form: XComs) -> None:
        """It still has the parts that it had."""
        poison = Plain()
        value = {"a": [1, (2,)], "b": poison}
        with pytest.raises(TypeError):
            each_form.push(value)
        assert list(value) == ["a", "b"]
        assert value["b"] is poison
        assert_same(value["a"], [1, (2,)])

    def test_a_subclass_never_becomes_its_base(self, each_form: XComs) -> None:
        """What derives from a type that is kept comes back as what it is, or is refused."""

        def check(base: str) -> None:
            make = SUBCLASSES[base]
            assert_kept_or_refused(each_form, make(), make())
            assert_kept_or_refused(each_form, {"k": [make()]}, {"k": [make()]})

        for_each(SUBCLASSES, check)

    def test_a_key_of_a_subclass_never_becomes_its_base(self, each_form: XComs) -> None:
        """Keys are values, too; so are the members of sets."""

        def check(base: str) -> None:
            make = SUBCLASSES[base]
            assert_kept_or_refused(each_form, {make(): 1}, {make(): 1})
            assert_kept_or_refused(each_form, {make(), 1.5}, {make(), 1.5})

        for_each(HASHABLE, check)

    def test_a_value_that_contains_itself_is_refused(self, each_form: XComs) -> None:
        """By name, and not when memory or the stack ends."""
        value: list[Any] = [1]
        for circle in (value, {"k": value}, (0, value), [[[[{"k": value}]]]]):
            value[1:] = [circle]
            with pytest.raises(TypeError):
                each_form.push(value)
            assert_nothing_is_written(each_form, {})

    def test_a_part_that_is_there_twice_is_not_taken_for_a_circle(self, each_form: XComs) -> None:
        """The same list at two places is kept at both."""
        part = [1, {"a": (2,)}]
        value = {"one": part, "other": [part, part]}
        each_form.assert_round_trip(value, {"one": [1, {"a": (2,)}], "other": [[1, {"a": (2,)}], [1, {"a": (2,)}]]})

    def test_an_object_that_resists_is_refused_all_the_same(self, each_form: XComs) -> None:
        """Its own ``__repr__`` or ``__eq__`` that fails does not become the error of the push."""
        for value in ([1, Hostile()], {"k": (Hostile(),)}):
            with pytest.raises(TypeError, match="Hostile"):
                each_form.push(value)
            assert_nothing_is_written(each_form, {})

    @needs("offloads")
    def test_a_refused_value_is_refused_at_every_size(self, deploy: Deploy) -> None:
        """What is kept does not depend on the threshold."""
        for threshold in (None, 0, 1000):
            xcoms = deploy(threshold=threshold)
            for value in ([Plain()], ["x" * 5000, Plain()]):
                with pytest.raises(TypeError):
                    xcoms.push(value)
                assert_nothing_is_written(xcoms, {})


_INSTALLED = [name for name, example in REFUSED.items() if example.is_installed]


def assert_names(text: str, place: str) -> None:
    """Raises unless an error's text names just that place, and not one further in."""
    assert re.search(re.escape(place) + r"(?![\[.\w])", text), f"{place} is not named: {text}"
