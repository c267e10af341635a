"""Pushes a DataFrame as a task would, pulls it, and deletes it: with the configuration, the keys and the rights of the
place where it is run. No task, no dag and no database is needed."""

from types import SimpleNamespace

import pandas as pd
from airflow.sdk.execution_time.xcom import XCom

frame = pd.DataFrame({"id": range(1000), "city": pd.Categorical(["Oslo", "Lyon"] * 500)})
at = {"dag_id": "check_store", "run_id": "by_hand", "task_id": "check", "map_index": -1, "key": "return_value"}

print(f"backend    {XCom.__module__}.{XCom.__qualname__}")
row = XCom.serialize_value(frame, **at)
xcom = SimpleNamespace(value=row)
told = XCom.describe_row(row)
print(f"pushed     {told.type} {told.summary}, encrypted: {told.encrypted}")
print(f"object     {told.location and told.location.url}, {told.size} bytes")

pd.testing.assert_frame_equal(XCom.deserialize_value(xcom), frame)
print("pulled     equal")

XCom.purge(xcom)
try:
    XCom.deserialize_value(xcom)
except OSError as e:
    print(f"deleted    a pull is now a {type(e).__name__}")
else:
    raise SystemExit("The value is in its row, not in an object: xcom_objectstorage_threshold is not 0 here.")
