"""What this deployment has configured, whichever backend that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from ...allow_list import is_allowed
from ...compat import conf
from ...envelope import CLASSNAME
from ...errors import XComToolkitError
from ...placement import DEFAULT_STORE
from ...settings import Settings, current

BASE, STOCK, TOOLKIT, OTHER = "Airflow's own", "stock object storage", "toolkit", "another"


@dataclass(frozen=True)
class Configured:
    """``kind`` is one of the four above. ``keys`` are for their ids; ``None`` where there are none to be had."""

    backend: str
    kind: str
    path: str
    threshold: int
    stores: Mapping[str, str]
    encrypts: bool
    reads_envelopes: bool = True
    keys: Any = field(default=None, repr=False)

    @classmethod
    def found(cls) -> Configured:
        """Raises `ConfigurationError` for an option that cannot be used."""
        name = str(conf.get("core", "xcom_backend", fallback="")).strip()
        backend = _imported(name)
        kind = _kind(backend)
        settings: Settings = backend.settings() if kind == TOOLKIT else current()
        return cls(
            backend=name,
            kind=kind,
            path=settings.path,
            threshold=settings.threshold,
            stores={**settings.stores, **({DEFAULT_STORE: settings.path} if settings.path else {})},
            encrypts=kind == TOOLKIT and backend.pipeline().encryption is not None,
            reads_envelopes=kind == TOOLKIT or is_allowed(CLASSNAME),
            keys=_keys(settings),
        )

    def has_key(self, key_id: str) -> bool | None:
        """Whether it is here; ``None`` where nobody can tell."""
        return None if self.keys is None else key_id in self.keys

    def to_json(self) -> dict[str, Any]:
        """For a reader of the report: no path, no key."""
        names = ("backend", "kind", "threshold", "encrypts", "reads_envelopes")
        scheme = self.path.partition("://")[0] if self.path else None
        return {**{name: getattr(self, name) for name in names}, "store": scheme, "stores": sorted(self.stores)}


def _imported(name: str) -> Any:
    """The class, or ``None``: a backend that cannot be imported here does not keep its rows from being counted."""
    module, _, attribute = name.rpartition(".")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError):
        return None


def _kind(backend: Any) -> str:
    from airflow.providers.common.io.xcom.backend import XComObjectStorageBackend
    from airflow.sdk.bases.xcom import BaseXCom

    from ...abc import Backend

    if backend is BaseXCom:
        return BASE
    if not isinstance(backend, type):
        return OTHER
    if issubclass(backend, Backend):
        return TOOLKIT
    return STOCK if issubclass(backend, XComObjectStorageBackend) else OTHER


def _keys(settings: Settings) -> Any:
    """An audit needs none: where they cannot be had, it does not say which are here."""
    try:
        return settings.keys if settings.has_keys else None
    except XComToolkitError:
        return None
