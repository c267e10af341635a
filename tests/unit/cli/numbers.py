"""What tests run in a process of its own."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator


def numbers(count: int) -> Iterator[int]:
    yield from range(count)


def waiting() -> Iterator[str]:
    """Tells of a file, and removes it when it is interrupted."""
    handle, name = tempfile.mkstemp()
    os.close(handle)
    try:
        yield name
        time.sleep(60)
    finally:
        os.unlink(name)
