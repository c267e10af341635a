"""Promise 11: what is stored shows nothing."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

import pytest

from ...abc import Json
from ..base import Contract, Deploy, needs, not_applicable
from ..capabilities import capability, is_of_the_toolkit
from ..setup import KEY, OTHER_KEY
from ..values.canaries import VALUES, canaries, found_in, found_in_row, found_in_text, strings
from ..xcoms import XComs

TYPE_NAMES = re.compile(rb"pandas|numpy|ndarray|pyarrow|polars|dataframe|datetime|parquet|pickle", re.IGNORECASE)


def _frame() -> Any:
    import pandas as pd

    return pd.DataFrame({"n": range(7_919)})


SHAPES: Mapping[str, Callable[[], Any]] = {
    "a list and a dict in a dict": lambda: {"many": list(range(7_919)), "more": [{str(n): n for n in range(6_367)}]},
    "a list": lambda: list(range(7_919)),
    "a dict": lambda: {str(n): n for n in range(6_367)},
    "a list of bytes": lambda: [b""] * 7_919,
    **({"a frame": _frame} if find_spec("pandas") else {}),
}
"""Values of 7919 items or rows, or of 6367 keys: numbers that nothing else in a row is."""


class Secrecy(Contract):
    """With encryption on, neither row nor object shows the value, its type, its shape or its keys. Lengths may show."""

    promise = "11. Secret"

    @pytest.mark.parametrize("name", VALUES)
    def test_nothing_of_a_value_is_visible(self, encrypted: XComs, name: str) -> None:
        """No text, key, column, label or attribute is in the row, in an object or in its name, in any encoding."""
        row = encrypted.push(_made(name))
        assert found_in_row(row, canaries()) == [], f"the row is {row!r}"
        for key, stored in encrypted.stored().items():
            assert found_in_text(key, canaries()) == [], f"the object is named {key!r}"
            assert found_in(stored, canaries()) == [], f"the object {key!r} begins with {stored[:100]!r}"

    def test_no_type_is_visible(self, encrypted: XComs) -> None:
        """Rows of a str, a dict, bytes, an array and a frame have the same words in clear, and none names a type."""
        words = {name: _clear_words(encrypted, name) for name in VALUES if _has(VALUES[name][1])}
        said = {name: sorted(found ^ words["text"]) for name, found in words.items() if found != words["text"]}
        assert said == {}, f"clear words by which the rows of a str and of others differ: {said}"

    @pytest.mark.parametrize("name", VALUES)
    def test_no_type_is_named(self, encrypted: XComs, name: str) -> None:
        """What is stored of a frame or an array does not say so."""
        row = encrypted.push(_made(name))
        stored = b"".join(
            [json.dumps(row).encode(), *encrypted.stored().values(), *map(str.encode, encrypted.stored())]
        )
        assert TYPE_NAMES.findall(stored) == []

    def test_no_shape_is_visible(self, encrypted: XComs) -> None:
        """How many keys, items or rows a value has is nowhere in its row."""
        for what, make in SHAPES.items():
            row = encrypted.push(make())
            shown = re.findall(r"(?<![\w])(7[, _]?919|6[, _]?367)(?![\w])", json.dumps(row))
            assert not shown, f"the row of {what} is {row!r:.2000}"

    def test_a_monotonous_value_shows_no_pattern(self, encrypted: XComs) -> None:
        """Ten thousand equal bytes look random: blocks that are encrypted alike would repeat."""
        row = encrypted.push(b"\0" * 10_000 + b"a" * 10_000)
        for part in _hidden(encrypted, row):
            repeated = [part[n : n + 16] for n in range(0, len(part) - 16, 16)]
            assert len(set(repeated)) == len(repeated), "blocks of 16 bytes repeat in what is stored"

    def test_two_pushes_of_a_value_look_different(self, encrypted: XComs) -> None:
        """Nobody learns that a value is the same as yesterday's: tokens and bytes have nothing in common."""
        value = b"the same" * 400
        first = _hidden(encrypted, encrypted.push(value))
        encrypted.delete()
        second = b"|".join(_hidden(encrypted, encrypted.push(value)))
        common = [part[n : n + 48] for part in first for n in range(0, len(part) - 48) if part[n : n + 48] in second]
        assert common == [], f"48 bytes and more are in both: {common[0]!r}"

    def test_no_key_is_stored(self, encrypted: XComs) -> None:
        """Neither the key as it is configured nor its bytes."""
        row = encrypted.push({"k": b"v" * 100})
        raw = base64.urlsafe_b64decode(KEY)
        stored = b"\n".join([json.dumps(row).encode(), *_hidden(encrypted, row)])
        assert found_in(stored, {"the key": KEY.rstrip("=")}) == []
        for form in (raw, raw[:16], raw[16:], raw.hex().encode(), raw.hex().upper().encode()):
            assert form not in stored, "bytes of the key are stored"

    def test_other_keys_do_not_open(self, encrypted: XComs, deploy: Deploy) -> None:
        """Whoever has another key gets an error, and no value."""
        encrypted.push(["v", b"v"])
        other = deploy(threshold=encrypted.setup.threshold, keys=(OTHER_KEY,))
        with pytest.raises(Exception):  # noqa: B017, PT011  # Any error will do.
            other.pull()

    def test_without_keys_nothing_opens(self, encrypted: XComs, deploy: Deploy) -> None:
        """Whoever has no key gets an error, and no value."""
        encrypted.push(["v", b"v"])
        other = deploy(threshold=encrypted.setup.threshold)
        with pytest.raises(Exception):  # noqa: B017, PT011  # Any error will do.
            other.pull()

    def test_an_old_key_opens_while_it_is_listed(self, encrypted: XComs, deploy: Deploy) -> None:
        """The first key encrypts, all decrypt: keys are changed by putting a new one in front."""
        encrypted.push(["old", b"v"])
        changed = deploy(threshold=encrypted.setup.threshold, keys=(OTHER_KEY, KEY))
        assert changed.pull() == ["old", b"v"]
        changed.push(["new", b"v"])
        assert deploy(threshold=encrypted.setup.threshold, keys=(OTHER_KEY,)).pull() == ["new", b"v"]

    @needs("encrypts")
    def test_a_plaintext_row_is_refused_where_it_is_to_be(self, deploy: Deploy) -> None:
        """With ``plaintext_rows = reject`` nobody slips a row in that is not encrypted, in whatever form."""
        from ...backends import SerdeXComBackend

        if not is_of_the_toolkit(self.backend):
            not_applicable("plaintext_rows is an option of the toolkit's backends")
        rows = [deploy(backend=SerdeXComBackend).push(value) for value in ({"a": 1}, "text", {"a": b"bytes"}, (1, 2))]
        rejecting = deploy(keys=(KEY,), options={"plaintext_rows": "reject"})
        for row in rows:
            with pytest.raises(Exception, match=r"(?i)not encrypted"):
                rejecting.load(row)
        assert rejecting.load(rejecting.push({"a": b"bytes"})) == {"a": b"bytes"}

    @needs("encrypts")
    def test_a_backend_that_always_encrypts_stores_nothing_without_keys(self, deploy: Deploy) -> None:
        """An error at push says that there are no keys; a value is never stored in clear instead."""
        if capability(type(self), "plain"):
            not_applicable("without keys, values are stored in clear, as the backend says")
        for threshold in (None, 0):
            keyless = deploy(threshold=threshold)
            for value in ({"a": 1}, b"bytes"):
                with pytest.raises(Exception, match=r"(?i)key"):
                    keyless.push(value)
        assert (keyless.rows.rows(), keyless.stored()) == ({}, {})


def _made(name: str) -> Any:
    make, library = VALUES[name]
    if not _has(library):
        not_applicable(f"{library} is not installed")
    return make()


def _has(library: str) -> bool:
    return not library or find_spec(library) is not None


def _clear_words(xcoms: XComs, name: str) -> set[str]:
    """What the rows of two pushes of a value have in common, but for numbers: what is not encrypted, and not random."""
    one, other = (set(strings(xcoms.push(VALUES[name][0]()))) for _ in range(2))
    suffixes = {re.sub(r".*[0-9a-f]{6,}", "", key) for key in xcoms.stored()}
    return {part for part in (one & other) | suffixes if not part.isdecimal()}


def _hidden(xcoms: XComs, row: Json) -> list[bytes]:
    """What is stored encrypted: the objects, and the long strings of the row, as the bytes that they encode."""
    objects = xcoms.stored()
    tokens = [
        text for text in strings(row) if len(text) >= 40 and not any(key in text or text in key for key in objects)
    ]
    return [*map(_decoded, tokens), *objects.values()]


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text)
    except ValueError:
        return text.encode("utf-8", "surrogatepass")
