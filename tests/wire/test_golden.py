"""Rows and objects of every release are read for ever."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from airflow_xcom_toolkit.envelope import VERSION, is_envelope
from tests.pipelines import AT, pipeline
from tests.same import assert_same
from tests.wire.cases import KEY, RELEASE_0_1_0
from tests.wire.write import FOLDER, FORMS


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", RELEASE_0_1_0)
def test_a_golden_row_gives_its_value(name: str, form: str) -> None:
    row = json.loads((FOLDER / f"{form}.json").read_text())[name]
    pulled = pipeline(FOLDER / "store", keys=(KEY,), encrypt=False).pull(row, AT)
    assert_same(pulled.value, RELEASE_0_1_0[name])


@pytest.mark.parametrize("form", ["row", "object"])
@pytest.mark.parametrize("name", RELEASE_0_1_0)
def test_the_format_is_still_written(name: str, form: str, tmp_path: Path) -> None:
    """What is written today has the same shape as the golden row: the same entries, type ids and codecs."""
    golden = json.loads((FOLDER / f"{form}.json").read_text())[name]
    today = pipeline(tmp_path, threshold=FORMS[form][0]).push(RELEASE_0_1_0[name], AT)
    assert is_envelope(today) == is_envelope(golden)
    if is_envelope(golden):
        assert isinstance(today, dict)
        one, other = today["__data__"], golden["__data__"]
        assert isinstance(one, dict)
        assert set(one) == set(other)
        assert (one["type"], one["codecs"]) == (other["type"], other["codecs"])
        assert today["__version__"] == golden["__version__"] == VERSION


def test_golden_files_are_never_rewritten() -> None:
    """`0.1.0.sha256` has the sum of each file. A file that differs is to be restored, not the sum changed."""
    lines = (FOLDER.parent / "0.1.0.sha256").read_text().splitlines()
    expected = dict(reversed(line.split("  ", 1)) for line in lines)
    files = {str(path.relative_to(FOLDER)): path for path in FOLDER.rglob("*") if path.is_file()}
    assert set(files) == set(expected)
    for name, path in files.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == expected[name], name


def test_the_check_finds_a_changed_object(tmp_path: Path) -> None:
    from airflow_xcom_toolkit.errors import IntegrityError

    shutil.copytree(FOLDER, tmp_path / "copy")
    row = json.loads((FOLDER / "object.json").read_text())["array"]
    file = tmp_path / "copy" / "store" / row["__data__"]["body"]["key"]
    file.write_bytes(file.read_bytes()[:-1] + b"\x00")
    with pytest.raises(IntegrityError):
        pipeline(tmp_path / "copy" / "store").pull(row, AT)
