"""A retry starts without the XComs of the try before: what is lost, what stays, and how a second try does no harm.

- `list_pages` returns what there is to import. It is a task of its own, so that **its XCom stays** however often
  the next task is tried.
- `import_pages` imports one page per try, and then loses its connection, twice. After each page it writes how far
  it came to two places: into its own XCom `position`, and into a checkpoint outside of XCom. Each try notes what it
  finds.
- `charge_card` fails once, after it has charged. It charges in two ways: with a payment id that it makes up, and
  with one that follows from the run and the order, so that it is the same in each try.

**Look for** the XCom of `import_pages`: in each try its own XCom was gone (`null`), the list of pages was there,
and the checkpoint counted 0, 1, 2. In that of `charge_card` the customer has paid twice with random ids, and once
with the id that is **idempotent**. `receipt` was pushed by both tries and is there once, with the same value.

Why: Airflow deletes all XComs of a task before it tries it again, so that nobody reads half of a failed try.
(Airflow 3.0 keeps those of mapped tasks; Airflow 3.4 keeps the rows by try, for the UI, and a task sees those of
the current try only.) So

- **preserve** what is expensive by a task of its own, and retry only what may fail;
- keep a position, or the id of a job in another system, in the **task state store** of Airflow 3.3 and newer: an
  argument `task_state_store` of the task. On an older one a Variable does (as here), or a file in an object store;
- **push idempotently**: fixed keys, values that follow from the input and the run, and not from the clock or from
  chance.

**With Airflow's default backend** it is the same. With `ToolkitXComBackend`, the objects of a try are deleted with
its rows; items that a failed try took from an `XComQueue` are all there again in the next one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from airflow.sdk import Variable, dag, task

NO_DELAY = timedelta(0)


def recall(store: Any, name: str) -> list[dict[str, Any]]:
    """What earlier tries have noted. ``store`` is there on Airflow 3.3 and newer."""
    if store is not None:
        return list(store.get("notes", []))
    return list(Variable.get(name, default=[], deserialize_json=True))


def remember(store: Any, name: str, notes: list[dict[str, Any]]) -> None:
    if store is not None:
        store.set("notes", notes)
    else:
        Variable.set(name, notes, serialize_json=True)


@task
def list_pages() -> list[str]:
    """Say that it takes an hour."""
    return ["orders-1.csv", "orders-2.csv", "orders-3.csv"]


@task(retries=2, retry_delay=NO_DELAY)
def import_pages(ti: Any = None, task_state_store: Any = None) -> list[dict[str, Any]]:
    """Goes on where the checkpoint is; the notes of all tries are what it returns."""
    name = f"{ti.dag_id}.{ti.run_id}.notes"
    pages, notes = ti.xcom_pull(task_ids="list_pages"), recall(task_state_store, name)
    position = ti.xcom_pull(task_ids=ti.task_id, key="position")
    notes.append({"try": ti.try_number, "own_xcom": position, "pages": len(pages), "checkpoint": len(notes)})
    print(f"importing {pages[len(notes) - 1]}")
    ti.xcom_push(key="position", value=len(notes))
    remember(task_state_store, name, notes)
    if len(notes) < len(pages):
        raise ConnectionError(f"the connection broke after {len(notes)} of {len(pages)} pages")
    return notes


def pay(bank: str, payment_id: str, amount: int) -> int:
    """As most payment services work: the same id again is the same payment. Returns how much was paid in all."""
    payments = Variable.get(bank, default={}, deserialize_json=True)
    payments[payment_id] = amount
    Variable.set(bank, payments, serialize_json=True)
    return sum(payments.values())


@task(multiple_outputs=False, retries=1, retry_delay=NO_DELAY)
def charge_card(ti: Any = None) -> dict[str, int]:
    """Fails when all is paid and before it is said, which is the worst moment. Variables stand in for the bank."""
    order, bank = "A-1", f"{ti.dag_id}.{ti.run_id}"
    receipt = str(uuid5(NAMESPACE_URL, f"{ti.dag_id}/{ti.run_id}/{order}"))
    paid = {
        "random_id": pay(f"{bank}.random", str(uuid4()), 40),
        "same_id": pay(f"{bank}.same", receipt, 40),
    }
    ti.xcom_push(key="receipt", value=receipt)
    if ti.try_number == 1:
        raise TimeoutError("the answer of the bank was lost")
    return paid


@task(trigger_rule="all_done")
def tidy_up(ti: Any = None) -> None:
    """Variables stay until they are deleted; the task state store forgets by itself."""
    for name in ("notes", "random", "same"):
        Variable.delete(f"{ti.dag_id}.{ti.run_id}.{name}")


@dag(
    "07_07_03_xcom_with_retry_logic",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_with_retry_logic() -> None:
    list_pages() >> import_pages() >> charge_card() >> tidy_up()


xcom_with_retry_logic()
