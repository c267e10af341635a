"""The backend and the options of this deployment, and variants of it that differ in one thing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from ...errors import ConfigurationError
from ..arguments import class_at
from ..command import UsageError

PATH = "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH"
THRESHOLD = "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_THRESHOLD"
COMPRESSION = "AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_COMPRESSION"
OWN_THRESHOLD = 100_000


@dataclass(frozen=True)
class Deployment:
    """``backend`` is the class as configured. ``environment`` is that of other processes of the benchmark."""

    backend: Any
    environment: Mapping[str, str] = field(repr=False)
    notes: tuple[str, ...] = ()

    @classmethod
    def found(cls, name: str | None = None, path: str | None = None) -> Deployment:
        """What is configured; with another backend, another path. Raises `UsageError`."""
        import_module("airflow")  # It imports the configured backend as it starts; let that end before ours begins.
        if path:
            os.environ[PATH] = path
        notes = _set_threshold()
        try:
            backend = _named(name) if name else import_module("airflow_xcom_toolkit.backends").configured()
            found = cls(backend, dict(os.environ), notes)
            found.check()
        except ConfigurationError as e:
            raise UsageError(f"{e}\n{_ADVICE}") from e
        return found

    def check(self) -> None:
        if not self.settings.path:
            problem = "it is not set, and the benchmark needs a place to write to"
            raise ConfigurationError("common.io.xcom_objectstorage_path", problem)
        self.pipeline()

    @property
    def settings(self) -> Any:
        return self.backend.settings()

    @property
    def name(self) -> str:
        return f"{self.backend.__module__}.{self.backend.__qualname__}"

    def pipeline(self) -> Any:
        """Anew: what `Backend.pipeline` gives is made of the settings."""
        return self.backend.pipeline()

    @property
    def store(self) -> Any:
        """Where objects go, as Airflow opens it."""
        from airflow.sdk import ObjectStoragePath

        return ObjectStoragePath(self.settings.path)

    @property
    def scheme(self) -> str:
        return urlsplit(self.settings.path).scheme or "file"

    @property
    def offloads(self) -> bool:
        return self.pipeline().placement.threshold is not None

    @property
    def is_plain(self) -> bool:
        """Whether it neither compresses nor encrypts."""
        return self.pipeline().encryption is None and not self.compression

    @property
    def compression(self) -> str | None:
        """A method, or ``auto``, which a pipeline knows by no name."""
        return self.pipeline().compression.name or (self.settings.compression if self.offloads else None)

    def describe(self) -> dict[str, Any]:
        """For a reader of the results; no path, no connection, no key."""
        settings, pipeline = self.settings, self.pipeline()
        return {
            "backend": self.name,
            "store": self.scheme,
            "threshold": pipeline.placement.threshold,
            "compression": self.compression,
            "encrypts": pipeline.encryption is not None,
            "dataframe_format": settings.dataframe_format,
            "storage_attempts": settings.storage_attempts,
            "read_cache": bool(getattr(settings, "cache_dir", "")),
            "notes": list(self.notes),
        }

    # Variants ----------------------------------------------------------------------------------------------------

    def plain(self, compression: str | None = None) -> Any:
        """The backend without encryption; compressing with ``compression`` alone."""
        from ...compression import Compression

        return _variant(self.backend, encryption=None, compression=Compression(compression))

    def encrypted(self) -> Any:
        """The backend with encryption alone, under a key of this process."""
        from cryptography.fernet import Fernet

        from ...compression import Compression
        from ...encryption import FernetEncryption, KeyRing

        ring = KeyRing([Fernet.generate_key().decode()])
        encryption = FernetEncryption(lambda: ring)
        return _variant(
            self.backend, encryption=encryption, decryption=lambda: encryption, compression=Compression(None)
        )

    def with_settings(self, **changes: Any) -> Any:
        """The backend with other options, and neither encryption nor compression."""
        changed = replace(self.settings, **changes)

        class Changed(self.plain()):  # type: ignore[misc]
            @classmethod
            def settings(cls) -> Any:
                return changed

        return Changed


def _variant(backend: Any, **stages: Any) -> Any:
    """A backend whose pipeline has other stages."""

    class Variant(backend):  # type: ignore[misc]
        @classmethod
        def pipeline(cls) -> Any:
            return replace(super().pipeline(), **stages)

    return Variant


def _set_threshold() -> tuple[str, ...]:
    """A threshold for this run where values would all stay in their rows."""
    settings = import_module("airflow_xcom_toolkit.settings")
    settings.current.cache_clear()
    if settings.current().threshold >= 0:
        return ()
    os.environ[THRESHOLD] = str(OWN_THRESHOLD)
    settings.current.cache_clear()
    return (f"xcom_objectstorage_threshold is not set here; for this run it is {OWN_THRESHOLD}",)


def _named(path: str) -> Any:
    found = class_at("--backend", path)
    if not isinstance(found, type) or not hasattr(found, "load_row"):
        raise UsageError(f"--backend: {path} is none of the toolkit's backends, nor a subclass of one")
    return found


_ADVICE = (
    "To measure without changing the configuration: --backend airflow_xcom_toolkit.ToolkitXComBackend names a backend, "
    "and --path file:///tmp/xcom-bench a store."
)
