"""What pandas has: frames, series, indexes, arrays, dtypes, scalars and offsets."""

from __future__ import annotations

from ...abc import TypeHandler
from .arrays import ArrayHandler
from .dtypes import DtypeHandler
from .frames import FRAME_HANDLERS
from .index import IndexHandler
from .offsets import OFFSET_HANDLERS
from .scalars import SCALAR_HANDLERS

HANDLERS: tuple[TypeHandler, ...] = (
    *FRAME_HANDLERS,
    IndexHandler(),
    ArrayHandler(),
    DtypeHandler(),
    *SCALAR_HANDLERS,
    *OFFSET_HANDLERS,
)
