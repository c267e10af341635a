"""An object store that runs here, as Airflow reaches it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from unittest import mock


@dataclass(frozen=True)
class Store:
    """A bucket or container of a server on this machine. Nothing but the environment is needed to reach it.

    ``path`` is what ``[common.io] xcom_objectstorage_path`` is set to: a connection of Airflow's, a bucket, a prefix.
    ``connect`` makes the URI or JSON of that connection for an endpoint.
    """

    name: str
    path: str
    endpoint: str
    connection_id: str
    connect: Callable[[str], str]
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that a process needs to reach it."""
        return {f"AIRFLOW_CONN_{self.connection_id.upper()}": self.connect(self.endpoint), **self.settings}

    def through(self, endpoint: str) -> Store:
        """The same store, by way of a proxy at ``endpoint``."""
        return replace(self, endpoint=endpoint)

    def by_another_connection(self, name: str, **extra: Any) -> Store:
        """The same store by a connection for this server alone: Airflow keeps the file system of each that it saw."""

        def connect(endpoint: str) -> str:
            made = json.loads(self.connect(endpoint))
            return json.dumps({**made, "extra": {**made["extra"], **extra}})

        own = f"{name}_{self.endpoint.rpartition(':')[2]}_{self.connection_id}"
        path = self.path.replace(f"{self.connection_id}@", f"{own}@")
        return replace(self, connection_id=own, path=path, connect=connect)

    @contextmanager
    def reachable(self) -> Iterator[Store]:
        """While this is open, this process and those that it starts reach the store."""
        with mock.patch.dict(os.environ, self.environment):
            yield self
