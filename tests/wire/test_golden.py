"""Rows and objects of every release are read for ever."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from airflow_xcom_toolkit.envelope import VERSION, is_envelope
from airflow_xcom_toolkit.errors import IntegrityError
from airflow_xcom_toolkit.testing.same import assert_same
from tests.pipelines import AT, pipeline
from tests.wire.cases import KEY, RELEASES, pulled, pushed
from tests.wire.write import FOLDER, FORMS, golden_pipeline

CASES = [(release, name) for release, values in RELEASES.items() for name in values]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("release", "name"), CASES)
def test_a_golden_row_gives_its_value(release: str, name: str, form: str) -> None:
    row = json.loads((FOLDER / release / f"{form}.json").read_text())[name]
    found = golden_pipeline(FOLDER / release / "store", keys=(KEY,), encrypt=False).pull(row, AT)
    assert_same(found.value, pulled(RELEASES[release][name]))


@pytest.mark.parametrize("form", ["row", "object"])
@pytest.mark.parametrize(("release", "name"), CASES)
def test_the_format_is_still_written(release: str, name: str, form: str, tmp_path: Path) -> None:
    """What is written today has the same shape as the golden row: the same entries, type ids and codecs."""
    golden = json.loads((FOLDER / release / f"{form}.json").read_text())[name]
    today = golden_pipeline(tmp_path, threshold=FORMS[form][0]).push(pushed(RELEASES[release][name]), AT)
    assert is_envelope(today) == is_envelope(golden)
    if is_envelope(golden):
        assert isinstance(today, dict)
        one, other = today["__data__"], golden["__data__"]
        assert isinstance(one, dict)
        assert set(one) == set(other)
        assert (one["type"], one["schema"], one["codecs"]) == (other["type"], other["schema"], other["codecs"])
        assert today["__version__"] == golden["__version__"] == VERSION


@pytest.mark.parametrize("release", RELEASES)
def test_golden_files_are_never_rewritten(release: str) -> None:
    """The file of sums has that of each file. A file that differs is to be restored, not the sum changed."""
    lines = (FOLDER / f"{release}.sha256").read_text().splitlines()
    expected = dict(reversed(line.split("  ", 1)) for line in lines)
    folder = FOLDER / release
    files = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    assert set(files) == set(expected)
    for name, path in files.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == expected[name], name


def test_the_check_finds_a_changed_object(tmp_path: Path) -> None:
    golden = FOLDER / "0.1.0"
    shutil.copytree(golden, tmp_path / "copy")
    row = json.loads((golden / "object.json").read_text())["array"]
    file = tmp_path / "copy" / "store" / row["__data__"]["body"]["key"]
    file.write_bytes(file.read_bytes()[:-1] + b"\x00")
    with pytest.raises(IntegrityError):
        pipeline(tmp_path / "copy" / "store").pull(row, AT)
