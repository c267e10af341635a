"""Backends that run what a row says, or import more than they may."""

from __future__ import annotations

import pickle
from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np
from airflow.sdk import ObjectStoragePath

from airflow_xcom_toolkit import ToolkitXComBackend
from airflow_xcom_toolkit.abc import Coordinate, Json, ObjectReader, Part, Pulled, Reference
from airflow_xcom_toolkit.allow_list import AirflowClassGate
from airflow_xcom_toolkit.pipeline import Pipeline
from airflow_xcom_toolkit.placement import ObjectPlacement

from .parts import Places
from .registry import fault


class _Pickling(ToolkitXComBackend):
    """Pickles what ``pickles`` is true for, and unpickles it."""

    @classmethod
    def pickles(cls, value: Any) -> bool:
        raise NotImplementedError

    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        return super().push({"pickle": pickle.dumps(value)} if cls.pickles(value) else value, at)

    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        pulled = super().pull(row, at, part)
        is_pickle = isinstance(pulled.value, dict) and list(pulled.value) == ["pickle"]
        return replace(pulled, value=pickle.loads(pulled.value["pickle"])) if is_pickle else pulled


@fault("pickles lists", "test_nothing_is_unpickled", only="[in the row-python]")
class PicklesLists(_Pickling):
    @classmethod
    def pickles(cls, value: Any) -> bool:
        return type(value) is list


@fault(
    "pickles arrays of objects, as numpy.save does", "test_nothing_is_unpickled", only="[in the row-array of objects]"
)
class PicklesArraysOfObjects(_Pickling):
    @classmethod
    def pickles(cls, value: Any) -> bool:
        return isinstance(value, np.ndarray) and value.dtype.hasobject


class _Unpickling(ObjectPlacement):
    def fetch(self, reference: Reference) -> ObjectReader:
        data = ObjectStoragePath(self.url(reference)).read_bytes()
        if data[:1] == pickle.PROTO:
            pickle.loads(data)
        return super().fetch(reference)


@fault("unpickles what looks like a pickle", "test_a_planted_pickle_does_not_go_off", only="[in an object-a pickle]")
class UnpicklesWhatItFinds(Places):
    placement = _Unpickling


@fault("restores what jsonpickle wrote", "test_a_class_named_by_a_row_is_not_imported", only="[in the row-jsonpickle]")
class RestoresJsonpickle(ToolkitXComBackend):
    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        if isinstance(row, dict) and "py/object" in row:
            module, _, name = str(row["py/object"]).rpartition(".")
            return Pulled(getattr(import_module(module), name)())
        return super().pull(row, at, part)


class _NamesAny(AirflowClassGate):
    def name(self, cls: type) -> str:
        return f"{cls.__module__}:{cls.__qualname__}"


@fault(
    "takes values of classes that no reader may import",
    "test_a_value_of_a_class_that_is_not_allowed_is_refused",
    only="[in the row-dataclass]",
)
class TakesAnyClass(ToolkitXComBackend):
    @classmethod
    def pipeline(cls) -> Pipeline:
        whole = super().pipeline()
        return replace(whole, context=replace(whole.context, classes=_NamesAny()))


class _LoadsAny(AirflowClassGate):
    def load(self, name: str) -> type:
        found: Any = import_module(name.partition(":")[0])
        return getattr(found, name.partition(":")[2])  # type: ignore[no-any-return]


@fault(
    "imports whatever class a row names",
    "test_a_class_that_is_not_allowed_is_not_imported",
    only="[in the row-dataclass]",
)
class ImportsAnyClass(ToolkitXComBackend):
    @classmethod
    def pipeline(cls) -> Pipeline:
        whole = super().pipeline()
        return replace(whole, context=replace(whole.context, classes=_LoadsAny()))
