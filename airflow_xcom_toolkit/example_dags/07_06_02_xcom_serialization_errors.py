"""Objects that no XCom can hold: who refuses them, and what to pass instead.

An XCom is JSON in the database. A lock, an open file or a generator is no data, so it cannot be written down.

- `return_a_lock` returns one inside of a dict, and **fails**: with a `TypeError` by default, with an
  `UnsupportedTypeError` (a `TypeError`, too) under the toolkit. `use_the_lock` then is `upstream_failed`, and the run
  **fails**, as it should here: nobody handles it.
- `ask_each` gives the same values to Airflow's default backend, to the toolkit and to `pickle`, and returns what each
  said. Airflow's message names the type; the toolkit's also the **place** in the value: `value['guard']`.
- `push_own_class` pushes an object of a dataclass of this file **with Airflow's default backend**, which takes it.
  `pull_own_class` shows that it was lost: an `ImportError`. The toolkit refuses such a class at the push, where you
  still have the object.
- `pass_plain_data` and `use_plain_data` are the **workarounds**: a list for a generator, a path for a file, a dict
  for an object; and a lock is made where it is used. (An object keeps its class if that is in a module of yours, and
  the module on Airflow's allow list, `[core] allowed_deserialization_classes`.)

**Pickling** is no way out. Airflow 3 has none for XComs: `enable_xcom_pickling` of Airflow 2 is gone, because a pickle
runs code when it is read. It also fails for nearly all the same objects, and what it takes it cannot always give back:
the object of a class of a dag file is pickled here, and is a `ModuleNotFoundError` in another process.

**Look for** the messages in the log of `ask_each`, and its XCom as the short version.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from airflow.sdk import dag, task
from airflow.sdk.bases.xcom import BaseXCom

from airflow_xcom_toolkit import SerdeXComBackend


@dataclass
class Order:
    """Of this file, which is wrong on purpose: Airflow imports dag files under other names. Use a module of yours."""

    number: int
    total: float


def squares() -> Iterator[int]:
    return (number**2 for number in range(3))


def refused_values() -> dict[str, Any]:
    return {
        "guard": threading.Lock(),
        "report": open(os.devnull),
        "squares": squares(),
        "order": Order(7, 19.9),
        "logo": b"\x89PNG",
    }


def by_default(name: str, value: Any) -> str:
    BaseXCom.serialize_value({name: value})
    return "taken"


def by_toolkit(name: str, value: Any) -> str:
    SerdeXComBackend.serialize_value({name: value}, key="example")
    return "taken"


def by_pickle(name: str, value: Any) -> str:
    """Reads the pickle in a process of its own, as another task would."""
    pickled = pickle.dumps({name: value})
    command = [sys.executable, "-c", "import pickle, sys; pickle.load(sys.stdin.buffer)"]
    done = subprocess.run(command, input=pickled, capture_output=True, check=False)
    error = done.stderr.decode().strip().rpartition("\n")[2]
    return "taken" if done.returncode == 0 else f"taken, then {error.partition(':')[0]}"


def answer(ask: Any, name: str, value: Any) -> str:
    """What became of the value; the whole message is in the log."""
    try:
        return str(ask(name, value))
    except (TypeError, pickle.PicklingError) as error:
        print(f"{ask.__name__}: {error}")
        return " at ".join([type(error).__name__, *filter(None, [getattr(error, "place", None)])])


@task(multiple_outputs=False)
def return_a_lock() -> dict[str, Any]:
    """The function ends well. The push of what it returned does not."""
    return {"stock": 12, "guard": threading.Lock()}


@task
def use_the_lock(shared: Any) -> None:
    """Never runs. Nor would the lock guard anything: this is another process, maybe on another machine."""
    with shared["guard"]:
        print(shared["stock"])


@task(multiple_outputs=False)
def ask_each() -> dict[str, dict[str, str]]:
    """By value, then by whom."""
    asked = {"default": by_default, "toolkit": by_toolkit, "pickle": by_pickle}
    values = refused_values()
    values["report"].close()  # Closed or open, it is no data.
    return {name: {who: answer(ask, name, value) for who, ask in asked.items()} for name, value in values.items()}


@task
def push_own_class(ti: Any = None) -> None:
    """As ``return Order(7, 19.9)`` does where Airflow's default backend is configured."""
    at = {"dag_id": ti.dag_id, "task_id": ti.task_id, "run_id": ti.run_id}
    BaseXCom.set(key="order", value=Order(7, 19.9), **at)


@task
def pull_own_class(ti: Any = None) -> str:
    """The row is there, and no one can read it."""
    at = {"dag_id": ti.dag_id, "task_id": "push_own_class", "run_id": ti.run_id}
    try:
        BaseXCom.get_one(key="order", **at)
    except ImportError as error:
        print(error)
        return type(error).__name__
    return "read"


@task(multiple_outputs=False)
def pass_plain_data() -> dict[str, Any]:
    """What is needed to make the objects again. The file is one that both tasks see."""
    return {
        "squares": list(squares()),
        "report": __file__,
        "order": asdict(Order(7, 19.9)),
    }


@task(multiple_outputs=False)
def use_plain_data(data: dict[str, Any]) -> dict[str, Any]:
    """Makes the objects again where they are used, a lock of its own included."""
    guard = threading.Lock()
    with guard, open(data["report"]) as report:
        first_line = report.readline()
    order = Order(**data["order"])
    return {"squares": sum(data["squares"]), "order": order.total, "first line": first_line[3:].strip()}


@dag(
    "07_06_02_xcom_serialization_errors",
    schedule=None,
    tags=["reference", "core", "beginner", "failure"],
    doc_md=__doc__,
)
def xcom_serialization_errors() -> None:
    use_the_lock(return_a_lock())
    ask_each()
    push_own_class() >> pull_own_class()
    use_plain_data(pass_plain_data())


xcom_serialization_errors()
