"""Which keys may be orphans, and whose they are."""

from __future__ import annotations

import pytest

from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.cli.gc.shapes import REUSED, STOCK, TEMPORARY, TOOLKIT, fits, folders, owner
from airflow_xcom_toolkit.metadata import Selection
from airflow_xcom_toolkit.placement.paths import object_key

UUID = "7aeb8e3c-176f-4ff8-99e1-5a16c5ce7059"
RUN = "manual__2026-01-02T03:04:05+00:00"
NAMES = ("sales", "sales/eu", "..", "ü b", "a" * 250, "%", "task.group.load", "x" * 120 + "/")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("suffix", [".arrow", ".npy.zst", ".enc", ".bin", ".json.gz", ""])
@pytest.mark.parametrize("instance", [UUID, None])
def test_a_key_that_the_toolkit_makes_is_ours_whatever_the_names_are(
    name: str, suffix: str, instance: str | None
) -> None:
    """And is found by the dag and the run that were asked for, quoted or cut as they are."""
    found = owner(object_key(Coordinate(name, name, name, 3, name, instance), suffix, prefix_bytes=300))
    assert found is not None
    assert found.kind == TOOLKIT
    assert fits(Selection(dag=name, run=name), found)
    assert not fits(Selection(dag="other"), found)


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (f"sales/{RUN}/load/{UUID}", STOCK),
        (f"sales/{RUN}/load/{UUID}.gz", STOCK),
        (f"sales/a/run/with/slashes/load/{UUID}.zst", STOCK),
        (f"NO_DAG_ID/NO_RUN_ID/NO_TASK_ID/{UUID}", STOCK),
        (f"sales/{RUN}/load/ti-{UUID}/return_value.json", REUSED),
        (f"sales/{RUN}/load/write-{UUID}/a%2Fb.json.gz", REUSED),
        ("sales/run/load/write/.7aeb8e3c176f4ff899e15a16c5ce7059.tmp", TEMPORARY),
    ],
)
def test_a_key_of_the_stock_backend_or_of_a_killed_push_is_ours(key: str, kind: str) -> None:
    found = owner(key)
    assert found is not None
    assert (found.kind, found.dag) == (kind, key.partition("/")[0])


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/",
        UUID,
        f"a/b/{UUID}",
        f"a/b/c/{UUID}.csv",
        f"a/b/c/{UUID}.tar.gz",
        f"a/../c/{UUID}",
        f"a//c/{UUID}",
        f"a/b/c/{UUID.upper()}",
        f"a/b/c/ti-{UUID}/x.csv",
        f"a/b/c/ti-{UUID}/x.0123456789ab/",
        f"a/b/c/ti-{UUID}/x.0123456789abc.json5/x",
        f"a/b/c/{UUID}\n",
        "a/b/c/write/x.0123456789AB.json",
        f"a\udcff/b/c/{UUID}",
        f"64/{'0' * 64}",
    ],
)
def test_any_other_key_is_not_ours(key: str) -> None:
    assert owner(key) is None


def test_only_the_folders_that_may_hold_what_is_selected_are_listed() -> None:
    assert folders(Selection()) == [""]
    assert folders(Selection(dag="sal*", run="x")) == [""]
    assert folders(Selection(dag="sales")) == ["sales/"]
    both = {f"sales/{RUN}/", "sales/manual__2026-01-02T03%3A04%3A05%2B00%3A00/"}
    assert both < set(folders(Selection(dag="sales", run=RUN)))
