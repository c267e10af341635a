"""Promise 12: nobody's value changes but their own."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Set
from typing import Any

import pytest

from ..base import Contract
from ..same import assert_same
from ..values.samples import SAMPLES
from ..xcoms import XComs

CHANGED = "changed"


class Independence(Contract):
    """Pushing does not change a value; what is pulled can be changed, and shares no memory with anything."""

    promise = "12. Independent"

    @pytest.mark.parametrize("name", SAMPLES)
    def test_pushing_does_not_change_the_value(self, each_form: XComs, name: str) -> None:
        """It is what it was, and so is each part of it: the very objects, in place."""
        value = SAMPLES[name]()
        before = [(place, part, _writeable(part)) for place, part in _parts(value)]
        each_form.push(value)
        assert_same(value, SAMPLES[name]())
        after = [(place, part, _writeable(part)) for place, part in _parts(value)]
        assert [place for place, _, _ in after] == [place for place, _, _ in before]
        for (place, part, writeable), (_, then, was_writeable) in zip(after, before):
            assert part is then, f"{place} is another object after the push"
            assert writeable == was_writeable, f"{place} was writeable: {was_writeable}; after the push: {writeable}"

    @pytest.mark.parametrize("name", SAMPLES)
    def test_what_is_pulled_can_be_changed(self, each_form: XComs, name: str) -> None:
        """Arrays and frames can be written to, even if the memory of what was pushed could not be."""
        each_form.push(SAMPLES[name]())
        change(each_form.pull())

    @pytest.mark.parametrize("name", SAMPLES)
    def test_changing_what_was_pulled_changes_nothing_else(self, each_form: XComs, name: str) -> None:
        """Neither the value that was pushed, nor what another pull gave, nor what the next one gives."""
        value = SAMPLES[name]()
        each_form.push(value)
        one, other = each_form.pull(), each_form.pull()
        change(one)
        assert_same(value, SAMPLES[name](), "the value that was pushed")
        assert_same(other, SAMPLES[name](), "what another pull gave before")
        assert_same(each_form.pull(), SAMPLES[name](), "what a pull gives afterwards")

    @pytest.mark.parametrize("name", SAMPLES)
    def test_changing_the_value_after_the_push_changes_nothing_stored(self, each_form: XComs, name: str) -> None:
        """A task goes on working with what it pushed."""
        value = SAMPLES[name]()
        each_form.push(value)
        change(value, only_writeable=True)
        assert_same(each_form.pull(), SAMPLES[name]())

    @pytest.mark.parametrize("name", SAMPLES)
    def test_what_was_pulled_outlives_its_object(self, offloaded: XComs, name: str) -> None:
        """It is no view of the stored bytes: they may change, or go, while a task works with the value."""
        offloaded.push(SAMPLES[name]())
        pulled = offloaded.pull()
        for key, data in offloaded.stored().items():
            offloaded.objects.write_object(key, bytes(len(data)))
        assert_same(pulled, SAMPLES[name]())
        for key in offloaded.stored():
            offloaded.objects.delete_object(key)
        assert_same(pulled, SAMPLES[name]())

    def test_a_part_that_is_there_twice_comes_back_as_two(self, each_form: XComs) -> None:
        """Nor does what comes back tie parts together that were not: changing one leaves the other."""
        each_form.push([[1, {"a": []}], [1, {"a": []}], b"x" * 600, b"x" * 600])
        pulled = each_form.pull()
        change(pulled[0])
        assert_same(pulled[1:], [[1, {"a": []}], b"x" * 600, b"x" * 600])


def _parts(value: Any, place: str = "value") -> Iterator[tuple[str, Any]]:
    """``value`` and all that is in it, with where it is."""
    yield place, value
    for step, part in _children(value):
        yield from _parts(part, place + step)


def _children(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for index, (key, part) in enumerate(value.items()):
            yield f"[key {index}]", key
            yield f"[{key!r}]", part
    elif isinstance(value, (list, tuple, deque)):
        yield from ((f"[{index}]", part) for index, part in enumerate(value))
    elif isinstance(value, Set):
        yield from ((f"{{{index}}}", part) for index, part in enumerate(sorted(value, key=id)))
    elif isinstance(getattr(value, "attrs", None), dict):
        yield ".attrs", value.attrs


def _writeable(value: Any) -> Any:
    return getattr(getattr(value, "flags", None), "writeable", None)


def change(value: Any, *, only_writeable: bool = False) -> None:
    """Writes to all that can be changed in a value. Raises where an array or a frame cannot be written to."""
    for place, part in list(_parts(value)):
        if only_writeable and _writeable(part) is False:
            continue
        try:
            _change(part)
        except Exception as e:
            raise AssertionError(f"{place}, a {type(part).__qualname__}, cannot be changed: {e}") from e


def _change(part: Any) -> None:
    if isinstance(part, (list, deque)):
        part.appendleft(CHANGED) if isinstance(part, deque) else part.insert(0, CHANGED)
    elif isinstance(part, dict):
        part[CHANGED] = CHANGED
    elif isinstance(part, set):
        part.add(CHANGED)
    elif isinstance(part, bytearray):
        part[:] = b"\xff" * len(part)
    elif hasattr(part, "iloc"):
        _change_pandas(part)
    elif hasattr(part, "flags") and hasattr(part, "dtype"):
        part[...] = part.ravel()[-1]


def _change_pandas(part: Any) -> None:
    """The first row becomes the last, cell by cell: where a column lies in memory that is read-only, this fails."""
    if part.ndim == 1:
        part.iloc[0] = part.iloc[-1]
        return
    for column in range(part.shape[1]):
        part.iloc[0, column] = part.iloc[-1, column]
