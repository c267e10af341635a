"""What ran the benchmark: the machine and the versions. Nothing that identifies a host."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = (
    *("apache-airflow-core", "apache-airflow-providers-common-io", "numpy", "pandas", "pyarrow", "cryptography"),
    *("zstandard", "lz4", "fsspec", "s3fs", "boto3", "gcsfs", "adlfs"),
)


def describe() -> dict[str, Any]:
    """CPU, cores that this process may use, memory in bytes, operating system, Python."""
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory": min(_memories(), default=0),
        "os": _system(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def versions() -> dict[str, str]:
    """Of what is installed of what matters for the numbers."""
    found = {}
    for name in PACKAGES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def available_memory() -> int:
    """Bytes that can be had now, in this container."""
    limit, used = _cgroup("memory.max"), _cgroup("memory.current")
    free = int(import_module("psutil").virtual_memory().available)
    return free if limit is None or used is None else min(free, limit - used)


def _cpu() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return f"{line.partition(':')[2].strip()} ({platform.machine()})"
    return platform.processor() or platform.machine()


def _memories() -> Iterator[int]:
    yield int(import_module("psutil").virtual_memory().total)
    if limit := _cgroup("memory.max"):
        yield limit


def _cgroup(name: str) -> int | None:
    with suppress(OSError, ValueError):
        return int(Path(f"/sys/fs/cgroup/{name}").read_text())
    return None


def _system() -> str:
    with suppress(OSError, AttributeError):
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, {platform.system()}"
    return f"{platform.system()} {platform.release()}"
