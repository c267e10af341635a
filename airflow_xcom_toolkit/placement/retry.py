"""Trying a storage call again when its failure may pass."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from ..observe.counting import count
from ..observe.names import RETRIES
from .failures import Doing, passing

T = TypeVar("T")
log = logging.getLogger(__name__)


class TriedEnough(Exception):
    """Carries the error of one request of many past the tries of the whole: it had all of its own."""

    def __init__(self, error: Exception) -> None:
        self.error = error


def retrying(
    call: Callable[[], T], attempts: int, doing: Doing, may_pass: Callable[[Exception], bool] | None = None
) -> T:
    """What ``call`` gives, after at most ``attempts`` tries 0.2, 0.4, 0.8, … s apart (5 s at most)."""
    for attempt in range(1, attempts):
        try:
            return call()
        except Exception as e:
            if not (may_pass or doing.may_pass)(e):
                raise
            count(RETRIES, verb=doing.verb)
            log.warning("Try %d of %d to %s failed (%s); trying again", attempt, attempts, doing, type(e).__name__)
            time.sleep(min(0.1 * 2**attempt, 5.0))
    return call()


def retrying_one(call: Callable[[], T], attempts: int, doing: Doing) -> T:
    """The same for one request of many, so that the others are not made again with it.

    Raises `TriedEnough` for what may pass and did not. What only a new beginning helps is raised as it is.
    """
    try:
        return retrying(call, attempts, doing, passing)
    except Exception as e:
        if passing(e):
            raise TriedEnough(e) from e
        raise
