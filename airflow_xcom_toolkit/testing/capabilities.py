"""What a backend can do, and why it cannot do the rest: tests of what it cannot are reported as not applicable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Union

CAPABILITIES = {
    "offloads": "values larger than the threshold become objects",
    "inlines": "values below the threshold stay in the row",
    "encrypts": "with keys, rows and objects are encrypted",
    "plain": "without keys, rows and objects are not encrypted",
    "uses_fsspec": "objects go through Airflow's ObjectStoragePath, so that faults can be put beneath",
    "rolls_back": "Airflow's own backends read its rows, with one line of configuration",
    "reads_toolkit_rows": "rows that releases of the toolkit wrote are read",
    "reads_stock_rows": "rows that the stock XComObjectStorageBackend wrote are read, with their objects",
}
"""Name → what a backend that has it does."""


@dataclass(frozen=True)
class Missing:
    """A capability that a backend does not have. ``reason`` is shown beside each test that is not applicable."""

    reason: str

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError('Say why the backend does not have it: no("every value stays in the row")')

    def __bool__(self) -> Literal[False]:
        return False


Capability = Union[Literal[True], Missing]


def no(reason: str) -> Missing:
    """Says that a backend does not have a capability, and why: ``offloads = no("every value stays in the row")``."""
    return Missing(reason)


def capability(contract: type, name: str) -> Capability:
    """What ``contract`` says of ``name``; else what is known of the toolkit's backend under test; else it has it.

    Raises `TypeError` for what is neither ``True`` nor `no` of a reason.
    """
    said = getattr(contract, name)
    if said is None:
        said = next((known[name] for known in _known(contract) if name in known), True)
    if said is True or isinstance(said, Missing):
        return said
    raise TypeError(f'{contract.__qualname__}.{name} is {said!r}; it is to be True, or no("the reason")')


def is_of_the_toolkit(backend: type) -> bool:
    """Whether ``backend`` is one of the toolkit's, or derives from one."""
    return bool(_of_the_toolkit(backend))


def _of_the_toolkit(backend: type) -> list[type]:
    return [cls for cls in backend.__mro__ if cls.__module__ == "airflow_xcom_toolkit.backends"]


def _known(contract: Any) -> list[dict[str, Missing]]:
    return [_TOOLKIT.get(cls.__name__, {}) for cls in _of_the_toolkit(contract.backend)]


_IN_THE_ROW = "{} keeps every value in the row"
_NOT_ENCRYPTED = "{} does not encrypt"


def _rows_only(name: str) -> dict[str, Missing]:
    return {"offloads": no(_IN_THE_ROW.format(name)), "uses_fsspec": no(_IN_THE_ROW.format(name))}


def _without_encryption(name: str) -> dict[str, Missing]:
    return {"encrypts": no(_NOT_ENCRYPTED.format(name))}


_TOOLKIT: dict[str, dict[str, Missing]] = {
    "SerdeXComBackend": {**_rows_only("SerdeXComBackend"), **_without_encryption("SerdeXComBackend")},
    "VersionedXComBackend": {**_rows_only("VersionedXComBackend"), **_without_encryption("VersionedXComBackend")},
    "FernetXComBackend": {
        **_rows_only("FernetXComBackend"),
        "plain": no("FernetXComBackend encrypts every value"),
    },
    "ThresholdXComBackend": _without_encryption("ThresholdXComBackend"),
}
"""What the toolkit's own backends do not do; a class that derives from one and does it says so: ``offloads = True``."""
