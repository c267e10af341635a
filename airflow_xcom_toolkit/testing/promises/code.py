"""Promise 16: what is stored is data, and never code."""

from __future__ import annotations

import datetime as dt
import decimal
import sys
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from ...abc import Json
from ..base import Contract, Deploy, not_applicable
from ..checks.forging import BOMBS, bait, noting_unpickling, renamed, rows_naming, with_bytes_in_row, with_objects
from ..classes import Color, Point, Record
from ..same import assert_same
from ..xcoms import AT, XComs

ALLOWED = f"airflow.* {Record.__module__}.*"


def _array() -> Any:
    import numpy as np

    return np.arange(10.0)


def _objects() -> Any:
    import numpy as np

    return np.array([1, "x", (2,)], dtype=object)


def _frame() -> Any:
    import pandas as pd

    return pd.DataFrame({"n": [1, 2], "s": ["x", "y"]}).assign(o=pd.Series([1, "x"], dtype=object))


VALUES: Mapping[str, tuple[Callable[[], Any], str]] = {
    "bytes": (lambda: b"bytes" * 30, ""),
    "python": (lambda: [(1, {2}), decimal.Decimal("1.5"), dt.datetime(2026, 1, 2), {3: b"three"}], ""),
    "array": (_array, "numpy"),
    "array of objects": (_objects, "numpy"),
    "frame": (_frame, "pandas"),
}
"""Name → what makes the value, and the library that it needs."""

INSTANCES: Mapping[str, Callable[[], Any]] = {
    "dataclass": lambda: Record("n", [b"x", (1, 2)]),
    "named tuple": lambda: Point(1, (2, b"y")),
    "enum": lambda: [Color.RED, Color.GREEN],
}


class NoCodeFromData(Contract):
    """Nothing is unpickled, and a class that a row names is imported only where Airflow's allow list has it."""

    promise = "16. No code from data"

    @pytest.mark.parametrize("name", VALUES)
    def test_nothing_is_unpickled(self, each_form: XComs, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        """Neither at push nor at pull: whoever can write a row or an object would run code in every reader."""
        value = _made(name)
        with noting_unpickling(monkeypatch) as found:
            each_form.push(value)
            each_form.pull()
        assert found == []

    @pytest.mark.parametrize("bomb", BOMBS)
    def test_a_planted_pickle_does_not_go_off(self, each_form: XComs, tmp_path: Path, bomb: str) -> None:
        """In place of an object or of bytes in a row, with sizes and hashes that fit, it is an error, or data."""
        library = BOMBS[bomb][1]
        if library and find_spec(library) is None:
            not_applicable(f"{library} is not installed")
        planted = BOMBS[bomb][0](tmp_path / "bang")
        for name, (make, library) in VALUES.items():
            if library in ("", BOMBS[bomb][1]):
                each_form.push(make())
                _pull_planted(each_form, planted)
                assert not (tmp_path / "bang").exists(), f"{bomb}, planted in place of {name}, was unpickled"

    @pytest.mark.parametrize("format", sorted(rows_naming("m")))
    def test_a_class_named_by_a_row_is_not_imported(
        self, each_form: XComs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str
    ) -> None:
        """In no format that libraries write: importing a module runs it."""
        with bait(tmp_path, monkeypatch) as module:
            _load_quietly(each_form, rows_naming(module)[format])
            assert module not in sys.modules, "the module that the row names was imported"

    @pytest.mark.parametrize("name", INSTANCES)
    def test_a_class_that_is_not_allowed_is_not_imported(
        self, each_form: XComs, deploy: Deploy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        """A row and an object of the backend's own, with another class in them, do not make it import that."""
        xcoms = deploy(**_options(each_form), allowed=ALLOWED)
        row = xcoms.push([INSTANCES[name](), b"x" * 300])
        with bait(tmp_path, monkeypatch) as module:
            forged = _renamed(xcoms, row, Record.__module__, module)
            _load_quietly(deploy(**_options(each_form), allowed=ALLOWED), forged)
            assert module not in sys.modules, f"the module that the row names was imported; the row: {forged!r:.2000}"

    @pytest.mark.parametrize("name", INSTANCES)
    def test_a_class_that_is_no_longer_allowed_is_refused_at_pull(
        self, each_form: XComs, deploy: Deploy, name: str
    ) -> None:
        """The allow list of the reader decides, whatever it was for the writer."""
        deploy(**_options(each_form), allowed=ALLOWED).push(INSTANCES[name]())
        with pytest.raises(Exception, match=Record.__module__):
            deploy(**_options(each_form)).pull()

    @pytest.mark.parametrize("name", INSTANCES)
    def test_a_value_of_a_class_that_is_not_allowed_is_refused(self, each_form: XComs, name: str) -> None:
        """At push, with the line to add, and nothing is written: no value waits in a row that nobody may read."""
        value = INSTANCES[name]()
        cls = type(value[0] if isinstance(value, list) else value)
        with pytest.raises(TypeError) as refused:
            each_form.push(value)
        said = str(refused.value)
        assert "allowed_deserialization_classes" in said, f"the message does not say which option: {said}"
        assert f"{cls.__module__}.{cls.__qualname__}" in said, f"the message does not say which class: {said}"
        assert (each_form.rows.rows(), each_form.stored()) == ({}, {})

    @pytest.mark.parametrize("name", INSTANCES)
    def test_a_value_of_an_allowed_class_comes_back(self, each_form: XComs, deploy: Deploy, name: str) -> None:
        """With the line, it is kept as exactly as any other."""
        xcoms = deploy(**_options(each_form), allowed=ALLOWED)
        xcoms.push({"k": INSTANCES[name]()})
        assert_same(xcoms.pull(), {"k": INSTANCES[name]()})


def _made(name: str) -> Any:
    make, library = VALUES[name]
    if library and find_spec(library) is None:
        not_applicable(f"{library} is not installed")
    return make()


def _options(xcoms: XComs) -> dict[str, Any]:
    return {"threshold": xcoms.setup.threshold, "keys": xcoms.setup.keys}


def _pull_planted(xcoms: XComs, planted: bytes) -> None:
    """Pulls with other bytes in place of the objects, and of whatever bytes the row has."""
    row, objects = xcoms.row(), xcoms.stored()
    for forged in with_bytes_in_row(row, planted):
        _load_quietly(xcoms, forged)
    for key in objects:
        xcoms.objects.write_object(key, planted)
    _load_quietly(xcoms, row)
    _load_quietly(xcoms, with_objects(row, objects, dict.fromkeys(objects, planted)))
    xcoms.rows.delete_row(AT)
    for key in objects:
        xcoms.objects.delete_object(key)


def _renamed(xcoms: XComs, row: Json, old: str, new: str) -> Json:
    """The row with another name in it, and in its objects, if it has it in clear."""
    objects = xcoms.stored()
    forged = {key: data.replace(old.encode(), new.encode()) for key, data in objects.items()}
    changed = renamed(with_objects(row, objects, forged), old, new)
    if changed == row and forged == objects:
        not_applicable("no class is named in clear in what is stored")
    for key, data in forged.items():
        xcoms.objects.write_object(key, data)
    return changed


def _load_quietly(xcoms: XComs, row: Json) -> None:
    """Pulls a row that may well be refused."""
    try:
        xcoms.load(row)
    except Exception:
        return
