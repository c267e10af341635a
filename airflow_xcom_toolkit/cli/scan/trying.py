"""What becomes of a value in a backend: pushed and pulled here, with no task, no database and no store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from airflow.sdk.bases.xcom import BaseXCom

from ...abc import Coordinate, PlainRefusal
from ...allow_list import AirflowClassGate
from ...comparison import difference
from ...compat.dags import is_of_a_dag_file, without_dag_file
from ...errors import UnsupportedTypeError, XComToolkitError

KEPT, CHANGED, REFUSED, UNKNOWN, NOTHING = "kept", "changed", "refused", "unknown", "nothing"
_ORDER = (KEPT, CHANGED, REFUSED)


@dataclass(frozen=True)
class Verdict:
    """What a backend makes of a value, and why it does not keep it."""

    says: str
    why: str = ""


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """The first of those that are worst."""
    return max(verdicts, key=lambda one: _ORDER.index(one.says))


def stock(value: Any) -> Verdict:
    """Of ``BaseXCom``, and the JSON that its row has to be."""
    try:
        row = json.loads(json.dumps(BaseXCom.serialize_value(value), allow_nan=False))
    except Exception as e:
        return Verdict(REFUSED, f"at push: {_first_line(e)}")
    try:
        again = BaseXCom.deserialize_value(SimpleNamespace(value=row))
    except Exception as e:
        return Verdict(REFUSED, f"at pull: {_first_line(e)}")
    return _compared(again, value)


class Toolkit:
    """The toolkit's type handlers. Classes that the allow list lacks are taken as allowed, and noted."""

    def __init__(self) -> None:
        self.missing: set[str] = set()

    def tried(self, value: Any) -> Verdict:
        gate = _Gate()
        pipeline = replace(self._pipeline, context=replace(self._pipeline.context, classes=gate))
        try:
            found = _compared(pipeline.pull(pipeline.push(value, Coordinate())).value, value)
        except UnsupportedTypeError as e:
            return Verdict(REFUSED, without_dag_file(f"{e.place}, a {e.type_name}: {e.reason}"))
        except (XComToolkitError, ImportError) as e:
            return Verdict(REFUSED, _first_line(e))
        self.missing |= gate.missing
        if gate.missing:
            return Verdict(REFUSED, f"not on Airflow's allow list: {', '.join(sorted(gate.missing))}")
        return found

    @cached_property
    def _pipeline(self) -> Any:
        from ...backends import SerdeXComBackend

        return SerdeXComBackend.pipeline()


class _Gate(AirflowClassGate):
    """Allows every class, and notes those that are not allowed here."""

    def __init__(self) -> None:
        self.missing: set[str] = set()

    def allows(self, dotted: str) -> bool:
        if not super().allows(dotted):
            self.missing.add(dotted)
        return True

    def name(self, cls: type) -> str:
        if is_of_a_dag_file(cls.__module__) and not super().allows(f"{cls.__module__}.{cls.__qualname__}"):
            raise PlainRefusal(_OF_A_DAG_FILE)
        return super().name(cls)


_OF_A_DAG_FILE = (
    "its class is defined in a dag file, which other files cannot import; move it to a module, import it from there, "
    "and allow it in [core] allowed_deserialization_classes"
)


def _compared(again: Any, value: Any) -> Verdict:
    found = difference(again, value)
    return Verdict(KEPT) if found is None else Verdict(CHANGED, without_dag_file(str(found)))


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return without_dag_file(lines[0]) if lines else type(error).__name__
