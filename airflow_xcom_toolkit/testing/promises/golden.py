"""Promise 14: what was stored long ago."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ...abc import Json
from ...compat import HAS_TASK_LOOPS
from ...hooks import prefers_new
from .. import golden
from ..base import FORMS, Contract, Deploy, needs, not_applicable
from ..golden import GoldenRow
from ..golden.values import TOOLKIT, VALUES
from ..golden.writing import ALLOWED, file_name
from ..same import assert_same
from ..xcoms import XComs

CASES = [(release, name) for release, values in TOOLKIT.items() for name in values]


class ReadableForEver(Contract):
    """What a released version wrote is read by every later one, and what a newer one writes is refused by name."""

    promise = "14. Readable for ever"

    @needs("reads_toolkit_rows")
    @pytest.mark.parametrize(("release", "name"), CASES)
    def test_rows_of_released_toolkits_are_read(self, deploy: Deploy, release: str, name: str) -> None:
        """In every form that a release had: in the row, in an object, compressed, encrypted."""
        value = TOOLKIT[release][name]
        if value.missing:
            not_applicable(f"{value.missing} is not installed")
        xcoms = deploy(keys=(golden.KEY,), options={"unknown_schema": "plain"})
        for form in golden.FORMS:
            _assert_read(xcoms, golden.toolkit_row(release, form, name), value.make(), f"{release}, {form}")

    @needs("reads_toolkit_rows")
    @pytest.mark.parametrize("form", golden.FORMS)
    def test_rows_of_newer_toolkits_are_refused_by_name(self, deploy: Deploy, form: str) -> None:
        """The error says which version the row has, and that it is newer: nothing is made of what is not known."""
        xcoms = deploy(keys=(golden.KEY,))
        found = golden.toolkit_row("0.1.0", form, "bytes")
        row = cast("dict[str, Json]", copy.deepcopy(found.row))
        row["__version__"] = 4711
        with pytest.raises(Exception, match=r"(?is)4711.*newer|newer.*4711"):
            _read(xcoms, GoldenRow(row, found.objects))

    def test_rows_of_own_releases_are_read(self, deploy: Deploy) -> None:
        """All that ``golden`` names: see ``python -m airflow_xcom_toolkit.testing.golden --help``."""
        if self.golden is None:
            not_applicable("golden: no golden rows are given")
        releases = sorted(folder for folder in _folder(self).iterdir() if folder.is_dir())
        assert releases, f"golden: there is no release in {_folder(self)}"
        for release in releases:
            self._assert_release_is_read(deploy, release)

    def _assert_release_is_read(self, deploy: Deploy, release: Path) -> None:
        count = 0
        for form, (_, options) in FORMS.items():
            xcoms = deploy(**options, allowed=ALLOWED)
            for name, row in _own_rows(release / file_name(form), self.url):
                _assert_read(xcoms, row, VALUES[name].make(), f"{release.name}, {form}, {name!r}", at_hand=True)
                count += 1
        assert count, f"golden: there is no row in {release}"


def _folder(test: Contract) -> Path:
    """The folder that ``golden`` names, seen from the file of the class."""
    file = getattr(sys.modules[type(test).__module__], "__file__", None) or "."
    return Path(file).parent / str(test.golden)


def _own_rows(file: Path, store: str) -> Iterator[tuple[str, GoldenRow]]:
    if not file.exists():
        return
    for name, found in json.loads(file.read_text()).items():
        assert name in VALUES, f"golden: {file} has a row of {name!r}, which is unknown; upgrade the toolkit"
        if not VALUES[name].missing:
            yield name, GoldenRow.from_json(found, store)


def _assert_read(xcoms: XComs, row: GoldenRow, expected: Any, what: str, *, at_hand: bool = False) -> None:
    try:
        assert_same(_read(xcoms, row, at_hand=at_hand), expected)
    except Exception as e:
        raise AssertionError(f"the golden row ({what}) is not read: {type(e).__name__}: {e}") from e


def _read(xcoms: XComs, found: GoldenRow, *, at_hand: bool = False) -> Any:
    """What a pull makes of a row; of one of another XCom's by Airflow's hook, which is not told whose it is."""
    for key, data in found.objects.items():
        xcoms.objects.write_object(key, data)
    if at_hand:
        return xcoms.load(found.row)
    xcoms.write_row(found.row)
    backend, row = xcoms.backend, xcoms.row()
    if HAS_TASK_LOOPS and prefers_new(backend, "deserialize_value", "load_value"):
        return backend.load_value(row)
    return backend.deserialize_value(SimpleNamespace(value=row))
