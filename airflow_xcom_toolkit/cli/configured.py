"""The options that commands work with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from ..settings import Settings


def settings_here() -> Settings:
    """Those of the backend that Airflow has here; of the options alone, where that is none of the toolkit's.

    A deployment that went back to another backend still has what the toolkit left.
    """
    from ..backends import configured
    from ..settings import current

    try:
        backend = configured()
    except ConfigurationError:
        return current()
    return backend.settings()


def store_urls(settings: Settings) -> Mapping[str, str]:
    """The base URL of each store, that which is written to first. Raises `ConfigurationError` where there is none."""
    from ..placement import DEFAULT_STORE

    urls = {**({DEFAULT_STORE: settings.path} if settings.path else {}), **settings.stores}
    if not urls:
        problem = "it is not set, and there are no [xcom_toolkit] stores"
        raise ConfigurationError("common.io.xcom_objectstorage_path", problem)
    return urls
