"""The page of the wire format is complete: its own reader reads what the package writes."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fsspec.compression import compr

from airflow_xcom_toolkit import envelope, registry
from airflow_xcom_toolkit.encryption.chunked import STREAM
from airflow_xcom_toolkit.handlers import _zones
from airflow_xcom_toolkit.handlers._pandas import dtypes, table
from airflow_xcom_toolkit.handlers._pandas import kinds as pandas_kinds
from airflow_xcom_toolkit.handlers._pandas import objects as pandas_objects
from airflow_xcom_toolkit.handlers.tree import JSON_TYPE
from airflow_xcom_toolkit.schemas import Catalogue, schema_handlers
from airflow_xcom_toolkit.serde import SerdeHandler
from airflow_xcom_toolkit.testing.same import assert_same
from tests.docs.pages import DOCS, ROOT, noted
from tests.pipelines import AT, KEY, objects, pipeline, strict
from tests.wire.cases import KEY as GOLDEN_KEY
from tests.wire.cases import RELEASES, pulled
from tests.wire.write import FOLDER, FORMS

PAGE = DOCS / "reference" / "wire-format.md"
NEVER_WRITTEN = {"py.refused@1", "numpy.memmap@1", "polars.lazyframe@1"}
VALUE = {
    "day": date(2026, 1, 31),
    "counts": np.arange(6.0).reshape(2, 3),
    "deep": [[("a", {1: b"x" * 600})], Decimal("1.10"), None, {"~": "not a descriptor"}],
    "text": "zażółć \x00",
}


@pytest.fixture(scope="module")
def read() -> Any:
    """The reader that the page shows."""
    names: dict[str, Any] = {}
    exec(compile(noted(PAGE, "reader").text, str(PAGE), "exec"), names)
    return names["read"]


@pytest.mark.parametrize("threshold", [None, 0], ids=["row", "object"])
@pytest.mark.parametrize("keys", [(), (KEY,)], ids=["plain", "encrypted"])
@pytest.mark.parametrize("compression", [None, "gzip"])
def test_the_reader_of_the_page_reads_what_the_package_wrote(
    read: Any, tmp_path: Path, threshold: int | None, keys: tuple[str, ...], compression: str | None
) -> None:
    """In a row and in an object, plain and encrypted: rows written just now give the value."""
    row = pipeline(tmp_path, threshold=threshold, keys=keys, compression=compression).push(VALUE, AT)
    assert len(objects(tmp_path)) == (threshold == 0)
    assert_value(read(strict(row), keys, {"default": tmp_path}))


def assert_value(found: Any) -> None:
    np.testing.assert_array_equal(found["counts"], VALUE["counts"])
    assert {**found, "counts": None} == {**VALUE, "counts": None}


def test_the_reader_does_not_use_the_package() -> None:
    """It imports the standard library, cryptography and numpy."""
    nodes = list(ast.walk(ast.parse(noted(PAGE, "reader").text)))
    modules = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    modules += [name.name for node in nodes if isinstance(node, ast.Import) for name in node.names]
    roots = {name.partition(".")[0] for name in modules}
    assert roots - set(sys.stdlib_module_names) == {"cryptography", "numpy"}


@pytest.mark.parametrize("keys", [(), (KEY,)], ids=["plain", "encrypted"])
def test_the_reader_reads_a_tree_behind_the_leaves_and_parts(read: Any, tmp_path: Path, keys: tuple[str, ...]) -> None:
    """A tree too large for a row, and one that nests deeper than JSON text may."""
    deep: Any = [np.arange(3)]
    for _ in range(400):
        deep = [deep]
    row = pipeline(tmp_path, keys=keys).push({"many": [np.arange(4)] * 500, "deep": deep}, AT)
    found = read(strict(row), keys, {"default": tmp_path})
    assert len(found["many"]) == 500
    part = found["deep"]
    while isinstance(part, list):
        (part,) = part
    np.testing.assert_array_equal(part, [0, 1, 2])


def test_the_reader_notices_a_changed_object(read: Any, tmp_path: Path) -> None:
    """By the hash where the object is plain, by the tag of a chunk where it is encrypted."""
    for keys in ((), (KEY,)):
        row = pipeline(tmp_path, keys=keys).push(VALUE, AT)
        (file,) = objects(tmp_path)
        damaged = bytearray(file.read_bytes())
        damaged[len(damaged) // 2] ^= 1
        file.write_bytes(damaged)
        with pytest.raises(Exception, match=r"not the bytes|^$"):
            read(strict(row), keys, {"default": tmp_path})
        file.unlink()


def test_chunks_are_as_the_page_says(read: Any, tmp_path: Path) -> None:
    """Nonces, the flag of the last chunk, and the associated data, over more than one chunk."""
    value = os.urandom(9 << 20)
    row = pipeline(tmp_path, keys=(KEY,)).push(value, AT)
    (codec,) = row["__data__"]["codecs"]  # type: ignore[index, call-overload]
    assert f"{codec['chunk']:,} today" in PAGE.read_text()
    assert read(row, (KEY,), {"default": tmp_path}) == value


def test_the_worked_example_is_what_the_package_writes(read: Any, tmp_path: Path) -> None:
    """Byte for byte, as the page says."""
    shown = json.loads(noted(PAGE, "example row").text)
    value = {"day": date(2026, 1, 31), "counts": np.array([1, 2, 3], "<i8")}
    assert shown == pipeline(tmp_path, threshold=None).push(value, AT)
    assert read(shown)["day"] == value["day"]


def test_every_type_id_is_on_the_page_and_no_other() -> None:
    """What the built-in families register, and nothing that they do not."""
    registered = {type_id for family in registry._BUILT_IN for type_id in registry._handlers(family)}
    mentioned = set(re.findall(r"`([a-z]+\.[a-z_]+@\d+|json@\d+)`", PAGE.read_text()))
    never = PAGE.read_text().partition("### Names that are never written")[2].partition("###")[0]
    schemas = {handler.type_id for handler in schema_handlers(Catalogue(), ())}
    assert mentioned == registered | schemas | {JSON_TYPE, SerdeHandler.type_id}
    assert set(re.findall(r"`([a-z]+\.[a-z_]+@\d+)`", never)) == NEVER_WRITTEN


def test_every_tag_is_on_the_page() -> None:
    """Kinds of pandas columns and dtypes, of objects in them, time zones, and the codec that encrypts."""
    text = PAGE.read_text()
    kinds = {*pandas_kinds._BUILDERS, table._CHILD, table._LIST, *dtypes._LOADS}
    assert not {kind for kind in kinds if f'["{kind}"' not in text}
    assert not {zone for zone in _zones._LOADS if f'["{zone}"' not in text}
    assert not {name for name, _, _ in pandas_objects._TYPES.values() if f"`{name}`" not in text}
    assert not {name for name in pandas_objects._MISSING if f"`{name}`" not in text}
    assert f"`{STREAM}`" in text
    assert not {f"`{name}`" for name in filter(None, compr) if f"`{name}`" not in text}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("release", "name"), [(release, name) for release in RELEASES for name in RELEASES[release]])
def test_the_reader_reads_the_golden_rows(read: Any, release: str, name: str, form: str) -> None:
    """Of types that it does not know it gives the parts; of all others the value."""
    folder = FOLDER / release
    row = json.loads((folder / f"{form}.json").read_text())[name]
    if any(codec["name"] == "zstd" for codec in row.get("__data__", {}).get("codecs", ())):
        pytest.skip("The reader has no decompressor for it")
    found = read(row, (GOLDEN_KEY,), {"default": folder / "store"})
    if is_all_known(found):
        assert_same(found, pulled(RELEASES[release][name]))


def is_all_known(found: Any) -> bool:
    return "{'~':" not in repr(found)


def test_the_page_names_the_class_and_the_version() -> None:
    """Those of the code."""
    text = PAGE.read_text()
    assert f"# Wire format {envelope.VERSION}\n" in text
    assert envelope.CLASSNAME in text


def test_the_changelog_names_the_wire_format() -> None:
    """So that a user knows before an upgrade."""
    assert f"Wire format: {envelope.VERSION}" in (ROOT / "CHANGELOG.md").read_text()


def test_reading_needs_no_airflow(tmp_path: Path) -> None:
    """The reader runs where neither Airflow nor the toolkit can be imported."""
    reader = tmp_path / "reader.py"
    reader.write_text(noted(PAGE, "reader").text)
    row = pipeline(tmp_path / "store", keys=(KEY,)).push((1, b"x"), AT)
    code = f"""
import sys
sys.modules.update(airflow=None, airflow_xcom_toolkit=None)
from reader import read
print(read({row!r}, [{KEY!r}], {{"default": {str(tmp_path / "store")!r}}}))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "(1, b'x')\n", done.stderr
