"""Reads the rows in a JSON file with the configured backend, and says which backend that is."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

from airflow.sdk.execution_time.xcom import XCom

from airflow_xcom_toolkit.testing.same import assert_same
from tests.integration.foreign import FOREIGN
from tests.integration.scripts import answer

if __name__ == "__main__":
    rows = json.loads(Path(sys.argv[1]).read_text())
    for name, row in rows.items():
        assert_same(XCom.deserialize_value(SimpleNamespace(value=row)), FOREIGN[name](), name)
    answer({"backend": XCom.__name__, "read": sorted(rows)})
