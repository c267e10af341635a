"""A dag whose tasks wait for each other by pools, which a test opens and closes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from airflow.sdk import dag, task


def value() -> dict[str, Any]:
    """``BaseXCom`` keeps it, too."""
    import pandas as pd

    frame = pd.DataFrame({"number": range(300), "name": [f"row {n}" for n in range(300)]})
    return {"frame": frame, "pair": ("a", 1), "day": "2026-01-31"}


def check(got: Any) -> None:
    from airflow_xcom_toolkit.testing.same import assert_same

    assert_same(got, value(), key_order=False)


@dag(schedule=None)
def runbook() -> None:
    @task
    def make() -> Any:
        return value()

    @task(pool="used")
    def use(made: Any) -> None:
        check(made)

    @task(pool="read")
    def read_on(ti: Any = None) -> int:
        """Pulls, until the test says that it is enough."""
        pulled = 0
        while not pulled or not Path(os.environ["XCOM_TEST_ENOUGH"]).exists():
            check(ti.xcom_pull(task_ids="make"))
            pulled += 1
        return pulled

    made = make()
    use(made)
    made >> read_on()


runbook()
