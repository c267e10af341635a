"""Writing the golden rows of a backend's release, once."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from ..base import FORMS, Contract
from ..capabilities import capability
from ..database.stand_in import Supervisor
from ..same import assert_same
from ..setup import Setup
from ..xcoms import XComs
from . import GoldenRow
from .values import VALUES, Golden

ALLOWED = "airflow.* airflow_xcom_toolkit.testing.classes.*"


def written(contract: type[Contract], folder: Path) -> dict[str, str]:
    """Writes a file for each form that the backend has. What became of each value, by its name.

    What is refused, or does not come back as it was pushed, is left out. Raises `ValueError` where nothing is left.
    """
    said: dict[str, str] = {}
    files = {form: _rows(contract(), form, said) for form in FORMS if _has(contract, form)}
    if not any(files.values()):
        raise ValueError("no value comes back as it was pushed")
    folder.mkdir(parents=True)
    for form, rows in files.items():
        text = json.dumps(rows, indent=1, allow_nan=False, ensure_ascii=True)
        (folder / file_name(form)).write_text(text + "\n", encoding="ascii")
    return said


def file_name(form: str) -> str:
    """The file of a form: ``encrypted in the row`` is in ``encrypted-in-the-row.json``."""
    return f"{form.replace(' ', '-')}.json"


def _has(contract: type[Contract], form: str) -> bool:
    return all(capability(contract, name) for name in FORMS[form][0])


def _rows(test: Contract, form: str, said: dict[str, str]) -> dict[str, Any]:
    rows = {}
    with _deployed(test, form) as xcoms:
        for name, golden in VALUES.items():
            row, said[name] = _row(xcoms, golden)
            if row is not None:
                rows[name] = row.to_json(test.url)
    return rows


def _row(xcoms: XComs, golden: Golden) -> tuple[GoldenRow | None, str]:
    if golden.missing:
        return None, f"left out, for want of {golden.missing}"
    before = xcoms.objects.list_objects()
    try:
        row = xcoms.push(golden.make())
        found = GoldenRow(row, {key: data for key, data in xcoms.stored().items() if key not in before})
        assert_same(xcoms.pull(), golden.make())
        xcoms.delete()
    except Exception as e:
        return None, f"left out: {type(e).__name__}: {e}"
    return found, "written"


@contextmanager
def _deployed(test: Contract, form: str) -> Iterator[XComs]:
    """The backend in a form, over the environment as it is, with a database and a folder of its own."""
    from tempfile import TemporaryDirectory

    before = dict(os.environ)
    supervisor = Supervisor()
    with TemporaryDirectory() as folder, supervisor.installed():
        test.url = f"{test.store.rstrip('/')}/{uuid4().hex}" if test.store else f"file://{folder}/store"
        setup = Setup(store=test.url, allowed=ALLOWED, **FORMS[form][1])
        os.environ.update(test.environment(setup))
        test.forget()
        try:
            yield XComs(test.backend, supervisor, test, setup)
        finally:
            os.environ.clear()
            os.environ.update(before)
            test.forget()
