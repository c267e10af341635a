"""``export``: files that hold the very value, or nothing."""

from __future__ import annotations

import json
import stat
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from airflow_xcom_toolkit.cli.command import UsageError
from airflow_xcom_toolkit.cli.export import run
from airflow_xcom_toolkit.cli.export.files import written
from airflow_xcom_toolkit.metadata import RowStore
from tests.unit.cli.deployed import LOST, NEW, Deployed

OURS = ("sales", "run 1", "load")
FRAME = pd.DataFrame(
    {
        "price": [1.5, float("nan")],
        "when": pd.to_datetime(["2026-01-01", "2026-01-02"]).tz_localize("Europe/Oslo"),
        "kind": pd.Categorical(["a", "b"]),
    },
    index=pd.Index([7, 8], name="id"),
)
TABLE = pa.table({"a": pa.array([1, None], pa.int16()), "b": pa.array(["x", "y"], pa.large_string())})


def arrow(path: Path) -> Any:
    return pa.ipc.open_file(path).read_all()


def same_pandas(path: Path, value: Any) -> None:
    back = pd.read_parquet(path) if path.suffix == ".parquet" else arrow(path).to_pandas()
    pd.testing.assert_frame_equal(back, value)


def same_table(path: Path, value: Any) -> None:
    assert (pq.read_table(path) if path.suffix == ".parquet" else arrow(path)).equals(value, check_metadata=True)


def same_polars(path: Path, value: Any) -> None:
    assert (pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_ipc(path)).equals(value)


def same_array(path: Path, value: Any) -> None:
    back = np.load(path, allow_pickle=False)
    assert back.dtype == value.dtype
    np.testing.assert_array_equal(back, value)


def same_json(path: Path, value: Any) -> None:
    assert repr(json.loads(path.read_bytes())) == repr(value)


def same_text(path: Path, value: Any) -> None:
    assert path.read_bytes() == value.encode()


def same_bytes(path: Path, value: Any) -> None:
    assert path.read_bytes() == value


KEPT: dict[str, tuple[Any, Any]] = {
    "pandas.parquet": (FRAME, same_pandas),
    "pandas.arrow": (FRAME, same_pandas),
    "table.parquet": (TABLE, same_table),
    "table.arrow": (TABLE, same_table),
    "polars.parquet": (pl.DataFrame({"a": [1, None], "b": ["x", "y"]}), same_polars),
    "polars.arrow": (pl.DataFrame({"a": [1, None], "b": ["x", "y"]}), same_polars),
    "array.npy": (np.arange(6, dtype=">i2").reshape(2, 3).T, same_array),
    "times.npy": (np.array(["2026-01-02", "NaT"], "M8[ns]"), same_array),
    "record.npy": (np.zeros(3, [("a", "i4"), ("b", "U3")]), same_array),
    "object.json": (
        {
            "a": [1, 2.5, -0.0, 1e300, None, True, "ü\0\ud800"],
            "~": {"": 2**63, "deep": json.loads("[" * 200 + "]" * 200)},
        },
        same_json,
    ),
    "number.json": (7, same_json),
    "text.txt": ("ü\n\x1b", same_text),
    "bytes.bin": (bytes(range(256)), same_bytes),
}


@pytest.mark.parametrize("name", KEPT)
def test_what_is_in_the_file_is_the_value(deployed: Deployed, name: str) -> None:
    value, check = KEPT[name]
    deployed.push(value)
    target = deployed.folder / name
    done = deployed.call("export", *OURS, "--to", str(target), "--json")
    assert done.code == 0, done.errors
    assert done.json["bytes"] == target.stat().st_size
    check(target, value)


REFUSED: dict[str, tuple[Any, str, str]] = {
    "a frame as JSON": (FRAME, "x.json", ".parquet .arrow"),
    "a frame as an array": (FRAME, "x.npy", ".parquet .arrow"),
    "an array as a frame": (np.zeros(2), "x.parquet", ".npy"),
    "an array of objects": (np.array([1, "a"], dtype=object), "x.npy", "pickled"),
    "a frame of mixed objects": (pd.DataFrame({"a": [1, "x"]}), "x.parquet", "the library refuses it"),
    "a frame of decimals of several scales": (
        pd.DataFrame({"a": [Decimal("1.5"), Decimal("1.50")]}),
        "x.parquet",
        "reads another frame back",
    ),
    "a frame of tuples": (pd.DataFrame({"a": [(1, 2)]}), "x.arrow", "reads another frame back"),
    "a NaN in JSON": ({"a": [1.0, float("nan")]}, "x.json", "its ['a'][1] is of type float"),
    "a tuple in JSON": ({"a": {"b": (1, 2)}}, "x.json", "its ['a']['b'] is of type tuple"),
    "a key that is no text": ({"a": {1: 2}}, "x.json", "its ['a'] has keys"),
    "a date as JSON": (datetime(2026, 1, 2, tzinfo=timezone.utc), "x.json", "--path"),
    "half a character as text": ("\ud800", "x.txt", "lone surrogate"),
    "a text as bytes": ("x", "x.bin", ".json .txt"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_file_would_not_keep_is_refused_and_there_is_no_file(deployed: Deployed, name: str) -> None:
    value, target, reason = REFUSED[name]
    deployed.push(value)
    before = set(deployed.folder.iterdir())
    done = deployed.call("export", *OURS, "--to", str(deployed.folder / target))
    assert done.code == 1
    assert "UnsupportedTypeError" in done.errors
    assert reason in done.errors
    assert set(deployed.folder.iterdir()) == before


def test_a_part_of_a_value_is_picked_by_its_path(deployed: Deployed) -> None:
    deployed.push({"train": [{"frame": FRAME}], "n": 3})
    target = deployed.folder / "x.parquet"
    assert deployed.call("export", *OURS, "--to", str(target), "--path", "['train'][0].frame").code == 0
    same_pandas(target, FRAME)


@pytest.mark.parametrize(
    ("path", "code", "error"),
    [("train[3]", 1, "the value['train']"), ("train.x", 1, "list"), ("train[", 1, "not a path")],
)
def test_a_path_that_leads_nowhere_says_where_it_ends(deployed: Deployed, path: str, code: int, error: str) -> None:
    deployed.push({"train": [1]})
    done = deployed.call("export", *OURS, "--to", str(deployed.folder / "x.json"), "--path", path)
    assert done.code == code
    assert error.replace("['train']", "") in done.errors


def test_nobody_else_may_read_the_file(deployed: Deployed) -> None:
    deployed.push({"a": 1})
    target = deployed.folder / "x.json"
    deployed.call("export", *OURS, "--to", str(target))
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_file_that_is_there_is_replaced_only_where_that_is_asked_for(deployed: Deployed) -> None:
    deployed.push({"a": 1})
    target = deployed.folder / "x.json"
    target.write_text("mine")
    refused = deployed.call("export", *OURS, "--to", str(target))
    assert (refused.code, target.read_text()) == (2, "mine")
    assert "--overwrite" in refused.errors
    assert deployed.call("export", *OURS, "--to", str(target), "--overwrite").code == 0
    assert json.loads(target.read_text()) == {"a": 1}


def test_a_file_that_somebody_makes_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "x.json"
    with pytest.raises(UsageError, match="--overwrite"):
        _write_beside_another(target)
    assert [path.name for path in tmp_path.iterdir()] == ["x.json"]
    assert target.read_text() == "theirs"


def _write_beside_another(target: Path) -> None:
    with written(target, overwrite=False) as file:
        file.write(b"ours")
        target.write_text("theirs")


def test_an_export_that_is_interrupted_leaves_no_file(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(value: Any, suffix: str, file: Any, place: str) -> None:
        file.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "write", interrupted)
    deployed.push({"a": 1})
    before = set(deployed.folder.iterdir())
    assert deployed.call("export", *OURS, "--to", str(deployed.folder / "x.json")).code == 130
    assert set(deployed.folder.iterdir()) == before


@pytest.mark.parametrize(
    ("target", "problem"),
    [("x.csv", "CSV"), ("x.pkl", "pickle"), ("x", "suffixes"), ("none/x.json", "no folder"), ("folder.json", "folder")],
)
def test_where_nothing_can_be_written_is_said_before_anything_is_read(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, target: str, problem: str
) -> None:
    monkeypatch.setattr(RowStore, "connected", classmethod(lambda cls: pytest.fail("the database was asked")))
    (deployed.folder / "folder.json").mkdir()
    done = deployed.call("export", *OURS, "--to", str(deployed.folder / target))
    assert done.code == 2
    assert problem in done.errors


def test_an_encrypted_value_is_exported_with_its_key_and_not_without(deployed: Deployed) -> None:
    deployed.options(fernet_keys=LOST)
    deployed.push(FRAME)
    target = deployed.folder / "x.parquet"
    assert deployed.call("export", *OURS, "--to", str(target)).code == 0
    target.unlink()
    deployed.options(fernet_keys=NEW)
    done = deployed.call("export", *OURS, "--to", str(target))
    assert done.code == 1
    assert "DecryptionError" in done.errors
    assert not target.exists()


@dataclass
class Order:
    number: int


def test_a_class_that_is_not_allowed_here_is_named_with_what_to_set(deployed: Deployed) -> None:
    deployed.options(allowed_deserialization_classes=f"{__name__}.*")
    deployed.push(Order(7))
    deployed.options(allowed_deserialization_classes="airflow.*")
    for arguments in (("export", *OURS, "--to", str(deployed.folder / "x.json")), ("show", *OURS, "--value")):
        done = deployed.call(*arguments)
        assert done.code == 1
        assert "allowed_deserialization_classes" in done.errors


def test_a_row_from_a_file_needs_no_database(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    row = deployed.push(FRAME)
    monkeypatch.setattr(RowStore, "connected", classmethod(lambda cls: pytest.fail("the database was asked")))
    (deployed.folder / "row.json").write_text(json.dumps(row))
    target = deployed.folder / "x.parquet"
    assert deployed.call("export", "--row", str(deployed.folder / "row.json"), "--to", str(target)).code == 0
    same_pandas(target, FRAME)


def test_without_a_file_to_write_to_it_is_a_wrong_call(deployed: Deployed) -> None:
    done = deployed.call("export", *OURS)
    assert done.code == 2
    assert "--to" in done.errors
