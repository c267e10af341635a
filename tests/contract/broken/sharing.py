"""Backends that change what was pushed, or share memory between those who should know nothing of each other."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import numpy as np
import pandas as pd

from airflow_xcom_toolkit import ToolkitXComBackend
from airflow_xcom_toolkit.abc import Coordinate, Json, Part, Pulled

from .parts import ChangesPulled, ChangesPushed
from .registry import fault


@fault(
    "sorts the lists in a value that is pushed", "test_pushing_does_not_change_the_value", only="[in the row-nested]"
)
class SortsLists(ChangesPushed):
    @staticmethod
    def changed(value: Any) -> Any:
        for part in value.values() if type(value) is dict else ():
            if type(part) is list:
                part.sort(key=repr)
        return value


@fault(
    "leaves its mark in the attrs of a frame that is pushed",
    "test_pushing_does_not_change_the_value",
    only="[in the row-frame]",
)
class MarksFrames(ChangesPushed):
    @staticmethod
    def changed(value: Any) -> Any:
        if isinstance(value, pd.DataFrame):
            value.attrs["pushed"] = True
        return value


@fault("freezes the array that is pushed", "test_pushing_does_not_change_the_value", only="[in the row-array]")
class FreezesArrays(ChangesPushed):
    @staticmethod
    def changed(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
        return value


@fault("gives arrays back that cannot be written to", "test_what_is_pulled_can_be_changed", only="[in the row-array]")
class GivesFrozenArrays(ChangesPulled):
    @staticmethod
    def changed(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
        return value


@fault(
    "gives the same object to everyone who pulls",
    "test_changing_what_was_pulled_changes_nothing_else",
    only="[in the row-nested]",
)
class CachesPulls(ToolkitXComBackend):
    pulled: dict[str, Pulled] = {}

    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        name = f"{at} {json.dumps(row)}"
        if name not in cls.pulled:
            cls.pulled[name] = super().pull(row, at, part)
        return cls.pulled[name]


@fault(
    "gives the very object back that was pushed",
    "test_changing_the_value_after_the_push_changes_nothing_stored",
    only="[in the row-nested]",
)
class KeepsWhatWasPushed(ToolkitXComBackend):
    pushed: dict[str, Any] = {}

    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        cls.pushed[str(at)] = value
        return super().push(value, at)

    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        return Pulled(cls.pushed[str(at)])


@fault(
    "keeps values in the memory of its process, and their numbers in the rows",
    "test_another_process_pulls_what_this_one_pushed",
    only="[in the row]",
    because=r"pulled elsewhere: KeyError",
)
class KeepsValuesInMemory(ToolkitXComBackend):
    kept: dict[int, Json] = {}

    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        number = len(cls.kept)
        cls.kept[number] = super().push(value, at)
        return number

    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        return super().pull(cls.kept[row], at, part)  # type: ignore[index]


@fault("writes through one buffer for all threads", "test_threads_do_not_mix_their_values", only="[in the row]")
class SharesABuffer(ToolkitXComBackend):
    buffer: Any = None

    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        cls.buffer = value
        time.sleep(0.01)
        return super().push(cls.buffer, at)


@fault(
    "refuses a push while another thread pushes",
    "test_threads_do_not_mix_their_values",
    only="[in the row]",
    because=r"Another push is under way",
)
class OnePushAtATime(ToolkitXComBackend):
    lock = threading.Lock()

    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        if not cls.lock.acquire(blocking=False):
            raise RuntimeError("Another push is under way")
        try:
            time.sleep(0.01)
            return super().push(value, at)
        finally:
            cls.lock.release()
