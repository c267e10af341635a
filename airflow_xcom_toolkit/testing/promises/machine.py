"""A backend and a plain dict, through the same pushes, pulls, crashes, deletions and changes of configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from ...abc import Coordinate
from ..base import Contract, Deploy
from ..capabilities import capability, is_of_the_toolkit
from ..checks.sent import cut_off, on_each_row
from ..same import assert_same
from ..setup import KEY, OTHER_KEY
from ..values.canaries import strings
from ..xcoms import AT, MAPPED, XComs

PLACES: Mapping[str, Coordinate] = {
    "the task": AT,
    "another key of the task": replace(AT, key="other"),
    "another task": replace(AT, task_id="other_task"),
    **{f"the mapped task, {at.map_index}": at for at in MAPPED[:3]},
}

PLAIN: Mapping[str, Callable[[], Any]] = {
    "a number": lambda: 7,
    "a text": lambda: "text",
    "JSON": lambda: {"a": [1, 2.5, None], "b": {"c": "d"}},
    "large JSON": lambda: ["x" * 1000, *range(300)],
}
"""What every backend keeps, Airflow's own included."""

VALUES: Mapping[str, Callable[[], Any]] = {
    **PLAIN,
    "a tuple": lambda: (1, ("2", {3})),
    "bytes": lambda: b"\x00bytes",
    "keys that are no text": lambda: {1: "a", ("b", 2): b"c"},
    "large bytes": lambda: b"large" * 600,
    "a large text": lambda: ["text" * 600, (b"bytes",)],
}

KEYS = (KEY, OTHER_KEY, "Y29udHJhY3Qta2V5LW9mLXRoZS10ZXN0LXN1aXRlLTM=", "Y29udHJhY3Qta2V5LW9mLXRoZS10ZXN0LXN1aXRlLTQ=")

_PLACE, _VALUE = st.sampled_from(sorted(PLACES)), st.sampled_from(sorted(VALUES))
_THRESHOLD = st.sampled_from([0, 500, None])


def step(**arguments: Any) -> Callable[[Callable[..., None]], Any]:
    """A rule, after which everything is checked."""

    def decorate(function: Callable[..., None]) -> Any:
        @wraps(function)
        def checked(self: Lifetime, **given: Any) -> None:
            function(self, **given)
            self.check()

        return cast(Any, rule)(**arguments)(checked)

    return decorate


class Lifetime(RuleBasedStateMachine):
    """What a deployment sees. ``model`` is what every pull is to give, by the name of the value.

    An object may be left behind by a crash between object and row, by a backend that is not the one under test, and by
    an overwrite in another process than the one that wrote it. Of nothing else.
    """

    def __init__(self, test: Contract, deploy: Deploy) -> None:
        super().__init__()
        test.deployed.clear()  # The report of a failure shows this life, and not those before.
        self._deploy = deploy
        self._offloads = bool(capability(type(test), "offloads"))
        self._rolls_back = bool(capability(type(test), "rolls_back"))
        self._rollback_allows = test.rollback_allows
        self._encrypts = bool(capability(type(test), "encrypts"))
        self._plain = bool(capability(type(test), "plain"))
        self._keys: tuple[str, ...] = () if self._plain else KEYS[:1]
        self._threshold: int | None = None
        self._backend = test.backend
        self.model: dict[Coordinate, str] = {}
        self.owned: dict[Coordinate, set[str]] = {}
        self.left_behind: set[str] = set()
        self._instances: dict[Coordinate, int] = {}
        self._restart()
        self._empty()

    def _empty(self) -> None:
        self.xcoms.rows.clear()
        for key in self.xcoms.objects.list_objects():
            self.xcoms.objects.delete_object(key)

    def _restart(self, backend: Any = None) -> None:
        """A new process, with the configuration as it is now: it does not know what others wrote."""
        allowed = self._rollback_allows if backend else "airflow.*"
        self.xcoms: XComs = self._deploy(backend=backend, threshold=self._threshold, keys=self._keys, allowed=allowed)
        self._own: set[Coordinate] = set()

    @initialize(keys=st.integers(0, 2), threshold=_THRESHOLD, values=st.tuples(_VALUE, _VALUE, _VALUE))
    def begin(self, keys: int, threshold: int | None, values: tuple[str, ...]) -> None:
        """With some configuration, and a few values."""
        self._keys = KEYS[: max(keys, not self._plain)][::-1] if self._encrypts else ()
        self._threshold = threshold if self._offloads else None
        self._restart()
        for at, value in zip((AT, *MAPPED), values):
            self._push(at, value)

    # What tasks do --------------------------------------------------------------------------------------------------

    @step(place=_PLACE, value=_VALUE)
    def push(self, place: str, value: str) -> None:
        """For the first time, or over what is there."""
        self._push(PLACES[place], value)

    @step(place=_PLACE, first=_VALUE, value=_VALUE)
    def push_twice(self, place: str, first: str, value: str) -> None:
        """What the first push wrote is gone, as far as the second does not need it."""
        self._push(PLACES[place], first)
        self._push(PLACES[place], value)

    @step(place=_PLACE, first=_VALUE, value=_VALUE)
    def fail_and_try_again(self, place: str, first: str, value: str) -> None:
        """A task pushes and fails; Airflow deletes its XComs, and the next attempt pushes."""
        self._push(PLACES[place], first)
        self._clear(PLACES[place])
        self._instances[_task(PLACES[place])] = self._instances.get(_task(PLACES[place]), 1) + 1
        self._push(PLACES[place], value)

    @precondition(lambda self: self.model)
    @step(data=st.data())
    def pull(self, data: st.DataObject) -> None:
        self._pull(PLACES[data.draw(st.sampled_from(self._pushed()))])

    @precondition(lambda self: any(at in self.model for at in MAPPED))
    @step()
    def pull_all_of_the_mapped_task(self) -> None:
        """In the order of the map indexes."""
        expected = [VALUES[self.model[at]]() for at in MAPPED if at in self.model]
        assert_same(list(self.xcoms.pull_all(MAPPED[0])), expected)

    @step(place=_PLACE)
    def push_what_is_refused(self, place: str) -> None:
        """Nothing is written, and what stood there stands."""
        rows, objects = self.xcoms.rows.rows(), self._objects()
        with pytest.raises(TypeError):
            self.xcoms.push(["fine", b"large" * 600, {"not": object()}], PLACES[place])
        assert self.xcoms.rows.rows() == rows, "a refused push changed a row"
        assert self._objects() == objects, "a refused push changed objects"

    @step(place=_PLACE, value=_VALUE)
    def crash_before_the_row_is_sent(self, place: str, value: str) -> None:
        """The old row and its object stand; an object without a row may be left behind."""
        before = self._objects()
        with on_each_row(self.xcoms.rows, cut_off), pytest.raises(ConnectionError):
            self._send(PLACES[place], value)
        self.left_behind |= self._objects() - before
        if PLACES[place] in self.model:
            self._pull(PLACES[place])

    # What Airflow does ----------------------------------------------------------------------------------------------

    @precondition(lambda self: self.model)
    @step(data=st.data())
    def delete_and_purge_again(self, data: st.DataObject) -> None:
        """The second time changes nothing."""
        at = PLACES[data.draw(st.sampled_from(self._pushed()))]
        row = self.xcoms.row(at)
        self._delete(at)
        self.xcoms.purge(row)

    @precondition(lambda self: any(_task(at) == _task(AT) for at in self.model))
    @step()
    def clear(self) -> None:
        """Deletes all XComs of a task."""
        self._clear(AT)

    # What administrators do -----------------------------------------------------------------------------------------

    @step()
    def restart(self) -> None:
        """Another process goes on."""
        self._restart()

    @precondition(lambda self: self._encrypts and len(self._keys) < len(KEYS))
    @step(place=_PLACE, value=_VALUE)
    def put_a_new_key_in_front(self, place: str, value: str) -> None:
        """Old rows stay readable; new ones are encrypted with it."""
        self._keys = (KEYS[len(self._keys)], *self._keys)
        self._restart()
        self._push(PLACES[place], value)

    @precondition(lambda self: self._offloads)
    @step(threshold=_THRESHOLD)
    def change_the_threshold(self, threshold: int | None) -> None:
        """Rows stay readable where their values are."""
        self._threshold = threshold
        self._restart()

    @precondition(lambda self: self._rolls_back)
    @step(place=_PLACE, value=st.sampled_from(sorted(PLAIN)))
    def go_back_to_airflow_for_a_while(self, place: str, value: str) -> None:
        """Its backend reads all there is, and writes a row; then the backend under test is back."""
        from airflow.sdk.bases.xcom import BaseXCom

        self._switch_for_a_while(BaseXCom, place, value)

    @precondition(lambda self: self._rolls_back and is_of_the_toolkit(self._backend))
    @step(place=_PLACE, value=_VALUE)
    def switch_within_the_toolkit_for_a_while(self, place: str, value: str) -> None:
        """Each of its backends reads and purges what the others wrote."""
        from ...backends import SerdeXComBackend

        self._switch_for_a_while(SerdeXComBackend, place, value)

    # What is to hold ------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Each value has its row, each row its objects, and each object a row, or a reason to be left behind."""
        assert set(self.xcoms.rows.rows()) == set(self.model)
        stored, owned = self._objects(), set().union(*self.owned.values())
        assert not owned - stored, f"rows refer to objects that are gone: {sorted(owned - stored)}"
        orphans = stored - owned - self.left_behind
        assert not orphans, f"objects that no row refers to: {sorted(orphans)}"

    def teardown(self) -> None:
        self._pull_everything()
        self._empty()

    # Steps ----------------------------------------------------------------------------------------------------------

    def _push(self, at: Coordinate, value: str) -> None:
        before = self._objects()
        self._send(at, value)
        self._owns(at, before)
        self.model[at] = value

    def _owns(self, at: Coordinate, before: set[str]) -> None:
        """Notes which objects the new row has, and whether those of the row that it replaces are to be gone."""
        stored = self._objects()
        if at not in self._own:
            self.left_behind |= self.owned.get(at, set())
        texts = list(strings(self.xcoms.row(at)))
        named = {key for key in stored if any(key in text for text in texts)}
        self.owned[at] = named or stored - before
        self._own.add(at)

    def _send(self, at: Coordinate, value: str) -> None:
        self.xcoms.push(VALUES[value](), at, UUID(int=self._instances.get(_task(at), 1)))

    def _pull(self, at: Coordinate) -> None:
        assert_same(self.xcoms.pull(at), VALUES[self.model[at]]())

    def _switch_for_a_while(self, backend: Any, place: str, value: str) -> None:
        self._restart(backend)
        self._pull_everything()
        self._push(PLACES[place], value)
        self._pull(PLACES[place])
        self._restart()
        self._pull(PLACES[place])

    def _pull_everything(self) -> None:
        for at in self.model:
            self._pull(at)

    def _clear(self, at: Coordinate) -> None:
        for one in [one for one in self.model if _task(one) == _task(at)]:
            self._delete(one)

    def _delete(self, at: Coordinate) -> None:
        self.xcoms.delete(at)
        self.xcoms.rows.delete_row(at)  # Airflow 3.0 leaves it to the scheduler for mapped tasks.
        del self.model[at]
        self.owned.pop(at, None)

    def _pushed(self) -> list[str]:
        return [place for place, at in PLACES.items() if at in self.model]

    def _objects(self) -> set[str]:
        return set(self.xcoms.objects.list_objects())


def _task(at: Coordinate) -> Coordinate:
    return replace(at, key=None)
