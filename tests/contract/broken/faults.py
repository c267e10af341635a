"""All of them: each module registers its own."""

from __future__ import annotations

from . import (  # noqa: F401
    bounds,
    calls,
    capabilities,
    code,
    configuration,
    frames,
    heavy,
    hooks,
    loops,
    objects,
    purge,
    refusals,
    rows,
    secrecy,
    sharing,
    storage,
    unready,
    values,
)
from .registry import FAULTS

__all__ = ["FAULTS"]
