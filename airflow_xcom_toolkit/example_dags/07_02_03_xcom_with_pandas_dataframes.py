"""A DataFrame goes from task to task: what comes back, how it is written without pickling, how large it is.

- `load_orders` returns 10,000 orders with an index of minutes, a category, missing integers, a column of tuples, and
  `attrs`.
- `compare` has the frame that came back, and lists what is otherwise than it was.
- `look_at_pickling` says what Airflow writes. Airflow 3 **pickles no XCom**, and has no option for it: a DataFrame is
  written as Parquet, in hex, inside the JSON of the row. What Parquet has no form for is refused; the task tries five
  values that could be pickled once with both backends, and catches the errors.
- `weigh` measures the frame in bytes: in memory, in the row of Airflow's default backend, and in row and object of the
  toolkit's, as Arrow and as Parquet. Then it shows a **limit**: a backend with `max_value_bytes` refuses the frame.
- `summarize` shows what fits everywhere: it returns what the next task needs, a few numbers instead of 10,000 rows.

**Look for** the XComs of `compare` and `weigh`, side by side for both backends if you can.

**Needs** `pip install "airflow-xcom-toolkit[pandas]"`, which brings pyarrow; for `weigh`, whatever backend is
configured, `[common.io] xcom_objectstorage_path` (in the project's tests an S3 server) and
`xcom_objectstorage_threshold = 4096`.

**With Airflow's default backend** the index comes back without its frequency, tuples are arrays, and `attrs` are gone,
all of them, because one is a date; a `Series` and an `Index` are a `TypeError`, a column of numbers and texts is an
`ArrowInvalid`, and two columns of one name are a `ValueError`. The row of `weigh` takes 291 kB, for a Parquet file
half that size, and every task that pulls it reads it through the API server. **With the toolkit's** the frame comes
back as it was; the row takes 1 kB, and the object is an Arrow file of 253 kB, or with `dataframe_format = parquet` a
Parquet file of 147 kB (where Parquet keeps the frame exactly).
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from airflow.sdk import dag, task
from airflow.sdk.bases.xcom import BaseXCom

from airflow_xcom_toolkit import ToolkitXComBackend
from airflow_xcom_toolkit.errors import ValueTooLargeError

if TYPE_CHECKING:
    import pandas as pd

ROWS = 10_000


class ParquetXCom(ToolkitXComBackend):
    """As the toolkit's backend is with ``dataframe_format = parquet`` in the configuration."""

    @classmethod
    def settings(cls) -> Any:
        return replace(super().settings(), dataframe_format="parquet")


class LimitedXCom(ToolkitXComBackend):
    """As it is with ``max_value_bytes = 100000``."""

    @classmethod
    def settings(cls) -> Any:
        return replace(super().settings(), max_value_bytes=100_000)


def plain_orders() -> pd.DataFrame:
    """Columns that every format has."""
    import pandas as pd

    minutes = pd.date_range("2026-01-01", periods=ROWS, freq="min", tz="Europe/Zurich", name="placed")
    quantities = pd.array([None if number % 100 == 0 else number % 7 for number in range(ROWS)], dtype="Int64")
    items = pd.Categorical([("shoes", "socks", "laces")[number % 3] for number in range(ROWS)])
    prices = [(number * 7919 % 10_000) / 100 for number in range(ROWS)]
    return pd.DataFrame({"item": items, "quantity": quantities, "price": prices}, index=minutes)


def orders() -> pd.DataFrame:
    """With what only pandas has."""
    frame = plain_orders()
    frame["size"] = [("EU", str(36 + number % 10)) for number in range(ROWS)]
    frame.attrs = {"shop": "Zurich", "exported": date(2026, 1, 2)}
    return frame


@task
def load_orders() -> pd.DataFrame:
    return orders()


@task(multiple_outputs=False)
def compare(frame: pd.DataFrame) -> dict[str, list[str]]:
    """What is otherwise than it was pushed, as pairs of before and after."""
    before, after = described(orders()), described(frame)
    changed = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    print(changed or "Everything is as it was.")
    return changed


def described(frame: pd.DataFrame) -> dict[str, str]:
    return {
        "item": str(frame["item"].dtype),
        "quantity": f"{frame['quantity'].dtype}, {frame['quantity'].isna().sum()} missing",
        "price": f"{frame['price'].dtype}, {frame['price'].sum():.2f}",
        "size": f"{type(frame['size'].iloc[0]).__name__}",
        "zone": str(frame.index.tz),
        "frequency": str(frame.index.freq),
        "attrs": str(frame.attrs),
    }


@task(multiple_outputs=False)
def look_at_pickling() -> dict[str, Any]:
    """The first bytes say what a file is: PAR1 is Parquet. A pickle would begin with 0x80."""
    import pandas as pd

    row: Any = BaseXCom.serialize_value(plain_orders())
    values = {
        "a Series": pd.Series([1, 2]),
        "an Index": pd.Index([1, 2]),
        "numbers and texts in a column": pd.DataFrame({"size": [38, "XL"]}),
        "two columns of one name": pd.DataFrame([[1, 2]], columns=["size", "size"]),
        "a function in a cell": pd.DataFrame({"rule": [print]}),
    }
    return {
        "written as": bytes.fromhex(row["__data__"])[:4].decode(),
        "by default": {name: tried(BaseXCom, value) for name, value in values.items()},
        "by the toolkit": {name: tried(ToolkitXComBackend, value) for name, value in values.items()},
    }


def tried(backend: type[BaseXCom], value: Any) -> str:
    try:
        backend.serialize_value(value)
    except Exception as error:
        return type(error).__name__
    return "taken"


@task(multiple_outputs=False)
def weigh(ti: Any = None) -> dict[str, Any]:
    frame = plain_orders()
    sizes = {"memory": {"value": int(frame.memory_usage(index=True, deep=True).sum())}}
    for backend in (BaseXCom, ToolkitXComBackend, ParquetXCom):
        at = {"key": backend.__name__, "dag_id": ti.dag_id, "task_id": ti.task_id, "run_id": ti.run_id}
        backend.set(value=frame, **at)
        sizes[backend.__name__] = measured(ToolkitXComBackend.get_row(**at))
        backend.delete(**at)
    try:
        LimitedXCom.serialize_value(frame)
    except ValueTooLargeError as error:
        return {**sizes, "refused": f"{type(error).__name__}, {error.limit} bytes allowed"}
    raise AssertionError("the frame is larger than the limit")


def measured(row: Any) -> dict[str, int]:
    """The toolkit's row says how large its object is."""
    body = row["__data__"]["body"] if "Envelope" in row["__classname__"] else None
    return {"row": len(json.dumps(row)), "object": body["size"] if body else 0}


@task(multiple_outputs=False)
def summarize(frame: pd.DataFrame) -> dict[str, float]:
    prices = frame.groupby("item", observed=True)["price"].mean()
    return {str(item): round(float(price), 2) for item, price in prices.items()}


@dag(
    "07_02_03_xcom_with_pandas_dataframes",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_with_pandas_dataframes() -> None:
    frame = load_orders()
    compare(frame)
    summarize(frame)
    look_at_pickling()
    weigh()


xcom_with_pandas_dataframes()
