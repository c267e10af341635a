"""Dags as Airflow loads them to run their tasks. No metadata database is needed.

Private names, each with a test for every Airflow: ``DagBag``, of ``airflow.dag_processing.dagbag`` since Airflow 3.2
and of ``airflow.models.dagbag`` before; ``DagBundlesManager.get_all_dag_bundles``; the name that the module of a dag
file gets (``unusual_prefix_…``); and what operators keep of their function (``python_callable``, ``multiple_outputs``).
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Loaded:
    """The dags of a file or folder, and what failed to be imported: the traceback by file."""

    dags: Sequence[Any]
    errors: Mapping[str, str]


def load_dags(path: Path) -> Loaded:
    """Those of a file, or of a folder with all below it. Their code is imported, and no task runs."""
    path = path.resolve()
    folder = str(path if path.is_dir() else path.parent)
    if folder not in sys.path:
        sys.path.append(folder)
    bag_class = _dag_bag()
    options: dict[str, Any] = {"dag_folder": str(path)}
    if "include_examples" in inspect.signature(bag_class).parameters:
        options["include_examples"] = False
    if path.is_file():
        options["safe_mode"] = False
    bag = bag_class(**options)
    return Loaded(list(bag.dags.values()), {_whole(folder, name): text for name, text in bag.import_errors.items()})


def _dag_bag() -> Any:
    try:  # Airflow 3.2 and newer
        return import_module("airflow.dag_processing.dagbag").DagBag
    except ImportError:
        return import_module("airflow.models.dagbag").DagBag


def _whole(folder: str, name: str) -> str:
    """Some Airflows tell of a file by its path below the folder."""
    return name if Path(name).is_absolute() else str(Path(folder, name))


def dag_folders() -> list[Path]:
    """Where the dags of this deployment are: its bundles, each fetched if need be; the dags folder by default."""
    manager: Any = import_module("airflow.dag_processing.bundles.manager").DagBundlesManager()
    folders = []
    for bundle in manager.get_all_dag_bundles():
        bundle.initialize()
        folders.append(Path(bundle.path))
    return folders


def is_of_a_dag_file(module: str) -> bool:
    """Whether a module of that name is a dag file, which nobody else can import by that name."""
    return module.startswith(_OF_A_DAG_FILE)


def without_dag_file(text: str) -> str:
    """``text`` without the names that the modules of dag files get."""
    return re.sub(rf"{_OF_A_DAG_FILE}\w+\.", "", text)


_OF_A_DAG_FILE = "unusual_prefix_"


def operator_class(task: Any) -> Any:
    """The class of an operator, mapped or not."""
    return getattr(task, "operator_class", None) or type(task)


def function_of(task: Any) -> Callable[..., Any] | None:
    """The function whose result an operator pushes, if it runs one."""
    found = getattr(task, "python_callable", None) or _partial(task).get("python_callable")
    return found if callable(found) else None


def pushes(task: Any) -> bool:
    """Whether what the operator returns is pushed."""
    return bool(getattr(task, "do_xcom_push", True) and _partial(task).get("do_xcom_push", True))


def pushes_entries(task: Any) -> bool:
    """Whether the entries of a dict that it returns are pushed too, each under its own key."""
    return bool(getattr(task, "multiple_outputs", False))


def _partial(task: Any) -> Mapping[str, Any]:
    return getattr(task, "partial_kwargs", None) or {}


def is_sensor(task: Any) -> bool:
    """Whether what its function returns is whether to go on, and no result."""
    return issubclass(operator_class(task), import_module("airflow.sdk").BaseSensorOperator)


def run_once(dag: Any, conf: Mapping[str, Any] | None, mark_success: str | None) -> Any:
    """The run of a dag in this process, ended. Each task runs once: none is tried again."""
    for task in dag.tasks:
        if hasattr(task, "partial_kwargs"):
            task.partial_kwargs["retries"] = 0
        else:
            task.retries = 0
    return dag.test(run_conf=conf, mark_success_pattern=mark_success)


def task_states(run: Any) -> list[dict[str, Any]]:
    """How each task instance of a run ended."""
    found = [
        {"task": ti.task_id, "map_index": _map_index(ti), "state": str(ti.state)} for ti in run.get_task_instances()
    ]
    return sorted(found, key=lambda one: (one["task"], one["map_index"]))


def _map_index(ti: Any) -> int:
    found = getattr(ti, "map_index", None)
    found = getattr(ti, "region_index", None) if found is None else found
    return -1 if found is None else int(found)
