"""The memory that some work takes, at its peak, beyond what the process had before."""

from __future__ import annotations

import ctypes
import gc
import resource
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

BY_KERNEL = "VmHWM of /proc/self/status, which starts anew with each measurement"
BY_RUSAGE = "getrusage; memory that was held before and given back hides as much of it"

_CLEAR_REFS = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")


def peak_of(call: Callable[[], Any]) -> tuple[int, Any]:
    """Bytes beyond what was resident, and what ``call`` gave."""
    _give_back_what_is_free()
    exact = _peak_starts_anew()
    before = _status("VmRSS") if exact else _highest_ever()
    result = call()
    after = _status("VmHWM") if exact else _highest_ever()
    return max(0, after - before), result


def method() -> str:
    """How it is measured on this machine."""
    return BY_KERNEL if _peak_starts_anew() else BY_RUSAGE


def _give_back_what_is_free() -> None:
    """To the system: free memory that the process keeps would be used again, and hide as much of what is needed."""
    gc.collect()
    if pyarrow := sys.modules.get("pyarrow"):
        pyarrow.default_memory_pool().release_unused()
    with suppress(AttributeError, OSError):  # Other C libraries than GNU's have none.
        ctypes.CDLL(None).malloc_trim(0)


def _peak_starts_anew() -> bool:
    """Whether the kernel has such a thing, and allows it."""
    with suppress(OSError):
        _CLEAR_REFS.write_text("5")
        return _status("VmHWM") > 0
    return False


def _status(name: str) -> int:
    lines = _STATUS.read_text().splitlines()
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), 0)


def _highest_ever() -> int:
    found = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return found if sys.platform == "darwin" else found * 1024
