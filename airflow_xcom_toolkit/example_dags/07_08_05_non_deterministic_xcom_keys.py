"""Keys that nobody can know, and keys that overwrite each other, beside keys that follow a written schema.

- `push_anyhow` is the **anti-pattern**, twice. Its report has a key with a **random** part: no other task can pull it
  by name, and a second try or another run has another one. The totals of three shops have keys made of the **shop's
  name**: `North-East`, `north east` and `North East!` all become `north_east`. The last push wins, and two totals are
  gone, without an error.
- `pull_anyhow` does what it can: it lists the keys, finds one total instead of three, and makes the random key anew,
  which is another one, so it pulls `None`. Then it deletes what nobody will find.
- `push_by_schema` is the **cure**: all keys are made in one place, `Key`, from **ids** that do not change. It refuses
  keys that are not in the schema, and ids that would collide.
- `pull_by_schema` makes the same keys by the same functions, and gets each value. It also holds all keys of the task
  against the schema: what does not fit is listed as `unknown`.
- `refuse_other_keys` shows what the schema says of careless keys.

**A convention for keys** that works: lower-case letters, digits and `_`; then a `_` and the id
(`total_42`); the kind from a list like `Key.SCHEMA`, with one line of documentation each; no time, no random part, no
name that people type; the date of the run is the run's, and not in the key. Where there is one value for each of many
things, a mapped task has no need of keys at all: its map index tells them apart.

**Look for** the XCom tab of `push_by_schema`, and `lost` in the XCom of `pull_anyhow`.

**Needs** the connection `airflow_api`, which `[xcom_toolkit] api_conn_id` names, for `list_keys`.
"""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from airflow.sdk import dag, task

from airflow_xcom_toolkit import delete, list_keys

SHOPS = {41: ("North-East", 100), 42: ("north east", 20), 43: ("North East!", 3)}
"""Name and total, by the id that each shop keeps."""


class Key:
    """Every key of this dag. In a dag of several files: in a module that all of them import."""

    REPORT = "report"
    SCHEMA = {
        r"report": "text: the report of the day, one for each run",
        r"total_[1-9][0-9]*": "int: what the shop with this id sold, in cents",
    }

    @staticmethod
    def total(shop_id: int) -> str:
        return Key.checked(f"total_{shop_id}")

    @staticmethod
    def checked(key: str) -> str:
        """The key, if the schema has it."""
        if not any(re.fullmatch(pattern, key) for pattern in Key.SCHEMA):
            raise ValueError(f"{key!r} is no key of this dag; these are: {', '.join(Key.SCHEMA)}")
        return key


def careless_key(name: str) -> str:
    """Looks tidy, and forgets what told the names apart."""
    return re.sub(r"[^a-z]+", "_", name.lower()).strip("_")


def random_key() -> str:
    return f"report_{uuid4().hex}"


@task
def push_anyhow(ti: Any = None) -> None:
    """Four pushes."""
    ti.xcom_push(key=random_key(), value="all shops are open")
    for name, total in SHOPS.values():
        ti.xcom_push(key=careless_key(name), value=total)


@task(multiple_outputs=False)
def pull_anyhow(ti: Any = None) -> dict[str, Any]:
    """What is left of them."""
    keys = list_keys(ti, "push_anyhow")
    totals = ti.xcom_pull(task_ids="push_anyhow", key=careless_key("North East"))
    report = ti.xcom_pull(task_ids="push_anyhow", key=random_key())
    delete(ti, task_id="push_anyhow")
    return {
        "keys": len(keys),
        "total": totals,
        "lost": sum(total for _, total in SHOPS.values()) - totals,
        "report": report,
    }


@task
def push_by_schema(ti: Any = None) -> None:
    """As many keys as values."""
    ti.xcom_push(key=Key.REPORT, value="all shops are open")
    totals = {Key.total(shop_id): total for shop_id, (_, total) in SHOPS.items()}
    if len(totals) < len(SHOPS):
        raise ValueError("Two shops have the same key")
    for key, total in totals.items():
        ti.xcom_push(key=key, value=total)


@task(multiple_outputs=False)
def pull_by_schema(ti: Any = None) -> dict[str, Any]:
    """Nothing is searched for: the same functions give the same keys, at any time, in any task."""
    keys = list_keys(ti, "push_by_schema")
    totals = [ti.xcom_pull(task_ids="push_by_schema", key=Key.total(shop_id)) for shop_id in SHOPS]
    return {
        "keys": keys,
        "total": sum(totals),
        "report": ti.xcom_pull(task_ids="push_by_schema", key=Key.REPORT),
        "unknown": [key for key in keys if not any(re.fullmatch(pattern, key) for pattern in Key.SCHEMA)],
    }


@task
def refuse_other_keys() -> list[str]:
    """What the schema says of keys as in ``push_anyhow``."""
    refused = []
    for key in (careless_key("North-East"), "total_North-East", "total_2026-01-01"):
        try:
            Key.checked(key)
        except ValueError as error:
            refused.append(key)
            print(error)
    return refused


@dag(
    "07_08_05_non_deterministic_xcom_keys",
    schedule=None,
    tags=["reference", "core", "intermediate", "anti-pattern"],
    doc_md=__doc__,
)
def non_deterministic_xcom_keys() -> None:
    push_anyhow() >> pull_anyhow()
    push_by_schema() >> pull_by_schema()
    refuse_other_keys()


non_deterministic_xcom_keys()
