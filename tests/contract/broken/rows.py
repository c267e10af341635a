"""Backends whose rows a database refuses or changes; or that write too much, and what nobody else reads."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace
from typing import Any

from airflow.sdk import ObjectStoragePath

from airflow_xcom_toolkit import ToolkitXComBackend
from airflow_xcom_toolkit.abc import Coordinate, Json, Part, Pulled

from .parts import ChangesRow, WritesRaw, is_envelope
from .registry import fault


@fault(
    "writes NaN and Infinity into its rows",
    "test_the_row_is_one_that_every_database_keeps",
    only="[in the row]",
    because=r"\bNaN:",
)
class RawNan(WritesRaw):
    @staticmethod
    def raw(value: Any) -> bool:
        return type(value) is float and not math.isfinite(value)


@fault(
    "writes large floats into its rows, which PostgreSQL makes integers",
    "test_the_row_is_one_that_every_database_keeps",
    only="[in the row]",
    because=r"large float:",
)
class RawLargeFloats(WritesRaw):
    @staticmethod
    def raw(value: Any) -> bool:
        return type(value) is float and 1e16 <= abs(value) < math.inf


@fault(
    "writes whole floats into its rows, which SQLite makes integers",
    "test_the_row_is_one_that_every_database_keeps",
    only="[in the row]",
    because=r"whole float:",
)
class RawWholeFloats(WritesRaw):
    @staticmethod
    def raw(value: Any) -> bool:
        return type(value) is float and value.is_integer() and abs(value) < 1e16


@fault(
    "writes integers of any size into its rows",
    "test_the_row_is_one_that_every_database_keeps",
    only="[in the row]",
    because=r"int beyond 64 bits:",
)
class RawIntegers(WritesRaw):
    @staticmethod
    def raw(value: Any) -> bool:
        return type(value) is int


@fault(
    "writes NUL characters into its rows",
    "test_the_row_is_one_that_every_database_keeps",
    only="[in the row]",
    because=r"NUL:",
)
class RawNul(WritesRaw):
    @staticmethod
    def raw(value: Any) -> bool:
        return type(value) is str and "\x00" in value


@fault(
    "writes lone surrogates into its rows",
    "test_the_row_is_one_that_every_database_keeps",
    only="[in the row]",
    because=r"lone surrogate:",
)
class RawSurrogates(WritesRaw):
    @staticmethod
    def raw(value: Any) -> bool:
        return type(value) is str and not value.isprintable() and "\x00" not in value


@fault(
    "writes lists into its rows, however deep they are",
    "test_deep_values_come_back_or_are_refused",
    only="[in the row-600]",
    because=r"lists:",
)
class RawDeep(WritesRaw):
    @staticmethod
    def raw(value: Any) -> bool:
        return type(value) is list


@fault(
    "writes keys into its rows that Airflow's serde takes for its own",
    "test_a_dict_that_looks_like_an_envelope_is_a_dict",
    only="[in the row-a tuple of Airflow's serde]",
)
class RawReservedKeys(WritesRaw):
    @staticmethod
    def raw(value: Any) -> bool:
        return type(value) is dict and "__classname__" in value


@fault(
    "takes a value that looks like a row of its own for a row",
    "test_the_row_of_another_xcom_is_a_value",
    only="[in an object]",
)
class TakesValuesForRows(WritesRaw):
    @staticmethod
    def raw(value: Any) -> bool:
        return is_envelope(value)


@fault("wraps small JSON into an envelope of its own", "test_ordinary_json_gives_the_row_of_airflow_itself")
class WrapsSmallJson(ToolkitXComBackend):
    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        row = super().push(value, at)
        return row if is_envelope(row) else {"acme": row}

    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        return super().pull(row["acme"] if isinstance(row, dict) and "acme" in row else row, at, part)


@fault("keeps small JSON as text", "test_ordinary_json_gives_the_row_of_airflow_itself")
class JsonAsText(ToolkitXComBackend):
    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        row = super().push(value, at)
        return f"json:{row}" if type(row) is int else row

    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        is_text = isinstance(row, str) and row.startswith("json:")
        return super().pull(int(row[5:]) if is_text else row, at, part)  # type: ignore[index]


@fault("reads nothing but its own rows", "test_plain_json_of_others_is_what_it_is", because=r"none of this backend's")
class ReadsOwnRowsOnly(ToolkitXComBackend):
    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        if isinstance(row, (dict, list)) and not is_envelope(row):
            raise ValueError("This row is none of this backend's")
        return super().pull(row, at, part)


@fault(
    "gives rows of Airflow's own serialization back as they are stored",
    "test_rows_of_basexcom_are_read_as_it_reads_them",
    only="[in the row]",
)
class LeavesSerdeAlone(ToolkitXComBackend):
    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        return super().pull(row, at, part) if is_envelope(row) else Pulled(row)


@fault(
    "hands out the reference of the stock backend as if it were the value",
    "test_rows_of_the_stock_backend_are_read_as_it_reads_them",
    only="[in the row-]",
)
class IgnoresStockReferences(ToolkitXComBackend):
    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        return Pulled(row) if isinstance(row, str) else super().pull(row, at, part)


@fault(
    "hands out the path where a stock reference is dead",
    "test_a_dead_reference_of_the_stock_backend_is_an_error",
    only="[a folder per task instance-gone]",
)
class HandsOutDeadPaths(ToolkitXComBackend):
    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        try:
            return super().pull(row, at, part)
        except OSError:
            if isinstance(row, str):
                return Pulled(row)
            raise


@fault(
    "follows a string that looks like a reference of the stock backend",
    "test_a_string_that_looks_like_a_stock_reference_is_a_string",
    only="[in the row-an object per write]",
)
class FollowsLookAlikes(ToolkitXComBackend):
    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        return value if type(value) is str and "\x00" not in value else super().push(value, at)


@fault(
    "purges what a string that looks like a reference names",
    "test_a_string_that_looks_like_a_stock_reference_is_a_string",
    only="[in the row-an object per write]",
)
class PurgesLookAlikes(ToolkitXComBackend):
    @classmethod
    def purge(cls, xcom: Any, *args: Any) -> None:
        value = cls.load_row(xcom.value)
        super().purge(SimpleNamespace(value=value) if isinstance(value, str) else xcom)


@fault(
    "follows references of the stock backend out of its path",
    "test_a_stock_reference_that_leaves_the_path_is_not_followed",
    only="[/../victim]",
)
class FollowsStockAnywhere(ToolkitXComBackend):
    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        if isinstance(row, str) and row.startswith(cls.settings().path):
            return Pulled(json.loads(ObjectStoragePath(row).read_text()))
        return super().pull(row, at, part)


@fault(
    "writes rows that Airflow cannot read without it",
    "test_old_rows_are_read_after_the_way_back",
    only="[in an object-BaseXCom]",
    because=r"acme.Row",
)
class NamesItsRowsItself(ChangesRow):
    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        row = super().push(value, at)
        return {**row, "__classname__": "acme.Row"} if is_envelope(row) else row  # type: ignore[dict-item]

    @classmethod
    def changed(cls, row: dict[str, Any]) -> Any:
        return {**row, "__classname__": "airflow_xcom_toolkit.Envelope"}

    @classmethod
    def purge(cls, xcom: Any, *args: Any) -> None:
        super().purge(SimpleNamespace(value=cls.changed(xcom.value) if is_envelope(xcom.value) else xcom.value))


@fault(
    "reads rows of a newer format as if they were of its own",
    "test_rows_of_newer_toolkits_are_refused_by_name",
    only="[row]",
)
class ReadsNewerFormats(ChangesRow):
    @classmethod
    def changed(cls, row: dict[str, Any]) -> Any:
        return {**row, "__version__": 1}


@fault(
    "renamed the type of tuples, and no longer reads the old name",
    "test_rows_of_released_toolkits_are_read",
    only="[0.1.0-tuples and sets]",
)
class RenamedATypeId(ChangesRow):
    @classmethod
    def changed(cls, row: dict[str, Any]) -> Any:
        data = row["__data__"]
        return {**row, "__data__": {**data, "tree": str(data.get("tree")).replace("py.tuple@1", "acme.tuple@1")}}
