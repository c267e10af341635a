"""One dag run in this process, to its end, and the removal of what it left in the store."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ...compat.dags import load_dags, run_once, task_states
from ...compat.pushing import used_backend
from ...envelope import is_envelope, object_size
from ...metadata import RowStore
from .recorder import Recorder, first_line

PATH = "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH"


def run(spec: Mapping[str, Any], say: Callable[[str], None]) -> dict[str, Any]:
    """How the run ended, its tasks, and what became of each value."""
    loaded = load_dags(Path(spec["file"]))
    dag = next((dag for dag in loaded.dags if dag.dag_id == spec["dag"]), None)
    if dag is None:
        raise SystemExit(f"{spec['file']} has no dag {spec['dag']} here: {loaded.errors}")
    recorder = Recorder(say)
    with recorder.recording():
        ended = run_once(dag, spec["conf"], spec["mark_success"])
    sizes = _sizes()
    pushes = [{**asdict(push), **sizes.get((push.task, push.map_index, push.key), {})} for push in recorder.pushes]
    return {"state": str(ended.state), "pushes": pushes, "tasks": task_states(ended)}


def _sizes() -> dict[tuple[str, int, str], dict[str, int | None]]:
    """The bytes of each row, and of its object, if it has one."""
    found = {}
    for row in RowStore.connected().scan():
        map_index = -1 if row.at.map_index is None else row.at.map_index
        sizes = {"row_bytes": len(row.text.encode()), "object_bytes": _object_bytes(row.value)}
        found[str(row.at.task_id), map_index, str(row.at.key)] = sizes
    return found


def _object_bytes(row: Any) -> int | None:
    if is_envelope(row):
        return object_size(row)
    base = os.environ.get(PATH)
    if not base or not isinstance(row, str) or not row.startswith(base):
        return None
    from airflow.sdk import ObjectStoragePath

    try:
        return int(ObjectStoragePath(row).stat().st_size)
    except OSError:
        return None


def clean(store: str | None) -> list[str]:
    """Removes what the rows of this run refer to, and whatever else is below ``store``; what could not be, and why."""
    problems = []
    for row in RowStore.connected().scan():
        try:
            used_backend().purge(SimpleNamespace(value=row.value))
        except Exception as e:
            problems.append(f"the object of {row.at} ({first_line(e)})")
    return [*problems, *(_sweep(store) if store else [])]


def _sweep(store: str) -> list[str]:
    """What a push that was cut off left, and folders. Listing is a right that few need: without it, that is all."""
    from airflow.sdk import ObjectStoragePath

    root: Any = ObjectStoragePath(store)
    try:
        if root.exists():
            root.fs.rm(root.path, recursive=True)
        if root.protocol in ("", "file"):
            os.rmdir(os.path.dirname(root.path.rstrip("/")))
    except (PermissionError, FileNotFoundError):
        return []
    except OSError as e:
        return [] if not root.exists() else [f"what may be left below {store} ({first_line(e)})"]
    except Exception as e:
        return [f"what may be left below {store} ({first_line(e)})"]
    return []
