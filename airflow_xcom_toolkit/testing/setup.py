"""How a backend is configured for one test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

KEY = "Y29udHJhY3Qta2V5LW9mLXRoZS10ZXN0LXN1aXRlLTE="
OTHER_KEY = "Y29udHJhY3Qta2V5LW9mLXRoZS10ZXN0LXN1aXRlLTI="
"""Fernet keys that protect nothing: they are here for all to see."""


@dataclass(frozen=True)
class Setup:
    """What a test asks of the configuration.

    ``store``: the URL below which objects go. ``threshold`` in bytes: larger values become objects; 0: all do;
    ``None``: none does. ``keys``: Fernet keys, the first encrypts; none: nothing is encrypted. ``allowed``: what goes
    to ``[core] allowed_deserialization_classes``. ``compression``: of objects, by fsspec's name for it. ``options``:
    of ``[xcom_toolkit]``, by name.
    """

    store: str
    threshold: int | None = None
    keys: tuple[str, ...] = ()
    allowed: str = "airflow.*"
    compression: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """The variables that the toolkit's and the stock backends read this from."""
        return {
            "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH": self.store,
            "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_THRESHOLD": str(-1 if self.threshold is None else self.threshold),
            "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_COMPRESSION": self.compression,
            "AIRFLOW__CORE__ALLOWED_DESERIALIZATION_CLASSES": self.allowed,
            "AIRFLOW__XCOM_TOOLKIT__FERNET_KEYS": ",".join(self.keys),
            **{f"AIRFLOW__XCOM_TOOLKIT__{name.upper()}": value for name, value in self.options.items()},
        }
