"""Promise 6: what a pull does about an object that is gone, damaged or out of reach."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ...abc import Json
from ..base import Contract
from ..faults import (
    DownloadBroken,
    Fault,
    FaultyStore,
    Flipped,
    Missing,
    Refused,
    Slow,
    Truncated,
    Unavailable,
    UploadBroken,
)
from ..same import assert_same, is_same
from ..values.samples import noise
from ..xcoms import MAPPED, XComs
from .calls import lazy_sequence

VALUES = {
    "a text": "text" * 250,
    "the same letter": "0" * 1000,
    "a list of numbers": list(range(1000)),
    "nested": {"rows": [{"id": n, "more": [n, None, 1.5], "name": f"row {n}"} for n in range(60)]},
    "the path of its object": "file:///store/contract_dag/run_1/task/x",
}
SMALL = VALUES["nested"]
WRITTEN = {"list": [1, 2], "text": noise("written")}
"""Compressed, too, it is longer than where a write breaks off."""
BORDERS = (1 << 20, 1 << 22, 1 << 23)
"""Where those who read and encrypt in pieces begin a new one, in bytes; at multiples, a tag later, or both."""

READING: dict[str, list[Fault]] = {
    "changed": [Flipped(), Flipped(at=0), Flipped(at=-1)],
    "cut": [Truncated(1), Truncated(100)],
    "gone": [Missing()],
    "refused": [Refused()],
    "cut off while it was read": [DownloadBroken(), DownloadBroken(after=50)],
    "out of reach": [Unavailable(), Unavailable(error=lambda: ConnectionError("No route to host"))],
    "too slow": [Unavailable(error=lambda: TimeoutError("The read timed out"))],
}
"""What a store may do wrong when an object is read."""

PASSING: list[Fault] = [
    *(Unavailable(), Unavailable(error=ConnectionResetError), DownloadBroken(9), Flipped(), Truncated()),
]
"""What may be well again when it is tried again."""

WRITING: dict[str, list[Fault]] = {
    "refused": [Refused(), Refused("put")],
    "broken off": [UploadBroken(0), UploadBroken(1500), UploadBroken(None)],
    "out of reach": [Unavailable("put"), Unavailable(error=lambda: ConnectionError("No route to host"))],
    "full": [UploadBroken(None, error=lambda: OSError(errno.ENOSPC, "No space left on device"))],
}
"""What a store may do wrong when an object is written."""


class Loud(Contract):
    """A missing, changed, unreachable or undecryptable object fails the pull; nothing else is given instead."""

    promise = "6. Loud"

    # Objects, as they are in the store --------------------------------------------------------------------------------

    @pytest.mark.parametrize("name", VALUES)
    def test_a_missing_object_is_an_error_that_names_it(self, offloaded: XComs, name: str) -> None:
        """`FileNotFoundError`; never the path as if it were the value."""
        offloaded.push(VALUES[name])
        [key] = offloaded.stored()
        offloaded.objects.delete_object(key)
        with pytest.raises(FileNotFoundError) as e:
            offloaded.pull()
        assert key in str(e.value), "the error does not name the object that is missing"

    def test_one_missing_object_fails_the_pull_of_all(self, offloaded: XComs) -> None:
        """A task that gets all map indexes gets no list from which one is missing."""
        _push_with_one_missing(offloaded)
        with pytest.raises(FileNotFoundError):
            offloaded.pull_all(MAPPED[0])

    def test_one_missing_object_fails_a_loop_over_all(self, offloaded: XComs, monkeypatch: pytest.MonkeyPatch) -> None:
        """A loop over the results of a mapped task does not end early, as if there were no more."""
        _push_with_one_missing(offloaded)
        got: list[Any] = []
        with pytest.raises(FileNotFoundError):
            got.extend(iter(lazy_sequence(offloaded, monkeypatch)))
        assert_same(got, [[at.map_index, SMALL] for at in MAPPED[:2]])

    @pytest.mark.parametrize("name", VALUES)
    def test_an_object_that_was_cut_is_an_error(self, offloaded: XComs, name: str) -> None:
        """By one byte, by half, to one byte, and to none."""
        offloaded.push(VALUES[name])
        [(key, data)] = offloaded.stored().items()
        for length in (0, 1, 16, len(data) // 2, len(data) - 1):
            self._assert_refused(offloaded, key, data[:length], f"cut to {length} of its {len(data)} bytes")

    def test_an_object_of_bytes_that_was_cut_is_an_error(self, offloaded: XComs) -> None:
        """They have no end of their own, which a parser would miss."""
        offloaded.push(bytes(1000))
        [(key, data)] = offloaded.stored().items()
        for length in (0, 1, len(data) // 2, len(data) - 1):
            self._assert_refused(offloaded, key, data[:length], f"cut to {length} of its {len(data)} bytes")

    def test_an_object_with_one_bit_changed_is_an_error(self, offloaded: XComs) -> None:
        """Wherever in the object it is."""
        offloaded.push(SMALL)
        [(key, data)] = offloaded.stored().items()
        for place in sorted({*range(8), *range(8, len(data), 211), *range(len(data) - 8, len(data))}):
            changed = data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :]
            self._assert_refused(offloaded, key, changed, f"with a bit of byte {place} changed")

    def test_an_object_with_bytes_appended_is_an_error(self, offloaded: XComs) -> None:
        """Be it one byte, or the same object again."""
        offloaded.push(SMALL)
        [(key, data)] = offloaded.stored().items()
        for more in (b"\0", b"\n", data):
            self._assert_refused(offloaded, key, data + more, f"with {len(more)} bytes appended")

    def test_the_object_of_another_xcom_is_an_error(self, offloaded: XComs) -> None:
        """Two objects of the same type and size, one put in the place of the other; and an XCom's own old one."""
        offloaded.push("a" * 1000)
        [(key, data)] = offloaded.stored().items()
        offloaded.push("b" * 1000, MAPPED[0])
        other = next(data for name, data in offloaded.stored().items() if name != key)
        self._assert_refused(offloaded, key, other, "replaced by that of another XCom")
        offloaded.objects.write_object(key, data)
        offloaded.push("c" * 1000)
        for later, found in offloaded.stored().items():
            if found not in (data, other):
                self._assert_refused(offloaded, later, data, "replaced by the one before it")

    def test_a_large_object_that_was_cut_or_changed_at_a_border_is_an_error(self, offloaded: XComs) -> None:
        """Where the pieces meet in which it is read, decrypted or decompressed, if they have such a size."""
        offloaded.push("".join(f"{n:8x}" for n in range(9 << 17)))
        [(key, data)] = offloaded.stored().items()
        for border in BORDERS:
            last = len(data) // border
            for length in sorted({border, last * border, last * (border + 16)}):
                if length < len(data):
                    self._assert_refused(offloaded, key, data[:length], f"cut to {length} of {len(data)} bytes")
            for piece in (border, border + 16):
                swapped = data[piece : 2 * piece] + data[:piece] + data[2 * piece :]
                if 2 * piece <= len(data):
                    self._assert_refused(offloaded, key, swapped, f"with pieces of {piece} bytes swapped")

    def _assert_refused(self, xcoms: XComs, key: str, data: bytes, how: str) -> None:
        xcoms.objects.write_object(key, data)
        try:
            got = xcoms.pull()
        except Exception:
            return
        pytest.fail(f"The object {key!r} {how} was taken for a value, a {type(got).__name__}")

    # A store that fails -----------------------------------------------------------------------------------------------

    @pytest.mark.usefixtures("hurried")
    @pytest.mark.parametrize("damage", READING)
    def test_what_the_store_does_wrong_fails_the_pull(self, on_faulty: XComs, faulty: FaultyStore, damage: str) -> None:
        """By an error that names the object. `FileNotFoundError` says that it is gone, and nothing else does."""
        on_faulty.push(SMALL)
        [key] = on_faulty.stored()
        for fault in READING[damage]:
            with faulty.failing(fault), pytest.raises(Exception) as e:  # noqa: PT011  # Which one, is below.
                on_faulty.pull()
            assert isinstance(e.value, FileNotFoundError) == (damage == "gone"), f"{fault!r} gave {e.value!r}"
            assert key in str(e.value), f"the error after {fault!r} does not name the object"
        assert_same(on_faulty.pull(), SMALL)

    @pytest.mark.usefixtures("hurried")
    @pytest.mark.parametrize("times", [1, 2, 50])
    def test_a_pull_while_the_store_fails_for_a_while_gives_the_value_or_an_error(
        self, on_faulty: XComs, faulty: FaultyStore, times: int
    ) -> None:
        """It may be tried again, or not; it is never something else."""
        on_faulty.push(SMALL)
        for fault in PASSING:
            with faulty.failing(fault, times=times):
                self._assert_value_or_error(on_faulty.pull, SMALL, f"{fault!r} {times} times")

    def test_a_slow_store_gives_the_value(self, on_faulty: XComs, faulty: FaultyStore) -> None:
        """It takes what time it takes."""
        with faulty.failing(Slow()):
            on_faulty.assert_round_trip(SMALL, SMALL)

    @pytest.mark.usefixtures("hurried")
    @pytest.mark.parametrize("damage", WRITING)
    def test_what_the_store_does_wrong_fails_the_push(self, on_faulty: XComs, faulty: FaultyStore, damage: str) -> None:
        """No row is written that refers to an object which is not there."""
        for fault in WRITING[damage]:
            with faulty.failing(fault), pytest.raises(Exception):  # noqa: B017, PT011  # Any error will do.
                on_faulty.push(WRITTEN)
            assert on_faulty.rows.rows() == {}, f"a row was written in spite of {fault!r}"
        on_faulty.assert_round_trip(WRITTEN, WRITTEN)

    @pytest.mark.usefixtures("hurried")
    def test_a_store_that_does_not_delete_fails_the_purge(self, on_faulty: XComs, faulty: FaultyStore) -> None:
        """Or objects would be left behind, and nobody would know."""
        row = on_faulty.push(SMALL)
        for fault in (Refused("delete"), Unavailable("delete")):
            with faulty.failing(fault), pytest.raises(Exception):  # noqa: B017, PT011  # Any error will do.
                on_faulty.purge(row)
        on_faulty.purge(row)
        assert on_faulty.stored() == {}

    @pytest.mark.usefixtures("hurried")
    @pytest.mark.parametrize("times", [1, 2, 50])
    def test_a_push_while_the_store_fails_for_a_while_is_whole_or_an_error(
        self, on_faulty: XComs, faulty: FaultyStore, times: int
    ) -> None:
        """What a second try writes is not behind what the first one wrote."""
        for fault in (Unavailable(), UploadBroken(0), UploadBroken(1500), UploadBroken(None)):
            on_faulty.rows.clear()
            with faulty.failing(fault, times=times):
                self._assert_value_or_error(lambda: on_faulty.push(WRITTEN) and on_faulty.pull(), WRITTEN, repr(fault))
            assert is_same(on_faulty.pull(), WRITTEN if on_faulty.rows.rows() else None)

    # Rows that are damaged --------------------------------------------------------------------------------------------

    def test_a_reference_with_an_entry_missing_gives_the_value_or_an_error(self, offloaded: XComs) -> None:
        """Or with a number in it changed, such as a size."""
        for damaged in _with_other_entries(offloaded.push(SMALL), top=True):
            self._assert_value_or_error(lambda row=damaged: offloaded.load(row), SMALL, f"{damaged!r}")  # type: ignore[misc]

    def test_an_encrypted_row_with_a_text_changed_gives_the_value_or_an_error(self, encrypted: XComs) -> None:
        """Cut at its end, or by half, or with one character changed: tokens, keys, paths and hashes."""
        row = encrypted.push(SMALL)
        for text in sorted(_texts(row)):
            middle = len(text) // 2
            other = "B" if text[middle : middle + 1] == "A" else "A"
            for changed in (text[:-1], text[:middle], "", f"{text}A", text[:middle] + other + text[middle + 1 :]):
                damaged = _replaced(row, text, changed)
                self._assert_value_or_error(lambda row=damaged: encrypted.load(row), SMALL, f"{damaged!r}")  # type: ignore[misc]

    def _assert_value_or_error(self, call: Callable[[], Any], value: Any, how: str) -> None:
        try:
            got = call()
        except Exception:
            return
        assert is_same(got, value), f"After {how} a pull gave {got!r}"


def _push_with_one_missing(xcoms: XComs) -> None:
    """Pushes a value for each map index; the object of the third is gone."""
    for at in MAPPED:
        before = set(xcoms.objects.list_objects())
        xcoms.push([at.map_index, SMALL], at)
        if at == MAPPED[2]:
            [missing] = set(xcoms.objects.list_objects()) - before
    xcoms.objects.delete_object(missing)


def _with_other_entries(row: Json, *, top: bool = False) -> Iterator[Json]:
    """``row`` with one entry gone, or one number changed, below the top: that may be what says whose row it is."""
    if isinstance(row, dict):
        for key, part in row.items():
            if not top:
                yield {name: row[name] for name in row if name != key}
            yield from ({**row, key: other} for other in _with_other_entries(part))
    elif isinstance(row, list):
        yield from (row[:place] + row[place + 1 :] for place in range(len(row)))
        for place, part in enumerate(row):
            yield from ([*row[:place], other, *row[place + 1 :]] for other in _with_other_entries(part))
    elif isinstance(row, int) and not top:
        yield from (row - 1, row + 1, 0)


def _texts(row: Json) -> set[str]:
    if isinstance(row, str):
        return {row}
    parts = row.values() if isinstance(row, dict) else row if isinstance(row, list) else ()
    return {text for part in parts for text in _texts(part)}


def _replaced(row: Json, text: str, other: str) -> Json:
    if isinstance(row, dict):
        return {name: _replaced(part, text, other) for name, part in row.items()}
    if isinstance(row, list):
        return [_replaced(part, text, other) for part in row]
    return other if row == text else row
