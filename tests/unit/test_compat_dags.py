"""What of Airflow's loading of dags is private: this test runs on each Airflow that is supported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.bases.xcom import BaseXCom

from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.compat import dags, pushing

TEXT = """
from airflow.sdk import dag, task

@dag(schedule=None)
def shop():
    @task(multiple_outputs=True)
    def plain() -> dict: ...

    @task
    def mapped(x) -> int: ...

    @task.sensor
    def waits() -> bool: ...

    @task(do_xcom_push=False)
    def silent() -> int: ...

    plain(), mapped.expand(x=[1]), waits(), silent()

shop()
"""


@pytest.fixture
def tasks(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "shop.py").write_text(TEXT)
    (found,) = dags.load_dags(tmp_path / "shop.py").dags
    return {task.task_id: task for task in found.tasks}


def test_the_functions_of_tasks_are_known_and_what_they_push(tasks: dict[str, Any]) -> None:
    assert {name: dags.function_of(task).__name__ for name, task in tasks.items()} == {  # type: ignore[union-attr]
        name: name for name in tasks
    }
    assert [name for name, task in tasks.items() if dags.pushes_entries(task)] == ["plain"]
    assert [name for name, task in tasks.items() if not dags.pushes(task)] == ["silent"]
    assert [name for name, task in tasks.items() if dags.is_sensor(task)] == ["waits"]


def test_a_module_of_a_dag_file_is_known_by_its_name(tasks: dict[str, Any]) -> None:
    module = dags.function_of(tasks["plain"]).__module__  # type: ignore[union-attr]
    assert dags.is_of_a_dag_file(module)
    assert dags.without_dag_file(f"{module}.Order") == "Order"


def test_files_that_fail_are_told_by_their_whole_path(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("from airflow.sdk import dag\nimport acme_nowhere\n")
    found = dags.load_dags(tmp_path)
    assert list(found.errors) == [str(tmp_path.resolve() / "broken.py")]


def test_the_folders_of_the_deployment_have_the_dags_folder() -> None:
    from airflow_xcom_toolkit.compat import conf

    assert Path(conf.get("core", "dags_folder")) in dags.dag_folders()


def test_every_push_is_watched_whoever_makes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """By ``XCom.set``, and, in Airflow 3.4, as a task does it for itself."""
    from types import SimpleNamespace

    class Backend(BaseXCom):
        """Sends nothing."""

        @classmethod
        def set(cls, key: str, value: Any, **where: Any) -> None: ...

        @classmethod
        def _push(cls, ti: Any, key: str, value: Any, **further: Any) -> None: ...

    monkeypatch.setattr(pushing, "used_backend", lambda: Backend)
    seen: list[tuple[Coordinate, Any]] = []
    where = {"dag_id": "d", "run_id": "r", "task_id": "t", "map_index": 2}

    def around(at: Coordinate, value: Any, push: Any, pull: Any) -> None:
        seen.append((at, value))

    async def never(at: Coordinate, value: Any, push: Any, pull: Any) -> None: ...

    with pushing.watching(around, never):
        Backend.set("k", 1, **where)
        Backend.set(key="k", value=1, **where)
        Backend._push(SimpleNamespace(**where), "k", 1)
    Backend.set("k", 1, **where)
    assert seen == [(Coordinate("d", "r", "t", 2, "k"), 1)] * 3
