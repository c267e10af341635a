"""The check ``connection``: those in the paths of the stores, and whether they can be had here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from .finding import Blocked, Finding, failed, named, note, ok, skipped, warning
from .here import Here
from .versions import SCHEMES

TYPES = {
    "s3": ("aws",),
    "gcs": ("google_cloud_platform",),
    "azure": ("wasb", "adls", "azure_data_lake"),
}
"""The types of connections that a store takes, by its extra."""


def check(here: Here) -> Iterator[Finding]:
    stores = {"default": here.settings.path, **here.settings.stores}
    remote = {name: url for name, url in stores.items() if urlsplit(url).scheme not in ("", "file", "local")}
    if not remote:
        yield skipped("No store needs a connection: " + ("all are local." if here.settings.path else "there is none."))
    elif here.is_unusable:
        raise Blocked("Airflow looks up no connection while its backend cannot be imported: see the check backend.")
    with suppress(Blocked):
        here.rows  # noqa: B018  # Connections in the metadata database, where there is one, are found from now on.
    for name, url in remote.items():
        yield _of_store(here, name, url)
    if api := here.settings.api_conn_id:
        yield _found(here, api, "api_conn_id", ("http",))


def _of_store(here: Here, name: str, url: str) -> Finding:
    parts = urlsplit(url)
    conn_id, at, _ = parts.netloc.rpartition("@")
    if not at:
        return note(
            f"The path of the store {name!r} names no connection: {parts.scheme} uses what the machine or pod has.",
            f"To use one, put its id before the bucket: {parts.scheme}://CONN_ID@{parts.netloc}{parts.path}",
        )
    return _found(here, conn_id, f"the store {name!r}", TYPES.get(SCHEMES.get(parts.scheme, ""), ()))


def _found(here: Here, conn_id: str, whose: str, types: tuple[str, ...]) -> Finding:
    try:
        connection = find(conn_id)
    except Exception as e:
        return failed(f"The connection {conn_id!r} of {whose} cannot be had here ({named(e)}).", _remedy(conn_id))
    here.redaction.hide_connection(connection)
    data = {"conn_id": conn_id, "conn_type": connection.conn_type}
    if types and connection.conn_type not in types:
        return warning(
            f"The connection {conn_id!r} of {whose} is of type {connection.conn_type}, not {' or '.join(types)}.",
            f"Give it the type {types[0]}.",
            **data,
        )
    secret = "with a password" if connection.password else "without a password"
    return ok(f"The connection {conn_id!r} of {whose} is here: type {connection.conn_type}, {secret}.", **data)


def _remedy(conn_id: str) -> str:
    variable = f"AIRFLOW_CONN_{conn_id.upper()}"
    return (
        f"Set {variable} in this environment, or put it into the secrets backend that workers ask. A connection that "
        f"only the metadata database has is given to running tasks by the API server, and not to this command where "
        f"that database is not: set {variable} for it."
    )


def find(conn_id: str) -> Any:
    """The connection, as hooks find it. Raises what that raises."""
    sdk: Any = import_module("airflow.sdk")
    hook = getattr(sdk, "BaseHook", None) or import_module("airflow.hooks.base").BaseHook  # Airflow 3.0 has it there.
    return hook.get_connection(conn_id)
