"""One task pushes a DataFrame, another pulls it, perhaps on another worker, and looks at the row."""

import pandas as pd
from airflow.sdk import dag, task

from airflow_xcom_toolkit import reference


def frame() -> pd.DataFrame:
    return pd.DataFrame({"id": range(1000), "city": pd.Categorical(["Oslo", "Lyon"] * 500)})


@dag(schedule=None, tags=["check"])
def check_xcom():
    @task
    def push():
        return frame()

    @task
    def pull(pulled, ti=None):
        pd.testing.assert_frame_equal(pulled, frame())
        row = reference(ti, "push")
        print(row.type, row.summary, "encrypted:", row.encrypted)
        print(row.location.url, row.size, "bytes")

    pull(push())


check_xcom()
