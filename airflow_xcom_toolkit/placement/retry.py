"""Trying a storage call again when its failure may pass."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from .failures import Doing

T = TypeVar("T")
log = logging.getLogger(__name__)


def retrying(call: Callable[[], T], attempts: int, doing: Doing) -> T:
    """What ``call`` gives, after at most ``attempts`` tries 0.2, 0.4, 0.8, … s apart (5 s at most)."""
    for attempt in range(1, attempts):
        try:
            return call()
        except Exception as e:
            if not doing.may_pass(e):
                raise
            log.warning("Try %d of %d to %s failed (%s); trying again", attempt, attempts, doing, type(e).__name__)
            time.sleep(min(0.1 * 2**attempt, 5.0))
    return call()
