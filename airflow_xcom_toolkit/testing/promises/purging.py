"""Promise 9: what is deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from ..base import Contract, Deploy, needs, not_applicable
from ..capabilities import capability
from ..database.stand_in import RowRefusedError, Supervisor
from ..database.ways import key_on_server
from ..setup import KEY
from ..xcoms import AT, MAPPED, XComs

LARGE = "large" * 1000

NEIGHBOURS = (
    AT,
    *(replace(AT, key=key) for key in ("return", "return_value2", "return_value/2", "return_value.bin")),
    replace(AT, dag_id="other_dag"),
    replace(AT, run_id="run_2"),
    replace(AT, task_id="other_task"),
    *MAPPED[:3],
)
"""XComs whose names begin alike, or differ in one part."""

ESCAPES = {
    "one folder up": "../victim/{name}",
    "down and up again": "down/../../victim/{name}",
    "by dots and slashes": ".//..//victim/{name}",
    "an absolute path": "{path}/victim/{name}",
    "a URL": "{url}/victim/{name}",
    "percent-quoted": "%2e%2e/victim/{name}",
    "quoted twice": "..%2fvictim%2f{name}",
    "with backslashes": "..\\victim\\{name}",
}
"""Ways out of a store's path, to an object beside it."""

ODD_NAMES = (
    *("..", ".", "/", "//", "../..", "../../../../../../victim", "/victim", "a/b", "a/../b", "a//b", "a/", "a", "a_b"),
    *("%2e%2e", "%2E%2E", "a%2Fb", "a%2fb", "..\\..", "a\\b", "a?b#c", "a*", "~", " ", "a\nb", "é", "e\u0301"),
    *("x" * 250, "x" * 249 + "y", "é" * 250, "é" * 249 + "e"),
)
"""Names that mean something else to some file system or URL."""

PLAIN_ROWS = {
    "a dict": {"key": "a", "path": "b"},
    "a text": "text",
    "nothing": None,
    "no text": "",
    "a number": 1,
    "the store's path": "{url}",
    "the store's path and a slash": "{url}/",
    "a folder of the store": "{url}/contract_dag",
    "a folder, as keys have it": "contract_dag",
    "a wildcard": "{url}/*",
    "a list of paths": ["{url}/contract_dag"],
}
"""Rows that refer to no object, whoever wrote them."""


class Purge(Contract):
    """Purging deletes what the row refers to, and nothing else; twice is fine; it needs no key."""

    promise = "9. Purge"

    def test_deleting_an_xcom_deletes_its_object(self, offloaded: XComs) -> None:
        """No orphan is left behind."""
        offloaded.push(LARGE)
        offloaded.delete()
        assert offloaded.stored() == {}

    def test_purging_a_row_deletes_its_object(self, offloaded: XComs) -> None:
        """By the row alone: Airflow 3.4 asks for it when the row is gone already."""
        row = offloaded.push(LARGE)
        offloaded.rows.delete_row(AT)
        offloaded.purge(row)
        assert offloaded.stored() == {}

    @needs("encrypts", "offloads")
    def test_purging_needs_no_key(self, deploy: Deploy) -> None:
        """A process that purges, such as the scheduler's, may have none."""
        row = deploy(threshold=0, keys=(KEY,)).push(LARGE)
        deploy(threshold=0).purge(row)
        assert deploy(threshold=0).stored() == {}

    def test_purging_follows_the_row_and_not_the_threshold(self, deploy: Deploy, offloaded: XComs) -> None:
        """An object is deleted by a process that would have put it into the row."""
        row = offloaded.push(LARGE)
        deploy(threshold=None, keys=offloaded.setup.keys).purge(row)
        assert offloaded.stored() == {}

    def test_purging_deletes_nothing_else(self, offloaded: XComs) -> None:
        """XComs whose names begin alike stay, whichever of them is deleted."""
        for at in NEIGHBOURS:
            offloaded.push([str(at), LARGE], at)
        left = list(NEIGHBOURS)
        while left:
            offloaded.delete(left.pop(len(left) // 2))
            assert [offloaded.pull(at)[0] for at in left] == [str(at) for at in left]
            assert len(offloaded.stored()) == len(left)

    def test_purging_twice_is_fine(self, offloaded: XComs) -> None:
        """A purge that Airflow asks for again deletes nothing more, and raises nothing."""
        row = offloaded.push(LARGE)
        offloaded.push("another", MAPPED[0])
        offloaded.purge(row)
        offloaded.purge(row)
        assert offloaded.pull(MAPPED[0]) == "another"
        assert len(offloaded.stored()) == 1

    def test_purging_a_row_whose_object_is_gone_is_fine(self, offloaded: XComs) -> None:
        """A lifecycle rule may have been there before."""
        offloaded.push(LARGE)
        for key in offloaded.stored():
            offloaded.objects.delete_object(key)
        offloaded.delete()
        assert AT not in offloaded.rows.rows()

    def test_deleting_what_was_never_pushed_is_fine(self, each_form: XComs) -> None:
        """Airflow deletes what a task may have left, whether or not it did."""
        each_form.push(LARGE, MAPPED[0])
        each_form.delete()
        each_form.delete()
        assert each_form.pull(MAPPED[0]) == LARGE

    def test_purging_a_row_of_its_own_deletes_no_object_of_others(self, each_form: XComs) -> None:
        """Whatever form it has; a value in the row has nothing to delete."""
        each_form.push(LARGE, MAPPED[0])
        each_form.objects.write_object("contract_dag/run_1/task/neighbour", b"neighbour")
        each_form.purge(each_form.push(LARGE))
        assert each_form.pull(MAPPED[0]) == LARGE
        assert each_form.objects.read_object("contract_dag/run_1/task/neighbour") == b"neighbour"

    @pytest.mark.parametrize("name", PLAIN_ROWS)
    def test_purging_a_row_that_refers_to_no_object_deletes_nothing(self, xcoms: XComs, name: str) -> None:
        """Plain JSON of ``BaseXCom`` and of the REST API, even where it looks like a path of the store."""
        row = json.loads(json.dumps(PLAIN_ROWS[name]).replace("{url}", xcoms.setup.store))
        xcoms.objects.write_object("contract_dag/run_1/task/neighbour", b"neighbour")
        xcoms.purge(row)
        assert xcoms.stored() == {"contract_dag/run_1/task/neighbour": b"neighbour"}

    @pytest.mark.parametrize("part", ["key", "dag_id", "run_id", "task_id"])
    def test_no_name_leads_out_of_the_path(self, deploy: Deploy, offloaded: XComs, part: str) -> None:
        """Each XCom has an object of its own below the path, whatever its dag, run, task and key are called."""
        if part != "key" and not isinstance(offloaded.rows, Supervisor):
            not_applicable("a real database has no dags, runs and tasks of such names")
        inner = deploy(store=f"{self.url}/inner", threshold=0, keys=offloaded.setup.keys)
        named: dict[str, Any] = {name: replace(AT, **{part: name}) for name in ODD_NAMES}  # type: ignore[arg-type]
        for name in [name for name, at in named.items() if not _is_carried(at.key)]:
            with suppress(Exception):  # Airflow refuses the key, or takes it for another, once the object is written.
                inner.push([name, LARGE], named.pop(name))
        for key in self._all_below("inner/"):
            self.delete_object(key)
        inner.rows.clear()
        for name, at in named.items():
            inner.push([name, LARGE], at)
        found = self._all_below("inner/")
        assert len(found) == len(named), "an object is outside of all that can be listed, or is that of two XComs"
        assert [inner.pull(at)[0] for at in named.values()] == list(named)

    def _all_below(self, folder: str) -> list[str]:
        """The keys of all objects, of which none is elsewhere."""
        found = self.list_objects()
        if capability(type(self), "uses_fsspec"):
            assert [key for key in found if not key.startswith(folder)] == []
        return found

    @needs("uses_fsspec")
    @pytest.mark.parametrize("escape", ESCAPES)
    def test_a_row_that_leaves_the_path_is_neither_purged_nor_read(
        self, deploy: Deploy, offloaded: XComs, escape: str
    ) -> None:
        """A forged row reaches no object beside the store's path, though it would fit; an error is fine."""
        forged, bytes_of_victim = self._forged(deploy, offloaded, ESCAPES[escape])
        with suppress(Exception):
            self.deployed[-1].purge(forged)
        left = [self.read_object(key) for key in self.list_objects() if key.startswith("victim/")]
        assert left == [bytes_of_victim], f"Purging the row {forged!r} deleted an object outside of the path"
        for key in self.list_objects():
            if not key.startswith("victim/"):
                self.delete_object(key)  # So that a value which is read is the victim's.
        got = None
        with suppress(Exception):
            got = self.deployed[-1].load(forged)
        assert got != LARGE, f"The row {forged!r} was read from outside of the path"

    def _forged(self, deploy: Deploy, offloaded: XComs, escape: str) -> tuple[Any, bytes]:
        """A real row below ``inner``, made to point to a copy of its object below ``victim``."""
        setup = offloaded.setup
        inner = deploy(store=f"{self.url}/inner", threshold=0, keys=setup.keys)
        text = json.dumps(inner.push(LARGE))
        [path] = self.list_objects()
        data = self.read_object(path)
        key = path.removeprefix("inner/")
        name = key.rpartition("/")[2]
        self.write_object(f"victim/{name}", data)
        self.write_object("inner/down/neighbour", b"")  # A file system leaves only folders that are there.
        if json.dumps(key)[1:-1] not in text:
            not_applicable("the key of an object is not in its row, so that none can be forged")
        out = escape.format(name=name, path=urlsplit(self.url).path, url=self.url)
        return json.loads(text.replace(json.dumps(key)[1:-1], json.dumps(out)[1:-1])), data

    def test_purging_a_damaged_row_deletes_nothing_of_others(self, offloaded: XComs) -> None:
        """Whatever became of a row: an error, or its own object; never one of a neighbour."""
        row = offloaded.push([LARGE])
        for at in MAPPED[:2]:
            offloaded.push([str(at), LARGE], at)
        for damaged in _damaged(row):
            with suppress(Exception):
                offloaded.purge(damaged)
            kept = [offloaded.pull(at)[0] for at in MAPPED[:2]]
            assert kept == [str(at) for at in MAPPED[:2]], f"purging {damaged!r} deleted an object of others"


def _is_carried(key: str) -> bool:
    """Whether the API server gets to see a key as it is."""
    with suppress(RowRefusedError):
        return key_on_server(key) == key
    return False


def _damaged(row: Any) -> Iterator[Any]:
    """``row`` with one text in it cut at its end and at each of its slashes."""
    text = json.dumps(row)
    for found in sorted({part for part in _texts(row) if len(part) > 1}):
        ends = [len(found) - 1, *(i for i, char in enumerate(found) if char == "/"), 0]
        for end in ends:
            yield json.loads(text.replace(json.dumps(found), json.dumps(found[:end]), 1))


def _texts(row: Any) -> Iterator[str]:
    if isinstance(row, str):
        yield row
    for part in row.values() if isinstance(row, dict) else row if isinstance(row, list) else ():
        yield from _texts(part)
