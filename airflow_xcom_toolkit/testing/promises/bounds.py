"""Promise 13: what a large value costs."""

from __future__ import annotations

import json
import random
import string
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from ..base import Contract, Deploy, needs, not_applicable
from ..same import assert_same
from ..setup import KEY
from ..xcoms import AT, XComs

ROW_BYTES = 8192
"""A few KiB: rows with references are a few hundred bytes, and what describes a value is cut."""

THRESHOLD = 1000
LARGE = 32 * 2**20


def _texts(count: int, length: int) -> list[str]:
    """Texts that do not compress well, the same in every run."""
    letters = random.Random(0)  # noqa: S311
    return ["".join(letters.choices(string.ascii_letters, k=length)) for _ in range(count)]


def _bytes(count: int) -> bytes:
    return random.Random(0).randbytes(count)  # noqa: S311


def _deep(levels: int) -> Any:
    value: Any = _texts(1, 2000)
    for level in range(levels):
        value = {"level": value} if level % 2 else [value]
    return value


def _wide() -> Any:
    import pandas as pd

    return pd.DataFrame([range(2000)], columns=_texts(2000, 12))


def _long_names() -> Any:
    import pandas as pd

    return pd.DataFrame({name: [1] for name in _texts(20, 20_000)}, index=pd.Index([1], name=_texts(1, 20_000)[0]))


def _described() -> Any:
    import pandas as pd

    made = pd.DataFrame({"kind": pd.Categorical.from_codes([0], _texts(2000, 20))})
    made.attrs.update(dict.fromkeys(_texts(500, 20), "described"))
    return made


def _records() -> Any:
    import numpy as np

    return np.zeros(2, dtype=[(name, "f8") for name in _texts(500, 100)])


LARGE_VALUES: Mapping[str, Callable[[], Any]] = {
    "a long text": lambda: "".join(_texts(1, 500_000)),
    "many bytes": lambda: _bytes(300_000),
    "one large number": lambda: 7**5000,
    "a large dict": lambda: dict(zip(_texts(2000, 20), range(2000))),
    "long keys": lambda: dict.fromkeys(_texts(10, 20_000), 1),
    "keys that are no texts": lambda: dict.fromkeys(enumerate(_texts(1000, 20)), b"x"),
    "many leaves": lambda: [name.encode() for name in _texts(2000, 20)],
    "many large leaves": lambda: [name.encode() for name in _texts(200, 2000)],
    "deep nesting": lambda: _deep(1000),
    **({"many arrays": lambda: _arrays(500), "records": _records} if find_spec("numpy") else {}),
    **(
        {"a wide frame": _wide, "long names": _long_names, "categories and attrs": _described}
        if find_spec("pandas")
        else {}
    ),
}


def _arrays(count: int) -> Any:
    import numpy as np

    return [np.arange(20) + n for n in range(count)]


class Bounds(Contract):
    """With a threshold on, a row is small whatever its value is; a large value takes little more than its own size."""

    promise = "13. Bounded"

    @pytest.fixture(params=["plain", "encrypted"])
    def keys(self, request: pytest.FixtureRequest) -> tuple[str, ...]:
        """With encryption and without."""
        self.need("offloads", "plain" if request.param == "plain" else "encrypts")
        return () if request.param == "plain" else (KEY,)

    @pytest.mark.parametrize("name", LARGE_VALUES)
    def test_the_row_is_small_whatever_the_value_is(self, deploy: Deploy, keys: tuple[str, ...], name: str) -> None:
        """Names, keys, columns, categories, nesting: nothing that grows with the value is in the row."""
        xcoms = deploy(threshold=THRESHOLD, keys=keys)
        row = xcoms.push(LARGE_VALUES[name]())
        assert _size(row) < ROW_BYTES, f"the row of {name} has {_size(row):,} bytes: {json.dumps(row)[:500]}…"
        assert len(xcoms.stored()) == 1, f"{name} made {len(xcoms.stored())} objects"
        if not keys:  # What was decrypted is told to Airflow's masker, text by text, which takes its time.
            assert_same(xcoms.pull(), LARGE_VALUES[name]())

    @needs("inlines")
    def test_a_value_below_the_threshold_stays_in_the_row(self, deploy: Deploy, keys: tuple[str, ...]) -> None:
        """No object is made for what is smaller."""
        xcoms = deploy(threshold=10_000, keys=keys)
        for value in _of_size(5000):
            xcoms.push(value)
            assert_same(xcoms.pull(), value)
        assert xcoms.stored() == {}

    def test_a_value_above_the_threshold_goes_to_an_object(self, deploy: Deploy, keys: tuple[str, ...]) -> None:
        """One object, and nothing of the value left in the row."""
        xcoms = deploy(threshold=10_000, keys=keys)
        for value in _of_size(20_000):
            row = xcoms.push(value)
            assert len(xcoms.stored()) == 1, f"a {type(value).__name__} of 20,000 bytes: {list(xcoms.stored())}"
            assert _size(row) < ROW_BYTES
            assert_same(xcoms.pull(), value)
            xcoms.delete()

    def test_the_threshold_is_in_bytes(self, deploy: Deploy, keys: tuple[str, ...]) -> None:
        """And not in characters, of which a text may have fewer."""
        xcoms = deploy(threshold=10_000, keys=keys)
        xcoms.push("\N{SNOWMAN}" * 5000)
        assert len(xcoms.stored()) == 1, "5,000 characters of 3 bytes each stayed in the row"

    @pytest.mark.parametrize("value", [17, "", [], {}, False, 0.5, (), b"x"], ids=repr)
    def test_a_threshold_of_0_keeps_no_value_in_the_row(self, offloaded: XComs, value: Any) -> None:
        """As the option's documentation says: 0 means always, for the smallest value, too."""
        offloaded.push(value)
        assert len(offloaded.stored()) == 1
        assert_same(offloaded.pull(), value)

    @needs("inlines")
    def test_without_a_threshold_every_value_stays_in_the_row(self, deploy: Deploy, keys: tuple[str, ...]) -> None:
        """-1 means never, for a large value, too."""
        xcoms = deploy(threshold=None, keys=keys)
        for value in _of_size(500_000):
            xcoms.push(value)
            assert_same(xcoms.pull(), value)
        assert xcoms.stored() == {}

    @needs("uses_fsspec")
    @pytest.mark.parametrize("name", ["bytes", "array", "frame"])
    def test_a_large_value_takes_little_more_memory_than_its_own(
        self, deploy: Deploy, keys: tuple[str, ...], tmp_path: Path, name: str
    ) -> None:
        """At most one copy of it is made on the way, and half of one to spare: see tracemalloc for what counts."""
        library = {"bytes": "builtins", "array": "numpy", "frame": "pandas"}[name]
        if find_spec(library) is None:
            not_applicable(f"{library} is not installed")
        xcoms = deploy(threshold=THRESHOLD, keys=keys, store=f"file://{tmp_path}/large")
        value = _large(name)
        with _peak() as pushing:
            xcoms.push(value)
        assert pushing[0] < 1.5 * LARGE, f"pushing {LARGE:,} bytes took {pushing[0]:,} more"
        with _peak() as pulling:
            pulled = xcoms.pull()
        assert pulling[0] < 2.5 * LARGE, f"pulling {LARGE:,} bytes took {pulling[0] - LARGE:,} more than the value"
        assert_same(pulled, value)
        xcoms.delete(AT)


def _size(row: Any) -> int:
    return len(json.dumps(row).encode())


def _of_size(count: int) -> Iterator[Any]:
    """Values of about so many bytes, however they are counted."""
    yield _texts(1, count)[0]
    yield _bytes(count)
    yield {"list": _texts(count // 104, 100)}


def _large(name: str) -> Any:
    if name == "bytes":
        return bytes(LARGE)
    import numpy as np

    numbers = np.random.default_rng(0).random(LARGE // 8)
    if name == "array":
        return numbers
    import pandas as pd

    return pd.DataFrame(numbers.reshape(-1, 8), columns=list("abcdefgh"))


class _peak:
    """How many bytes a block of code held at most beyond what was there, as a list of one number."""

    def __enter__(self) -> list[int]:
        self._found = [0]
        tracemalloc.start()
        return self._found

    def __exit__(self, *error: object) -> None:
        self._found[0] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
