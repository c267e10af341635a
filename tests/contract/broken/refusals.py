"""Backends that take what they cannot keep, or refuse it in a way that helps nobody."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

from airflow_xcom_toolkit import ToolkitXComBackend
from airflow_xcom_toolkit.abc import Coordinate, Json

from .parts import ChangesPushed
from .registry import fault


@fault(
    "keeps a subclass of str as a plain str",
    "test_a_subclass_never_becomes_its_base",
    only="[in the row]",
    because=r"\bstr:",
)
class TakesSubclassesOfStr(ChangesPushed):
    @staticmethod
    def changed(value: Any) -> Any:
        return str(value) if isinstance(value, str) else value


@fault(
    "keeps the repr of what it cannot keep",
    "test_what_cannot_be_kept_is_refused",
    only="[in the row]",
    because=r"object: DID NOT RAISE",
)
class PushesRepr(ToolkitXComBackend):
    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        try:
            return super().push(value, at)
        except TypeError:
            return super().push(repr(value), at)


@fault(
    "keeps nothing in place of what it cannot keep",
    "test_what_cannot_be_kept_is_refused",
    only="[in the row]",
    because=r"lock: DID NOT RAISE",
)
class PushesNothing(ToolkitXComBackend):
    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        try:
            return super().push(value, at)
        except TypeError:
            return {}


@fault(
    "leaves out those items of a dict that it cannot keep",
    "test_what_cannot_be_kept_is_refused",
    only="[in the row]",
    because=r"lambda: DID NOT RAISE",
)
class LeavesOut(ToolkitXComBackend):
    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        return super().push({k: v for k, v in value.items() if cls.keeps(v)} if type(value) is dict else value, at)

    @classmethod
    def keeps(cls, value: Any) -> bool:
        try:
            super().push(value, Coordinate())
        except TypeError:
            return False
        return True


@fault(
    "refuses without saying where in the value",
    "test_the_error_names_the_place_the_type_and_the_xcom",
    only="[value[1]]",
    because=r"is not named",
)
class RefusesWithoutPlace(ToolkitXComBackend):
    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        try:
            return super().push(value, at)
        except TypeError as e:
            raise TypeError(f"{at}: a {e.type_name} cannot be kept") from None  # type: ignore[attr-defined]


@fault("refuses without saying which XCom", "test_the_error_names_the_xcom_that_was_pushed", only="[in the row]")
class RefusesWithoutXCom(ToolkitXComBackend):
    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        return super().push(value, Coordinate(instance=at.instance))


@fault(
    "refuses without saying of which type the part is",
    "test_the_error_names_the_place_the_type_and_the_xcom",
    only="[value[1]]",
    because=r"the type is not named",
)
class RefusesWithoutType(ToolkitXComBackend):
    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        try:
            return super().push(value, at)
        except TypeError as e:
            raise TypeError(f"{e.place} of {at} cannot be kept") from None  # type: ignore[attr-defined]


@fault(
    "writes a value's parts until it comes to one that it refuses",
    "test_a_value_that_is_refused_leaves_the_old_value",
    only="[in an object]",
)
class WritesBeforeItRefuses(ToolkitXComBackend):
    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        super().push(b"what came before the part that is refused", at)
        return super().push(value, at)


@fault(
    "deletes the old object before it looks at the new value",
    "test_a_value_that_is_refused_leaves_the_old_value",
    only="[in an object]",
)
class DeletesBeforeItRefuses(ToolkitXComBackend):
    rows: dict[str, Json] = {}

    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        cls.purge(SimpleNamespace(value=cls.rows.get(str(at))))
        cls.rows[str(at)] = super().push(value, at)
        return cls.rows[str(at)]


@fault(
    "refuses by an error of another type",
    "test_what_cannot_be_kept_is_refused",
    only="[in the row]",
    because=r"ValueError: Refused",
)
class RefusesByAnotherError(ToolkitXComBackend):
    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        try:
            return super().push(value, at)
        except TypeError as e:
            raise ValueError(f"Refused: {e}") from None


@fault(
    "makes plain texts of keys that are of a subclass of str",
    "test_a_key_of_a_subclass_never_becomes_its_base",
    only="[in the row]",
    because=r"\bstr:",
)
class TakesSubclassesInKeys(ChangesPushed):
    @staticmethod
    def changed(value: Any) -> Any:
        if type(value) is not dict:
            return value
        return {str(key) if isinstance(key, str) else key: item for key, item in value.items()}


@fault(
    "walks through a value that contains itself until the stack ends",
    "test_a_value_that_contains_itself_is_refused",
    only="[in the row]",
    because=r"RecursionError",
)
class WalksInCircles(ChangesPushed):
    @staticmethod
    def changed(value: Any) -> Any:
        return list(map(WalksInCircles.changed, value)) if type(value) is list else value


@fault(
    "takes a part that is there twice for a circle",
    "test_a_part_that_is_there_twice_is_not_taken_for_a_circle",
    only="[in the row]",
    because=r"TypeError: The value contains itself",
)
class SeesCircles(ToolkitXComBackend):
    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        parts = value.get("other", []) if type(value) is dict else []
        if len(set(map(id, parts))) != len(parts):
            raise TypeError("The value contains itself")
        return super().push(value, at)


@fault(
    "looks at a value by its repr",
    "test_an_object_that_resists_is_refused_all_the_same",
    only="[in the row]",
    because=r"not to be looked at",
)
class LooksByRepr(ChangesPushed):
    @staticmethod
    def changed(value: Any) -> Any:
        return value if len(repr(value)) else None


@fault(
    "keeps a lock that a refused value should have given back",
    "test_a_refused_push_does_not_disturb_the_next_one",
    only="[in the row]",
    because=r"Another push is under way",
)
class KeepsItsLock(ToolkitXComBackend):
    lock = threading.Lock()

    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        if not cls.lock.acquire(timeout=0.1):
            raise RuntimeError("Another push is under way")
        row = super().push(value, at)
        cls.lock.release()
        return row


@fault("takes a value apart before it refuses it", "test_a_refused_value_is_not_changed", only="[in the row]")
class TakesApart(ToolkitXComBackend):
    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        if type(value) is not dict:
            return super().push(value, at)
        return super().push({key: value.pop(key) for key in list(value)}, at)
