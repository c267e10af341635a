"""Rows that were changed by hand or by accident: a named error or a value, never a crash."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from airflow_xcom_toolkit.errors import XComToolkitError
from tests.wire.cases import KEY, RELEASES
from tests.wire.write import FOLDER, FORMS, golden_pipeline

JUNK: list[Any] = [None, True, -1, 0, 2**70, 1.5, "", "x", "../x", [], {}, [1], {"a": 1}, {"~": "py.tuple@1"}, {"~": 3}]
ROWS = [
    (release, row)
    for release in RELEASES
    for form in FORMS
    for row in json.loads((FOLDER / release / f"{form}.json").read_text()).values()
    if isinstance(row, dict) and "__data__" in row
]


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from _places(item, (*path, key))


def _changed(value: Any, chance: random.Random) -> Any:
    """``value`` with one entry gone, replaced, or a little different."""
    *parents, last = chance.choice(list(_places(value)) or [None])
    parent = value = copy.deepcopy(value)
    for key in parents:
        parent = parent[key]
    if isinstance(parent, dict) and chance.random() < 0.3:
        del parent[last]
    elif isinstance(parent[last], int) and chance.random() < 0.5:
        parent[last] += chance.choice([-1, 1, 100])
    else:
        parent[last] = copy.deepcopy(chance.choice(JUNK))
    return value


def _changed_row(row: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    data = row["__data__"]
    tree = data.get("tree")
    if isinstance(tree, str) and tree.startswith("{") and chance.random() < 0.7:
        return {**row, "__data__": {**data, "tree": json.dumps(_changed(json.loads(tree), chance))}}
    return {**row, "__data__": _changed(data, chance)}


@pytest.mark.parametrize("seed", range(10))
def test_a_malformed_row_is_a_named_error_or_a_value(seed: int) -> None:
    chance = random.Random(seed)
    pipes = {release: golden_pipeline(FOLDER / release / "store", keys=(KEY,), encrypt=False) for release in RELEASES}
    named = 0
    for _ in range(150):
        release, row = chance.choice(ROWS)
        try:
            pipes[release].pull(_changed_row(row, chance))
        except (XComToolkitError, ImportError):
            named += 1
    assert named > 50
