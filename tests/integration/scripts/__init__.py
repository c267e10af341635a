"""Programs that tests run in an Airflow of their own. Each gives one answer."""

from __future__ import annotations

import json
from typing import Any

MARK = "ANSWER: "
"""Airflow logs to the standard output, before and after."""


def answer(found: Any) -> None:
    """Prints what ``run_script`` returns."""
    print(f"\n{MARK}{json.dumps(found)}")
