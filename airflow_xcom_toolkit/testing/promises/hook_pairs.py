"""Promise 18, of the hooks: Airflow 3.0 to 3.3 call other ones than 3.4 does."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from ...abc import Json
from ...hooks import owner
from ..base import Contract, not_applicable
from ..same import assert_same
from ..xcoms import AT, INSTANCE, XComs

VALUE = [b"bytes" * 500, (1, "two"), {3: {4}}]


class HookPairs(Contract):
    """Both pairs of Airflow's hooks write and read the same; so an upgrade of Airflow changes nothing."""

    promise = "18. Called by every Airflow"

    def test_it_is_one_of_airflows_backends(self) -> None:
        """Airflow refuses to start with a class that does not derive from `BaseXCom`."""
        from airflow.sdk.bases.xcom import BaseXCom

        assert issubclass(self.backend, BaseXCom)

    def test_airflow_3_4_does_not_take_it_for_a_legacy_backend(self) -> None:
        """It would refuse dags with task loops, when they are parsed and when their tasks start."""
        old, new = _owner(self.backend, "serialize_value"), _owner(self.backend, "store_value")
        assert _is_as_near(self.backend, new, old), (
            f"{self.backend.__qualname__} is legacy to Airflow 3.4: {old.__qualname__} has a serialize_value, and "
            f"{_lack(self.backend, new, 'store_value')}. Airflow 3.4 calls serialize_value, which is not told which "
            "task instance pushes, and refuses every dag with task loops. Override store_value in the same class."
        )

    def test_older_airflows_call_what_3_4_calls(self) -> None:
        """They know nothing of ``store_value`` and ``load_value``: each needs its older half, as near to the class."""
        for old, new in (("serialize_value", "store_value"), ("deserialize_value", "load_value")):
            old_owner, new_owner = _owner(self.backend, old), _owner(self.backend, new)
            assert _is_as_near(self.backend, old_owner, new_owner), (
                f"{new_owner.__qualname__} has a {new}, and {_lack(self.backend, old_owner, old)}. Airflow 3.0 to 3.3 "
                f"never call {new}: they call that other {old}. Override {old} in the same class."
            )

    def test_either_hook_reads_what_the_other_one_wrote(self, each_form: XComs) -> None:
        """While workers of two releases of Airflow run side by side, and after a rollback."""
        backend = each_form.backend
        if not all(hasattr(backend, hook) for hook in ("store_value", "load_value")):
            not_applicable("there is one pair of hooks before Airflow 3.4, and the backend adds no other")
        for write in (_serialize_value, _store_value):
            row = _through_the_database(each_form, write(backend))
            assert_same(backend.deserialize_value(SimpleNamespace(value=row)), VALUE, f"by {write.__name__[1:]}")
            assert_same(backend.load_value(row), VALUE, f"by {write.__name__[1:]}")

    def test_the_older_hooks_take_what_airflow_gives_them(self, each_form: XComs) -> None:
        """``serialize_value`` gets its arguments by name; ``deserialize_value`` gets what has a ``value``."""
        row = _through_the_database(each_form, _serialize_value(each_form.backend))
        assert_same(each_form.backend.deserialize_value(SimpleNamespace(value=row)), VALUE)
        assert_same(each_form.pull(), VALUE)

    def test_purge_takes_a_row_and_a_session(self, each_form: XComs) -> None:
        """``purge(xcom, *args)``: Airflow may pass a database session, and a row of any kind."""
        row = each_form.push(VALUE)
        for purged in (None, 1, "text", [1], {"k": 1}):
            each_form.backend.purge(SimpleNamespace(value=purged))
        assert_same(each_form.pull(), VALUE)
        each_form.backend.purge(SimpleNamespace(value=row), object())
        assert each_form.stored() == {}


def _owner(backend: type, hook: str) -> type:
    """Whose hook it is; `BaseXCom`'s, if this Airflow knows none of that name."""
    from airflow.sdk.bases.xcom import BaseXCom

    return owner(backend, hook) if hasattr(backend, hook) else BaseXCom


def _is_as_near(backend: type, one: type, other: type) -> bool:
    """Whether ``one`` is at least as near in the order in which Python looks for methods."""
    return backend.__mro__.index(one) <= backend.__mro__.index(other)


def _lack(backend: type, found: type, hook: str) -> str:
    where = "it lacks" if found is backend else f"the nearest {hook} is that of {found.__qualname__}"
    return where if hasattr(found, hook) else f"no class of its own has a {hook}"


def _serialize_value(backend: Any) -> Json:
    names = {name: getattr(AT, name) for name in ("key", "dag_id", "task_id", "run_id", "map_index")}
    return backend.serialize_value(value=VALUE, **names)  # type: ignore[no-any-return]


def _store_value(backend: Any) -> Json:
    return backend.store_value(_coordinate(), AT.key, VALUE)  # type: ignore[no-any-return]


def _coordinate() -> Any:
    """What Airflow 3.4 gives of a task instance; its like before."""
    from airflow.sdk.bases import xcom

    kind: Any = getattr(xcom, "XComCoordinate", None) or (
        lambda *names: SimpleNamespace(**dict(zip(("dag_id", "run_id", "task_id", "ti_id"), names)), **_NO_REGION)
    )
    return kind(AT.dag_id, AT.run_id, AT.task_id, INSTANCE)


_NO_REGION = {"region_id": None, "region_index": None}


def _through_the_database(xcoms: XComs, row: Json) -> Json:
    xcoms.write_row(row)
    return xcoms.row()
