"""Promise 18, of what Airflow asks a backend for."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from ...abc import Coordinate
from ..base import Contract, Deploy, not_applicable
from ..same import assert_same
from ..xcoms import AT, INSTANCE, MAPPED, XComs

LARGE = b"large" * 2000
VALUES = (0, (1, "one"), [2, LARGE], "three", {"four": {4}})
"""One for each map index, of different kinds; the first is false."""

RUNS = ("run_1", "manual__2026-01-01T00:00:00+00:00")
SLICES = {"[1:3]": slice(1, 3), "[-2:]": slice(-2, None), "[:]": slice(None), "[::2]": slice(None, None, 2)}

KEYS = (
    *("a b", "a+b", "a%20b", "a%41", "aA", "x/y", "x%2Fy", "x\\y", "é", "e\u0301", "ключ-鍵", "\N{GRINNING FACE}"),
    *("..", ".", "...", "../../escape", "~", "a.json", "a.", ".a", "a?b=c&d#e", "<key>", "return_value.json.gz"),
    *("k" * 500, "k" * 499 + "l", "é" * 250, "nul", "CON", "key:1", "*", " ", "-", "$HOME", "{key}", "%s", "'\"`"),
)
"""Keys that need quoting in paths, in URLs or in both; and such as a careless quoting makes the same."""


class AirflowCalls(Contract):
    """What tasks call gives what was pushed: pulls of one, of all map indexes, retries, overwrites, odd keys."""

    promise = "18. Called by every Airflow"

    # One XCom ------------------------------------------------------------------------------------------------------

    def test_what_was_never_pushed_is_none(self, each_form: XComs) -> None:
        """Which is what ``xcom_pull`` gives for a task that was skipped; other XComs do not stand in for it."""
        each_form.push(LARGE)
        for at in (replace(AT, key="other"), replace(AT, task_id="other_task"), replace(AT, run_id="run_2")):
            assert each_form.pull(at) is None
            assert each_form.pull_all(at) is None

    def test_get_value_gives_what_get_one_gives(self, each_form: XComs) -> None:
        """Airflow's accessor by the key of a task instance."""
        each_form.push([LARGE, (1,)], MAPPED[2])
        names = {name: getattr(MAPPED[2], name) for name in ("dag_id", "task_id", "run_id", "map_index")}
        pulled = each_form.backend.get_value(ti_key=SimpleNamespace(**names), key=MAPPED[2].key)
        assert_same(pulled, [LARGE, (1,)])

    @pytest.mark.parametrize("run_id", RUNS)
    def test_xcoms_of_different_places_do_not_clash(self, each_form: XComs, run_id: str) -> None:
        """Dag, run, task and key each tell them apart."""
        here = replace(AT, run_id=run_id)
        others: dict[str, Any] = {"dag_id": "other_dag", "run_id": "run_3", "task_id": "other_task", "key": "other"}
        places = [here, *(replace(here, **{name: other}) for name, other in others.items())]
        for number, at in enumerate(places):
            each_form.push([number, LARGE], at)
        for number, at in enumerate(places):
            assert_same(each_form.pull(at), [number, LARGE], f"{at}")

    def test_prior_runs_are_asked_where_the_task_wants_it(self, each_form: XComs) -> None:
        """``include_prior_dates``: the value of the run before, until this one has its own."""
        later = replace(AT, run_id="run_2")
        each_form.push(["first", LARGE])
        assert each_form.pull(later) is None
        assert_same(each_form.pull(later, include_prior_dates=True), ["first", LARGE])
        each_form.push(["second", LARGE], later)
        assert_same(each_form.pull(later, include_prior_dates=True), ["second", LARGE])

    # Again ---------------------------------------------------------------------------------------------------------

    def test_an_overwrite_leaves_the_last_value(self, each_form: XComs) -> None:
        """Whatever the kinds and sizes of the one before and of the one after."""
        for value in ("small", LARGE, (1, 2), LARGE[:-1], [LARGE], 0):
            each_form.push(value)
            assert_same(each_form.pull(), value)

    def test_an_overwrite_leaves_no_object_of_the_value_before(self, offloaded: XComs) -> None:
        """The process that wrote the value before knows its object, and deletes it when the new row stands."""
        for value in (LARGE, LARGE[:-1], [LARGE]):
            offloaded.push(value)
        assert len(offloaded.stored()) == 1, f"three pushes of one XCom left {sorted(offloaded.stored())}"
        assert_same(offloaded.pull(), [LARGE])

    def test_a_retry_begins_anew(self, each_form: XComs) -> None:
        """Airflow deletes what the attempt before pushed; the next one pushes as a task instance of its own."""
        each_form.push(["first attempt", LARGE])
        each_form.delete()
        assert each_form.pull() is None
        each_form.push(["second attempt", LARGE], instance=UUID(int=INSTANCE.int + 1))
        assert_same(each_form.pull(), ["second attempt", LARGE])

    def test_a_retry_leaves_no_object_of_the_attempt_before(self, offloaded: XComs) -> None:
        """One XCom, one object."""
        offloaded.push(["first attempt", LARGE])
        offloaded.delete()
        offloaded.push(["second attempt", LARGE], instance=UUID(int=INSTANCE.int + 1))
        assert len(offloaded.stored()) == 1
        assert_same(offloaded.pull(), ["second attempt", LARGE])

    def test_what_was_never_pushed_can_be_deleted(self, each_form: XComs) -> None:
        """Airflow deletes the keys of an attempt without asking whether they are there."""
        each_form.delete()
        each_form.delete(replace(AT, key="other"))

    # Mapped tasks --------------------------------------------------------------------------------------------------

    def test_map_indexes_do_not_clash(self, each_form: XComs) -> None:
        """Each task instance of a mapped task has its own value."""
        push_mapped(each_form)
        for at, value in zip(MAPPED, VALUES):
            assert_same(each_form.pull(at), value, f"{at}")

    def test_get_all_gives_every_value_in_the_order_of_map_indexes(self, each_form: XComs) -> None:
        """Whichever was pushed first."""
        push_mapped(each_form)
        assert_same(each_form.pull_all(MAPPED[0]), list(VALUES))

    def test_deleting_one_map_index_leaves_the_others(self, each_form: XComs) -> None:
        """Their rows and their objects."""
        push_mapped(each_form)
        each_form.delete(MAPPED[2])
        for at, value in zip(MAPPED, VALUES):
            if at != MAPPED[2]:
                assert_same(each_form.pull(at), value, f"{at}")

    def test_a_lazy_sequence_is_the_values_in_order(self, each_form: XComs, monkeypatch: pytest.MonkeyPatch) -> None:
        """What a task gets for the results of a mapped one: by index, from both ends, and one after another."""
        push_mapped(each_form)
        lazy = lazy_sequence(each_form, monkeypatch)
        assert len(lazy) == len(VALUES)
        assert_same([lazy[index] for index in range(5)], list(VALUES))
        assert_same([lazy[index] for index in range(-5, 0)], list(VALUES))
        assert_same(list(lazy), list(VALUES))
        with pytest.raises(IndexError):
            lazy[5]

    @pytest.mark.parametrize("part", SLICES)
    def test_a_slice_of_a_lazy_sequence_is_a_list(
        self, each_form: XComs, monkeypatch: pytest.MonkeyPatch, part: str
    ) -> None:
        """Of the values, each with the type that it had."""
        push_mapped(each_form)
        assert_same(lazy_sequence(each_form, monkeypatch)[SLICES[part]], list(VALUES)[SLICES[part]])

    # Odd names -----------------------------------------------------------------------------------------------------

    def test_odd_keys_do_not_clash(self, each_form: XComs, deploy: Deploy) -> None:
        """Blanks, slashes, dots, percent signs, letters of every script, and as long as a key may be."""
        kept = _kept_by_airflow(each_form, deploy)
        for number, at in enumerate(kept):
            each_form.push([number, (at.key,)], at)
        for number, at in enumerate(kept):
            assert_same(each_form.pull(at), [number, (at.key,)], f"{at}")

    def test_odd_keys_have_objects_of_their_own(self, offloaded: XComs, deploy: Deploy) -> None:
        """All below the store, and each goes with its XCom."""
        kept = _kept_by_airflow(offloaded, deploy)
        for at in kept:
            offloaded.push([LARGE, at.key], at)
        assert len(offloaded.stored()) == len(kept)
        for at in kept[::2]:
            offloaded.delete(at)
        assert len(offloaded.stored()) == len(kept) - len(kept[::2])
        for at in kept[1::2]:
            assert_same(offloaded.pull(at), [LARGE, at.key], f"{at}")


def push_mapped(xcoms: XComs) -> None:
    """Pushes a value for each map index, in another order."""
    for index in (3, 0, 4, 1, 2):
        xcoms.push(VALUES[index], MAPPED[index], instance=UUID(int=INSTANCE.int + index))


def lazy_sequence(xcoms: XComs, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What ``task.output`` is to a task that gets all of it; with the backend that Airflow would have."""
    from airflow.sdk.execution_time.lazy_sequence import LazyXComSequence

    monkeypatch.setattr("airflow.sdk.execution_time.xcom.XCom", xcoms.backend)
    at = MAPPED[0]
    arg = SimpleNamespace(operator=SimpleNamespace(dag_id=at.dag_id, task_id=at.task_id), key=at.key)
    ti: Any = SimpleNamespace(run_id=at.run_id)
    xcom_arg: Any = arg
    return LazyXComSequence(xcom_arg=xcom_arg, ti=ti)


def _kept_by_airflow(xcoms: XComs, deploy: Deploy) -> list[Coordinate]:
    """The XComs of odd keys that this Airflow's own backend keeps apart; the setup is left as it was."""
    from airflow.sdk.bases.xcom import BaseXCom

    setup = xcoms.setup
    airflow = deploy(backend=BaseXCom, threshold=setup.threshold, keys=setup.keys)
    places = [replace(AT, key=key, run_id=RUNS[1]) for key in KEYS]
    pushed = {number: at for number, at in enumerate(places) if _is_pushed(airflow, number, at)}
    kept = [at for number, at in pushed.items() if airflow.pull(at) == number]
    for at in pushed.values():
        airflow.delete(at)
    if not kept:
        not_applicable("Airflow's own backend keeps no odd keys here")
    return kept


def _is_pushed(airflow: XComs, number: int, at: Coordinate) -> bool:
    try:
        airflow.push(number, at)
    except Exception:
        return False
    return True
