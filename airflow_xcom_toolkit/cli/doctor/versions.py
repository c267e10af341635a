"""The check ``versions``: what is installed, what Airflow sees of it, and which extras are there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Any

from ... import __version__
from .finding import Finding, failed, named, note, ok, warning
from .here import Here

PACKAGE = "airflow-xcom-toolkit"
SHOWN = (
    *("apache-airflow-core", "apache-airflow-task-sdk", "apache-airflow-providers-common-io", "fsspec", "cryptography"),
    *("numpy", "pandas", "pyarrow", "polars", "zstandard", "lz4", "s3fs", "gcsfs", "adlfs"),
)
BRINGS = {
    "numpy": "arrays",
    "pyarrow": "Arrow tables",
    "pandas": "DataFrames and Series",
    "polars": "polars frames",
    "zstd": "compression with zstd",
    "lz4": "compression with lz4",
    "snappy": "compression with snappy",
    "s3": "stores on S3",
    "gcs": "stores on GCS",
    "azure": "stores on Azure Blob",
}
SCHEMES = {
    **dict.fromkeys(("s3", "s3a"), "s3"),
    **dict.fromkeys(("gs", "gcs"), "gcs"),
    **dict.fromkeys(("abfs", "abfss", "adl"), "azure"),
}
"""The extra that a store needs."""


def check(here: Here) -> Iterator[Finding]:
    yield _versions()
    yield from _provider()
    yield from _needed()
    yield from _extras()


def _versions() -> Finding:
    found = {PACKAGE: __version__, "python": ".".join(map(str, sys.version_info[:3]))}
    found |= {name: have for name in SHOWN if (have := installed(name))}
    return ok(", ".join(f"{name} {have}" for name, have in found.items()), versions=found)


def installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _provider() -> Iterator[Finding]:
    """Without it, ``airflow config list`` and the commands do not know the toolkit; the backends work all the same."""
    try:
        from airflow.providers_manager import ProvidersManager

        manager: Any = ProvidersManager()  # type: ignore[no-untyped-call]
        seen = PACKAGE in manager.providers
        configs = {name for name, _ in manager.provider_configs}
    except Exception as e:
        yield warning(f"Airflow's provider manager does not answer ({named(e)}).", _REINSTALL)
        return
    if not seen:
        yield warning(f"Airflow does not see the provider {PACKAGE}.", _REINSTALL)
    elif PACKAGE not in configs:
        yield warning("Airflow sees the provider, and none of its options.", _REINSTALL)
    else:
        yield ok("Airflow sees the provider and its options.")


_REINSTALL = (
    f"Install the wheel with pip where Airflow itself is: pip install {PACKAGE}; then: airflow providers get {PACKAGE}"
)


@dataclass(frozen=True)
class Need:
    """A package that the toolkit, or one of its extras, needs; ``has`` is the version that is there."""

    extra: str
    package: str
    wanted: str
    has: str | None
    fits: bool


def needs() -> list[Need]:
    """As the installed package declares them."""
    from packaging.requirements import Requirement

    found = []
    for text in requires(PACKAGE) or []:
        need = Requirement(text)
        extra = next((extra for extra in ("", *BRINGS) if _applies(need, extra)), None)
        if extra is not None:
            has = installed(need.name)
            fits = has is not None and need.specifier.contains(has, prereleases=True)
            extras = [extra] if not extra else [one for one in BRINGS if _applies(need, one)]
            found += [Need(one, need.name, str(need.specifier), has, fits) for one in extras]
    return found


def _applies(need: object, extra: str) -> bool:
    marker = getattr(need, "marker", None)
    return marker is None if not extra else marker is not None and marker.evaluate({"extra": extra})


def _needed() -> Iterator[Finding]:
    wrong = [need for need in needs() if not need.extra and not need.fits]
    for need in wrong:
        have = f"is {need.has}" if need.has else "is not installed"
        yield failed(
            f"{need.package} {have}, and has to be {need.wanted}.", f"pip install '{need.package}{need.wanted}'"
        )
    if not wrong:
        yield ok("Airflow and what the toolkit needs are of versions that go with it.")


def _extras() -> Iterator[Finding]:
    by_extra: dict[str, list[Need]] = {extra: [] for extra in BRINGS}
    for need in needs():
        if need.extra:
            by_extra[need.extra].append(need)
    for extra, found in by_extra.items():
        for need in found:
            if need.has and not need.fits:
                yield warning(
                    f"{need.package} {need.has} is older than what was tested, which is {need.wanted}.",
                    f"pip install '{PACKAGE}[{extra}]'",
                )
    missing = [extra for extra, found in by_extra.items() if not all(need.has for need in found)]
    present = [extra for extra, found in by_extra.items() if found and extra not in missing]
    yield ok(f"Extras that are here: {', '.join(present) or 'none'}.", present=present, missing=missing)
    if missing:
        yield note(
            "Not here: " + ", ".join(f"{extra} ({BRINGS[extra]})" for extra in missing) + ".",
            f"What a task here pushes or pulls is needed: pip install '{PACKAGE}[{','.join(missing)}]'",
        )
