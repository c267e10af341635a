"""What tasks push on each database: every value of the contract, in each form that a stored value may have."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from airflow_xcom_toolkit import backends, compat
from airflow_xcom_toolkit.testing.base import FORMS
from airflow_xcom_toolkit.testing.setup import Setup
from airflow_xcom_toolkit.testing.values import EXAMPLES

PLAIN_ROW = "in the row"


def cases(form: str) -> dict[str, Any]:
    """The values anew, by the keys of their XComs.

    In the plain row each is by itself, for there a database sees it. Behind a token or a reference to an object it sees
    nothing of them: the values of a family go together, nested in a dict.
    """
    if form == PLAIN_ROW:
        return {f"{form}: {name}": example.make() for name, example in EXAMPLES.items()}
    return {f"{form}: {family}": values for family, values in _families().items()}


def keys(form: str) -> set[str]:
    """The keys of these XComs."""
    names = EXAMPLES if form == PLAIN_ROW else {example.family for example in EXAMPLES.values()}
    return {f"{form}: {name}" for name in names}


def _families() -> Mapping[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, example in EXAMPLES.items():
        found.setdefault(example.family, {})[name] = example.make()
    return found


def configure(form: str) -> None:
    """From here on, the backend of this process gives its rows that form."""
    store = os.environ["AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH"]
    os.environ.update(Setup(store, **FORMS[form][1]).environment())
    backends.forget()
    compat.forget_options()
