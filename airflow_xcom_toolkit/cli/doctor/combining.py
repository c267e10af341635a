"""Options that do not go together, each of which is fine by itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

from ...compression import AUTO
from .finding import Finding, note, ok, warning
from .here import TOOLKIT, Here

_ON_ONE_HOST = ("LocalExecutor", "SequentialExecutor", "DebugExecutor")


def combinations(here: Here) -> Iterator[Finding]:
    yield from _offloading(here)
    yield from _path(here)
    yield from _encrypting(here)
    yield from _compressing(here)


def _offloading(here: Here) -> Iterator[Finding]:
    settings, name = here.settings, here.backend.__name__
    if not here.can_offload:
        if settings.threshold >= 0:
            yield warning(
                f"{name} keeps every value in its row, and xcom_objectstorage_threshold = {settings.threshold} is not "
                "looked at.",
                f"To offload, set [core] xcom_backend = {TOOLKIT}.",
            )
        return
    if settings.threshold < 0:
        yield warning(
            "No value leaves its row: xcom_objectstorage_threshold is not set"
            + (", though there is a path." if settings.path else ", nor is a path."),
            "Set [common.io] xcom_objectstorage_path and xcom_objectstorage_threshold, in bytes: larger values are "
            "offloaded; 0 is all of them.",
        )
        return
    yield ok(f"Values above {settings.threshold:,} bytes go to the store.")


def _path(here: Here) -> Iterator[Finding]:
    for name, url in {"default": here.settings.path, **here.settings.stores}.items():
        parts = urlsplit(url)
        if not url:
            continue
        if parts.scheme in ("file", "local") and parts.netloc:
            yield _relative(name, url, f"{parts.scheme}:///{parts.netloc}{parts.path}")
        elif not parts.scheme:
            yield _relative(name, url, f"file://{os.path.abspath(url)}")
        elif parts.scheme in ("file", "local"):
            yield from _on_one_host(name)


def _relative(name: str, url: str, better: str) -> Finding:
    return warning(
        f"The path of the store {name!r}, {url}, is no absolute URL; what it is depends on who asks, and from where.",
        f"For a local folder, write three slashes: {better}",
    )


def _on_one_host(name: str) -> Iterator[Finding]:
    from ...compat import conf

    executors = str(conf.get("core", "executor", fallback=""))
    if any(not one.strip().endswith(_ON_ONE_HOST) for one in executors.split(",") if one.strip()):
        yield warning(
            f"The store {name!r} is a local folder, and with {executors} tasks run on several hosts.",
            "Each of them needs the same folder there (NFS, EFS, a shared volume); otherwise use an object store.",
        )


def _encrypting(here: Here) -> Iterator[Finding]:
    name = here.backend.__name__
    if here.pipeline.encryption is not None:
        yield ok(f"{name} encrypts; a row that is not encrypted is met with: {here.settings.plaintext_rows}.")
        if here.settings.plaintext_rows == "reject":
            yield note(
                "plaintext_rows = reject also refuses XComs that are set through the REST API, by tasks in other "
                "languages, and by workers without a key."
            )
    elif here.settings.has_keys:
        yield warning(
            f"There are keys, and {name} does not encrypt: what is pushed is readable in the database and the store.",
            f"Set [core] xcom_backend = {TOOLKIT}, or remove the keys.",
        )
    else:
        yield note("Nothing is encrypted: there is no key.", "airflow xcom-toolkit keygen makes one.")


def _compressing(here: Here) -> Iterator[Finding]:
    if here.settings.compression == AUTO and here.can_offload:
        yield note(
            "xcom_objectstorage_compression = auto is the toolkit's own.",
            "Before a roll back to Airflow's XComObjectStorageBackend, which fails with it, set a method such as gzip.",
        )
