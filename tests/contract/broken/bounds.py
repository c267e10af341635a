"""Backends that mind no bounds: of the threshold, of a row, of memory."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from airflow_xcom_toolkit import ThresholdXComBackend, ToolkitXComBackend
from airflow_xcom_toolkit.abc import Coordinate, Json
from airflow_xcom_toolkit.settings import Settings

from .parts import is_envelope
from .registry import fault


@fault(
    "ignores the threshold, and makes an object of every value",
    "test_without_a_threshold_every_value_stays_in_the_row",
    only="[plain]",
)
class IgnoresTheThreshold(ThresholdXComBackend):
    @classmethod
    def settings(cls) -> Settings:
        return replace(super().settings(), threshold=0)


@fault(
    "keeps large values in the row in spite of the threshold",
    "test_a_value_above_the_threshold_goes_to_an_object",
    only="[plain]",
)
class NeverOffloads(ThresholdXComBackend):
    @classmethod
    def settings(cls) -> Settings:
        return replace(super().settings(), threshold=-1)


@fault("takes a threshold of 0 for none", "test_a_threshold_of_0_keeps_no_value_in_the_row", only="[in an object-17]")
class TakesZeroForNone(ThresholdXComBackend):
    @classmethod
    def settings(cls) -> Settings:
        return replace(super().settings(), threshold=super().settings().threshold or -1)


@fault("copies a large value", "test_a_large_value_takes_little_more_memory_than_its_own", only="[plain-bytes]")
class CopiesLargeValues(ThresholdXComBackend):
    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        copies = [bytearray(value), bytearray(value)]
        return super().push(bytes(copies.pop()), at)


@fault(
    "makes an object of a value that is as large as the threshold, too",
    "test_a_value_of_just_the_threshold_stays_in_the_row",
    only="[100]",
)
class ComparesTheThresholdWrongly(ThresholdXComBackend):
    @classmethod
    def settings(cls) -> Settings:
        threshold = super().settings().threshold
        return replace(super().settings(), threshold=max(threshold - 1, -1) if threshold else 0)


@fault(
    "repeats a part of the value in its row", "test_the_row_is_small_whatever_the_value_is", only="[plain-a long text]"
)
class ShowsAPreview(ToolkitXComBackend):
    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        row = super().push(value, at)
        return {**row, "preview": repr(value)[: len(repr(value)) // 10]} if is_envelope(row) else row  # type: ignore[dict-item]


@fault(
    "names all columns of a frame in its row",
    "test_the_row_is_small_whatever_the_value_is",
    only="[plain-a wide frame]",
)
class NamesAllColumns(ToolkitXComBackend):
    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        row = super().push(value, at)
        if isinstance(row, dict) and hasattr(value, "columns"):
            row["columns"] = list(map(str, value.columns))
        return row


@fault("counts the threshold in characters", "test_the_threshold_is_in_bytes", only="[plain]")
class CountsCharacters(ThresholdXComBackend):
    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        if isinstance(value, str) and value.isprintable() and len(value) < cls.settings().threshold:
            return value
        return super().push(value, at)
