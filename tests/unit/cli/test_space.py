"""What the benchmark wrote goes, however it ends."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import fsspec
import pytest

from airflow_xcom_toolkit.cli.bench.space import DAG, Space
from tests.pipelines import objects


@pytest.fixture
def space(tmp_path: Path) -> Space:
    return Space(SimpleNamespace(fs=fsspec.filesystem("file"), path=str(tmp_path)), "run-1")


def test_each_file_is_a_new_one_below_the_prefix(space: Space, tmp_path: Path) -> None:
    paths = {space.file() for _ in range(3)}
    assert len(paths) == 3
    assert all(path.startswith(f"{tmp_path}/{DAG}/run-1/") for path in paths)


def test_what_was_kept_and_what_was_cut_off_is_removed(space: Space, tmp_path: Path) -> None:
    """The folders, too."""
    Path(space.file()).write_text("kept")
    Path(space.prefix, "cut-off.tmp").write_text("of a process that was killed")
    assert space.clean() == []
    assert list(tmp_path.iterdir()) == []


def test_other_runs_and_other_objects_stay(space: Space, tmp_path: Path) -> None:
    for other in (f"{DAG}/run-2/x", "dag/run-1/x"):
        (tmp_path / other).parent.mkdir(parents=True)
        (tmp_path / other).write_text("another's")
    space.file()
    assert space.clean() == []
    assert len(objects(tmp_path)) == 2


def test_what_cannot_be_removed_is_told_and_the_rest_is_removed(space: Space) -> None:
    removed: list[str] = []

    def fail() -> None:
        raise PermissionError("no right to delete")

    space.keep("a", "an object of toolkit", fail)
    space.keep("b", "another", lambda: removed.append("b"))
    assert space.clean() == ["an object of toolkit (PermissionError: no right to delete)"]
    assert removed == ["b"]


def test_what_was_dropped_is_not_removed_again(space: Space) -> None:
    removed: list[str] = []
    space.keep("a", "an object", lambda: removed.append("a"))
    space.drop("a")
    space.clean()
    assert removed == ["a"]
