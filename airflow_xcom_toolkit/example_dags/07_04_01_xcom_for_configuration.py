"""One task decides how the others run: it reads what the run was started with, and passes it on as XComs.

- `read_config` takes the **params** of the run, checks them and completes them. With `multiple_outputs=True` each
  setting is an XCom of its own, so that a task takes the one that it needs.
- `load` gets `settings` from it, and runs **once for each region** of the configuration: how many instances there are
  is decided while the dag runs. (`expand` takes what a task returned, not one key of it; so `pick_regions` returns
  the list.)
- `may_publish` reads a switch. It is off, so `publish` is skipped. (What Airflow has to skip, it keeps as an XCom,
  too: `skipmixin_key`.)
- `start_invoices` hands two settings on to another dag, `07_04_01_xcom_for_configuration_invoices`, as the `conf` of
  its run.

**Look for** two instances of `load`, both with batches of 2, and for `EUR` in the XCom tab of `write_invoices` in the
other dag: its own default is `USD`. Then trigger the dag with other params, such as three regions or `publish` on,
and compare.

Secrets are no configuration to pass like this: params and `conf` are shown in the UI, also where XComs are encrypted.
Pass the id of a connection, and let the task get it.
"""

from __future__ import annotations

from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import Param, dag, task

INVOICES = "07_04_01_xcom_for_configuration_invoices"
TAGS = ["reference", "core", "beginner", "success"]
ORDERS = {"north": [9.5, 2.5, 24.5], "south": [4.5], "west": [7.5, 7.5]}


@task(multiple_outputs=True)
def read_config(params: Any = None) -> dict[str, Any]:
    """A mistake in a setting fails here, once, and not later in every task."""
    if unknown := sorted(set(params["regions"]) - set(ORDERS)):
        raise ValueError(f"no such regions: {unknown}")
    return {
        "regions": params["regions"],
        "settings": {"batch_size": params["batch_size"], "currency": params["currency"]},
        "publish": params["publish"],
    }


@task
def pick_regions(regions: list[str]) -> list[str]:
    return sorted(regions)


@task(multiple_outputs=False)
def load(region: str, settings: dict[str, Any]) -> dict[str, Any]:
    orders, size = ORDERS[region], settings["batch_size"]
    batches = [orders[start : start + size] for start in range(0, len(orders), size)]
    return {"region": region, "batches": batches, "currency": settings["currency"]}


@task.short_circuit
def may_publish(publish: bool) -> bool:
    """What follows is skipped where this returns ``False``."""
    return publish


@task
def publish() -> str:
    return "published"


@dag(
    "07_04_01_xcom_for_configuration",
    schedule=None,
    tags=TAGS,
    doc_md=__doc__,
    params={
        "regions": Param(["south", "north"], type="array", items={"type": "string"}),
        "batch_size": Param(2, type="integer", minimum=1),
        "currency": Param("EUR", enum=["EUR", "USD"]),
        "publish": Param(False, type="boolean"),
    },
)
def xcom_for_configuration() -> None:
    config: Any = read_config()
    load.partial(settings=config["settings"]).expand(region=pick_regions(config["regions"]))
    may_publish(config["publish"]) >> publish()
    TriggerDagRunOperator(
        task_id="start_invoices",
        trigger_dag_id=INVOICES,
        conf={
            "currency": '{{ ti.xcom_pull(task_ids="read_config", key="settings")["currency"] }}',
            "regions": config["regions"],
        },
        wait_for_completion=True,
        poke_interval=1,
    )


@task(multiple_outputs=False)
def write_invoices(params: Any = None) -> dict[str, Any]:
    """The other dag. What it is started with replaces the defaults of its params."""
    return {"currency": params["currency"], "regions": params["regions"], "copies": params["copies"]}


@dag(
    INVOICES,
    schedule=None,
    tags=TAGS,
    doc_md="`07_04_01_xcom_for_configuration` starts this dag, with a part of its own configuration.",
    params={"currency": "USD", "regions": [], "copies": 1},
)
def invoices() -> None:
    write_invoices()


xcom_for_configuration()
invoices()
