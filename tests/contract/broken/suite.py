"""The contract, for each broken backend and for each whole one. Most of it is to fail, so pytest is not to find this by
itself: `tests.contract.broken.running` runs it."""

from __future__ import annotations

from typing import Any

from airflow_xcom_toolkit.testing import XComBackendContract

from .faults import FAULTS
from .registry import Fault

WANTED: dict[str, list[Fault]] = {fault.name: [fault] for fault in FAULTS}
"""Which tests each class runs: those that are to reject one of the faults."""


def _contract(name: str, backend: Any, **overrides: Any) -> type[XComBackendContract]:
    return type(name, (XComBackendContract,), {"backend": backend, "__module__": __name__, **overrides})


for _fault in FAULTS:
    globals()[_fault.name] = _contract(_fault.name, _fault.backend, **_fault.capabilities)
    if _fault.parent is not None:
        _name = f"TestWhole{_fault.parent.__name__}"
        globals()[_name] = _contract(_name, _fault.parent)
        WANTED.setdefault(_name, []).append(_fault)
