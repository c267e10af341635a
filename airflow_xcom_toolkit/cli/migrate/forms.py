"""In what an envelope differs from the one that a pipeline would write today."""

from __future__ import annotations

from ...abc import Coordinate, Reference
from ...pipeline import Pipeline
from ...rewriting import Contents

MOVE = "move"
"""To another store, and nothing else."""
DECRYPT = "decrypt"
WRAP = "wrap"
UNWRAP = "unwrap"


def changes(contents: Contents, at: Coordinate, target: Pipeline) -> tuple[str, ...]:
    """What has to be done; nothing is read from a store to find out."""
    encrypts = target.encryption is not None
    threshold = target.placement.threshold
    offloads = threshold is not None and contents.size > threshold
    found = []
    if encrypts != contents.is_encrypted:
        found.append("encrypt" if encrypts else DECRYPT)
    if offloads != isinstance(contents.body, Reference):
        found.append("offload" if offloads else "inline")
    elif isinstance(contents.body, Reference):
        if contents.compression not in target.compression.choices(secret=encrypts):
            found.append("compress" if target.compression.choices(secret=encrypts) != {None} else "decompress")
        if contents.body.store != _store_name(at, target, contents.body.store):
            found.append(MOVE)
    return tuple(found)


def _store_name(at: Coordinate, target: Pipeline, otherwise: str) -> str:
    name = getattr(target.placement, "store_name", None)
    return name(at) if name is not None else otherwise
