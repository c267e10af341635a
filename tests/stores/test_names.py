"""The names of dags, runs, tasks and XComs may be any that Airflow takes, on each store."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest

from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.testing.base import Deploy
from tests.stores.each import OnEachStore

NAMES = {
    "slash": "a/b",
    "slash at both ends": "/a/",
    "two slashes": "a//b",
    "colon": "a:b",
    "plus": "a+b",
    "percent": "100%",
    "percent of a quoted name": "a%2Fb",
    "space": " a b ",
    "accent": "é",
    "accent in two parts": "e\u0301",
    "Japanese": "日本",
    "emoji": "🎉",
    "one dot": ".",
    "two dots": "..",
    "way out": "../../a",
    "question mark": "a?b=c",
    "hash": "a#b",
    "backslash": "a\\b",
    "star and brackets": "*[a]{b}",
    "quotes": "'\"",
    "ampersand": "a&b<c>",
    "run id": "scheduled__2026-01-01T00:00:00+00:00",
    "very long": "x" * 250,
    "very long and not ASCII": "日" * 250,
}
ALIKE = {
    "slash": ("a/b", "a%2Fb"),
    "space": ("a b", "a+b"),
    "percent": ("a%b", "a%25b"),
    "two dots": ("..", "%2E%2E"),
    "long": ("x" * 249 + "y", "x" * 249 + "z"),
}
VALUE = {"of": "any name", "n": (1, 2)}


def named(name: str) -> Coordinate:
    return Coordinate(name, name, name, -1, name)


class TestNames(OnEachStore):
    """Of what is in a name, nothing reaches the store as anything but a name.

    The backend is called as Airflow calls it, and the row handed on here: Airflow itself puts an XCom's key into a URL
    as it is, which loses a part of some of these.
    """

    @pytest.fixture(autouse=True)
    def _in_objects(self, deploy: Deploy) -> None:
        deploy(threshold=0)

    def push(self, value: Any, at: Coordinate) -> Any:
        names = ("key", "task_id", "dag_id", "run_id", "map_index")
        row = self.backend.serialize_value(value, **{name: getattr(at, name) for name in names})
        return json.loads(json.dumps(row))

    def pull(self, row: Any) -> Any:
        return self.backend.deserialize_value(SimpleNamespace(value=row))

    def purge(self, row: Any) -> None:
        self.backend.purge(SimpleNamespace(value=row))

    @pytest.mark.parametrize("name", NAMES)
    def test_any_name_is_pushed_pulled_and_purged(self, name: str) -> None:
        """As that of a dag, a run, a task and an XCom at once: one object, and none when it is purged."""
        row = self.push(VALUE, named(NAMES[name]))
        assert len(self.list_objects()) == 1
        assert self.pull(row) == VALUE
        self.purge(row)
        assert self.list_objects() == []

    @pytest.mark.parametrize("names", ALIKE)
    def test_names_that_differ_only_in_quoting_do_not_meet(self, names: str) -> None:
        """Each has a value and a folder of its own, and the purge of one leaves the other's."""
        one, other = (self.push([name], named(name)) for name in ALIKE[names])
        folders = {key.rpartition("/")[0] for key in self.list_objects()}
        assert len(folders) == 2
        assert [self.pull(one), self.pull(other)] == [[name] for name in ALIKE[names]]
        self.purge(one)
        assert self.pull(other) == [ALIKE[names][1]]

    def test_the_object_is_named_as_the_reference_says(self) -> None:
        """docs/reference/wire-format.md has the form; each part is percent-quoted."""
        at = Coordinate("d:é", "r/+", "t ..", -1, "k%#")
        self.push(VALUE, at)
        dag, run, task, key = (re.escape(quote(part, safe="")) for part in (at.dag_id, at.run_id, at.task_id, at.key))
        [found] = self.list_objects()
        assert re.fullmatch(rf"{dag}/{run}/{task}/(ti-[0-9a-f-]{{36}}|write)/{key}\.[0-9a-f]{{12}}\.json", found), found
