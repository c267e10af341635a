"""Promise 11: what is stored encrypted cannot be changed, mixed or moved."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, combinations
from typing import Any

import pytest

from ...abc import Coordinate, Json
from ..base import Contract, Deploy
from ..same import assert_same
from ..setup import KEY
from ..xcoms import AT, MAPPED, XComs

COPIES: Mapping[str, tuple[Coordinate, Coordinate]] = {
    "key": (AT, replace(AT, key="other_key")),
    "task": (AT, replace(AT, task_id="other_task")),
    "run": (AT, replace(AT, run_id="run_2")),
    "dag": (AT, replace(AT, dag_id="other_dag")),
    "map index": (MAPPED[0], MAPPED[1]),
}
"""What differs between two XComs → the one that a row is copied from, and the one that it is copied to."""

TOKENS: Mapping[str, Callable[[str], str]] = {
    "another letter in the middle": lambda token: _put(token, len(token) // 2, "A"),
    "another letter near the beginning": lambda token: _put(token, 4, "A"),
    "another letter near the end": lambda token: _put(token, len(token) - 8, "A"),
    "a letter of another alphabet": lambda token: _put(token, len(token) // 2, "é"),
    "a sign that base64 does not have": lambda token: _put(token, len(token) // 2, "!"),
    "a blank": lambda token: _put(token, len(token) // 2, " "),
    "a line's end": lambda token: _put(token, len(token) // 2, "\n"),
    "lower case": str.lower,
    "the last letter missing": lambda token: token[:-1],
    "the last four letters missing": lambda token: token[:-4],
    "the last block missing": lambda token: token[:-22],
    "half of it missing": lambda token: token[: len(token) // 2],
    "all of it missing": lambda token: "",
    "the first four letters missing": lambda token: token[4:],
    "four letters more": lambda token: f"{token}AAAA",
    "twice": lambda token: token * 2,
    "backwards": lambda token: token[::-1],
}

OBJECTS: Mapping[str, Callable[[bytes], bytes]] = {
    "the first bit flipped": lambda data: _flipped(data, 0),
    "a bit in the middle flipped": lambda data: _flipped(data, len(data) // 2),
    "the last bit flipped": lambda data: _flipped(data, len(data) - 1),
    "the last byte missing": lambda data: data[:-1],
    "a tag's length missing": lambda data: data[:-16],
    "half of it missing": lambda data: data[: len(data) // 2],
    "all of it missing": lambda data: b"",
    "a byte more": lambda data: data + b"\0",
    "twice": lambda data: data * 2,
    "its halves swapped": lambda data: data[len(data) // 2 :] + data[: len(data) // 2],
}


class Tampering(Contract):
    """An encrypted XCom that was changed, mixed with another, or copied to another place does not open."""

    promise = "11. Secret"

    @pytest.fixture
    def sealed_objects(self, deploy: Deploy) -> XComs:
        """The backend with every value in an object, encrypted."""
        self.need("encrypts", "offloads")
        return deploy(threshold=0, keys=(KEY,))

    @pytest.mark.parametrize("differs", COPIES)
    def test_a_row_copied_onto_another_xcom_does_not_open(self, encrypted: XComs, differs: str) -> None:
        """Whoever can write to the database cannot make a task read what another one wrote."""
        here, there = COPIES[differs]
        encrypted.push(["there", b"there"], there)
        row = encrypted.push(["here", b"here"], here)
        with pytest.raises(Exception):  # noqa: B017, PT011  # Any error will do.
            encrypted.load(row, there)
        assert encrypted.pull(here) == ["here", b"here"]

    def test_an_older_row_put_back_in_its_place_opens(self, encrypted: XComs) -> None:
        """A row is bound to its XCom, and to nothing else: a restored database is readable."""
        row = encrypted.push(["old", b"old"])
        encrypted.rows.delete_row(AT)
        assert encrypted.load(row) == ["old", b"old"]

    def test_objects_swapped_between_rows_do_not_open(self, sealed_objects: XComs) -> None:
        """Whoever can write to the store cannot exchange the objects of two rows of the same key."""
        _, its_objects = _pushed(sealed_objects, b"m" * 100, AT)
        _, other_objects = _pushed(sealed_objects, b"o" * 100, replace(AT, task_id="other_task"))
        for key, other_key in zip(its_objects, other_objects):
            sealed_objects.objects.write_object(key, other_objects[other_key])
            sealed_objects.objects.write_object(other_key, its_objects[key])
            for at in (AT, replace(AT, task_id="other_task")):
                with pytest.raises(Exception):  # noqa: B017, PT011  # Any error will do.
                    sealed_objects.pull(at)

    def test_a_row_with_a_part_of_another_does_not_open(self, encrypted: XComs) -> None:
        """Each part of a row belongs to it: with a token or name of another row it gives its own value, or none."""
        other = encrypted.push(["o", b"o" * 100], replace(AT, task_id="other_task"))
        row = encrypted.push(["m", b"m" * 100])
        for path in _differing(row, other):
            mixed = _with(row, path, _at(other, path))
            if mixed != other:
                _own_value_or_none(encrypted, mixed, ["m", b"m" * 100], f"{_shown(path)} of another row")

    def test_a_row_with_several_parts_of_another_does_not_open(self, encrypted: XComs) -> None:
        """Nor do parts that belong to each other, as an object and its key do, open below the head of another row."""
        other = encrypted.push(["o", b"o" * 1000], replace(AT, task_id="other_task"))
        row = encrypted.push(["m", b"m" * 1000])
        for paths in _some(_differing(row, other)):
            mixed = row
            for path in paths:
                mixed = _with(mixed, path, _at(other, path))
            shown = ", ".join(map(_shown, paths))
            _own_value_or_none(encrypted, mixed, ["m", b"m" * 1000], f"{shown} of another row")

    @pytest.mark.parametrize("how", TOKENS)
    def test_a_changed_token_does_not_open(self, encrypted: XComs, how: str) -> None:
        """A pull raises. It gives the value only where the change is none: signs that base64 does not have."""
        value = ["v", b"v" * 100]
        encrypted.push(value, replace(AT, task_id="other_task"))
        other = encrypted.row(replace(AT, task_id="other_task"))
        row = encrypted.push(value)
        for path in _tokens(row, other):
            _own_value_or_none(
                encrypted, _with(row, path, TOKENS[how](_at(row, path))), value, f"{_shown(path)}, {how}"
            )

    @pytest.mark.parametrize("how", ["another letter in the middle", "half of it missing", "all of it missing"])
    def test_a_token_that_means_something_else_raises(self, encrypted: XComs, how: str) -> None:
        """An error, whatever the changed token decrypts to: it was not written with a key."""
        encrypted.push(["v", b"v" * 100], replace(AT, task_id="other_task"))
        other = encrypted.row(replace(AT, task_id="other_task"))
        row = encrypted.push(["v", b"v" * 100])
        for path in _tokens(row, other):
            with pytest.raises(Exception):  # noqa: B017, PT011  # Any error will do.
                encrypted.load(_with(row, path, TOKENS[how](_at(row, path))))

    @pytest.mark.parametrize("what", [None, 1, [], {}], ids=["null", "number", "list", "dict"])
    def test_a_token_that_is_none_raises(self, encrypted: XComs, what: Json) -> None:
        """An error, where something else than a text stands in its place."""
        encrypted.push(["v", b"v" * 100], replace(AT, task_id="other_task"))
        other = encrypted.row(replace(AT, task_id="other_task"))
        row = encrypted.push(["v", b"v" * 100])
        for path in _tokens(row, other):
            if path:
                with pytest.raises(Exception):  # noqa: B017, PT011  # Any error will do.
                    encrypted.load(_with(row, path, what))

    @pytest.mark.parametrize("how", OBJECTS)
    def test_a_changed_object_does_not_open(self, sealed_objects: XComs, how: str) -> None:
        """Not one bit of it."""
        _, objects = _pushed(sealed_objects, {"k": [b"v" * 1000, "w" * 1000]}, AT)
        for key, data in objects.items():
            sealed_objects.objects.write_object(key, OBJECTS[how](data))
            with pytest.raises(Exception):  # noqa: B017, PT011  # Any error will do.
                sealed_objects.pull()
            sealed_objects.objects.write_object(key, data)

    def test_a_large_object_that_was_cut_does_not_open(self, sealed_objects: XComs) -> None:
        """Wherever it was cut: what is encrypted in pieces has a last one."""
        _, objects = _pushed(sealed_objects, b"v" * 5_000_000, AT)
        for key, data in objects.items():
            for end in sorted({end for end in _piece_ends() if end < len(data)}):
                sealed_objects.objects.write_object(key, data[:end])
                assert not _opens(sealed_objects), f"the first {end} bytes of {len(data)} opened"


def _pushed(xcoms: XComs, value: Any, at: Coordinate) -> tuple[Json, dict[str, bytes]]:
    """The row of a push, and the objects that it made."""
    before = xcoms.objects.list_objects()
    row = xcoms.push(value, at)
    return row, {key: data for key, data in xcoms.stored().items() if key not in before}


def _own_value_or_none(xcoms: XComs, row: Json, value: Any, what: str) -> None:
    try:
        pulled = xcoms.load(row)
    except Exception:
        return
    try:
        assert_same(pulled, value)
    except AssertionError as e:
        raise AssertionError(f"{what}: a pull gives another value than was pushed") from e


def _opens(xcoms: XComs) -> bool:
    try:
        xcoms.pull()
    except Exception:
        return False
    return True


def _piece_ends() -> Iterator[int]:
    """Where pieces of the usual sizes end, with what ciphers put around each."""
    for size in (2**power for power in range(16, 23)):
        yield from (size + around for around in (0, 12, 16, 28))


# Paths in a row -----------------------------------------------------------------------------------------------------

Path = tuple[Any, ...]


def _leaves(row: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    if isinstance(row, (dict, list)):
        for step, item in row.items() if isinstance(row, dict) else enumerate(row):
            yield from _leaves(item, (*path, step))
    else:
        yield path, row


def _differing(row: Json, other: Json) -> list[Path]:
    """Where the leaves of two rows differ."""
    leaves, others = dict(_leaves(row)), dict(_leaves(other))
    return [path for path, leaf in leaves.items() if path in others and others[path] != leaf]


def _some(paths: list[Path]) -> Iterator[tuple[Path, ...]]:
    """Some of them and not all, in every combination; of many, each alone, each two, and all but one."""
    sizes = range(1, len(paths)) if len(paths) <= 6 else (1, 2, len(paths) - 1)
    return chain.from_iterable(combinations(paths, size) for size in sizes)


def _tokens(row: Json, other: Json) -> list[Path]:
    """Where the long texts are by which the rows of two equal values differ."""
    return [path for path in _differing(row, other) if len(str(_at(row, path))) >= 40]


def _at(row: Json, path: Path) -> Any:
    found: Any = row
    for step in path:
        found = found[step]
    return found


def _with(row: Json, path: Path, leaf: Json) -> Json:
    if not path:
        return leaf
    changed = copy.deepcopy(row)
    _at(changed, path[:-1])[path[-1]] = leaf
    return changed


def _shown(path: Path) -> str:
    return "row" + "".join(f"[{step!r}]" for step in path)


def _put(text: str, position: int, letter: str) -> str:
    if text[position] == letter:
        letter = "B"
    return text[:position] + letter + text[position + 1 :]


def _flipped(data: bytes, position: int) -> bytes:
    return data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]
