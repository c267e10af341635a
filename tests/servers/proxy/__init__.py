"""A proxy in front of a store: real sockets, every request noted, and faults on the wire as told.

    with Proxy(store.endpoint) as proxy:
        with store.through(proxy.endpoint).reachable(), proxy.failing(ResetAnswer(), only="GET", times=1):
            ...

The store sees each request as the client made it, its Host included: what was signed for the proxy stays valid.
"""

from .answers import busy, denied
from .faults import (
    CutAnswer,
    CutHead,
    Denied,
    Fault,
    Garbage,
    Lost,
    Refused,
    ResetAnswer,
    ResetRequest,
    Stalled,
    Trickle,
)
from .relay import Answer, Request
from .server import Proxy

__all__ = [
    "Answer",
    "CutAnswer",
    "CutHead",
    "Denied",
    "Fault",
    "Garbage",
    "Lost",
    "Proxy",
    "Refused",
    "Request",
    "ResetAnswer",
    "ResetRequest",
    "Stalled",
    "Trickle",
    "busy",
    "denied",
]
