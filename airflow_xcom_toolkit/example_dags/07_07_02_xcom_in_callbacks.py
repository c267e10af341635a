"""Callbacks read XComs: a success, a retry and a failure are told to a mailbox with the data that they are about.

- `load_orders` succeeds. Its `on_success_callback` reads what the task has just returned.
- `charge_cards` fails after it has pushed how far it came. After the first try its `on_retry_callback` reads that,
  after the second one its `on_failure_callback` does; both read the XCom of `load_orders`, too, and the error is in
  `context["exception"]`.
- `read_mailbox` runs whatever became of the others (`trigger_rule="all_done"`), and returns what the callbacks have
  sent. That is why **the run ends as a success**, although `charge_cards` has failed: its last task decides.

**Look for** three messages in the XCom of `read_mailbox`. A file in the temporary folder stands in for mail, Slack
or a pager.

What to know about a callback:

- It runs in the process of its task, after Airflow was told the state of the task. So the next task may start while
  the callback still runs: `read_mailbox` waits for the messages.
- An error in a callback is logged and changes nothing. Let it never be the only place where something has to be
  done.
- The XComs of a try are there in its `on_retry_callback`. Airflow deletes them when the next try begins.
- Callbacks of a dag, and those of a task whose process was killed, run in the dag processor: XComs can not be
  counted on there. With Remote Execution (Astronomer) a callback has no XComs at all. What has to work everywhere
  is a last task with a trigger rule, like `read_mailbox`, and no callback.

**Needs** tasks that run on one machine, for the mailbox. **With Airflow's default backend** it is the same.
"""

from __future__ import annotations

import json
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import PokeReturnValue, dag, task


class CardDeclined(Exception):
    """The bank said no."""


def mailbox(run_id: str) -> Path:
    """Of this run alone."""
    return Path(tempfile.gettempdir(), f"xcom_in_callbacks_{run_id.replace(':', '-')}.jsonl")


def send(context: Any, subject: str, **data: Any) -> None:
    """One line; several tasks may append at the same time."""
    with mailbox(context["run_id"]).open("a") as file:
        file.write(json.dumps({"subject": subject, **data}) + "\n")


def tell_success(context: Any) -> None:
    """Reads what the task itself returned: ``task_ids`` has to be said."""
    orders = context["ti"].xcom_pull(task_ids="load_orders")
    send(context, "orders are loaded", orders=len(orders), total=sum(orders.values()))


def tell_retry(context: Any) -> None:
    ti = context["ti"]
    send(context, f"try {ti.try_number} failed", charged=ti.xcom_pull(task_ids=ti.task_id, key="charged"))


def tell_failure(context: Any) -> None:
    """With what somebody has to know who is called at night: what failed, how far it came, and what is left to do."""
    ti, error = context["ti"], context["exception"]
    orders = ti.xcom_pull(task_ids="load_orders")
    charged = ti.xcom_pull(task_ids=ti.task_id, key="charged")
    left = {order: amount for order, amount in orders.items() if order not in charged}
    send(context, f"{ti.task_id} failed: {type(error).__name__}: {error}", charged=charged, left=left)


@task(multiple_outputs=False, on_success_callback=tell_success)
def load_orders() -> dict[str, int]:
    """What each order costs."""
    return {"A-1": 40, "A-2": 25, "A-3": 90}


@task(
    retries=1,
    retry_delay=timedelta(0),
    on_retry_callback=tell_retry,
    on_failure_callback=tell_failure,
)
def charge_cards(orders: dict[str, int], ti: Any = None) -> None:
    """Comes one order further with each try, and never to the end. Says after each card how far it came."""
    charged: list[str] = []
    for order in orders:
        if len(charged) == ti.try_number:
            raise CardDeclined(f"the card of order {order} was declined")
        charged.append(order)
        ti.xcom_push(key="charged", value=charged)


@task.sensor(trigger_rule="all_done", poke_interval=0.5, timeout=300)
def read_mailbox(run_id: str = "") -> Any:
    """Waits for all three messages, which come in any order, and empties the mailbox."""
    file = mailbox(run_id)
    messages = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    if len(messages) < 3:
        return PokeReturnValue(is_done=False)
    file.unlink()
    return PokeReturnValue(is_done=True, xcom_value={message.pop("subject"): message for message in messages})


@dag(
    "07_07_02_xcom_in_callbacks",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_in_callbacks() -> None:
    charge_cards(load_orders()) >> read_mailbox()


xcom_in_callbacks()
