"""Trying a storage call again when its failure may pass."""

from __future__ import annotations

import errno
import logging
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
log = logging.getLogger(__name__)

_FINAL_ERRNO = frozenset({errno.ENOSPC, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.EDQUOT})
_FINAL = (FileNotFoundError, PermissionError, NotADirectoryError, IsADirectoryError, NotImplementedError, ValueError)

_STORE_LIBRARIES = frozenset({"botocore", "aiobotocore", "aiohttp", "gcsfs", "azure", "requests"})


def passing(error: Exception) -> bool:
    """Whether trying again may help. What a store's library raises is told by name, to import none of them."""
    if isinstance(error, _FINAL) or getattr(error, "errno", None) in _FINAL_ERRNO:
        return False
    if isinstance(error, (OSError, TimeoutError)):
        return True
    return type(error).__module__.partition(".")[0] in _STORE_LIBRARIES


def retrying(call: Callable[[], T], attempts: int, what: str) -> T:
    """What ``call`` gives, after at most ``attempts`` tries 0.2, 0.4, 0.8, … s apart (5 s at most)."""
    for attempt in range(1, attempts):
        try:
            return call()
        except Exception as e:
            if not passing(e):
                raise
            log.warning("Try %d of %d to %s failed (%s); trying again", attempt, attempts, what, type(e).__name__)
            time.sleep(min(0.1 * 2**attempt, 5.0))
    return call()
