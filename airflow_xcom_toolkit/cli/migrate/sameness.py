"""Whether a value that was read is the value that was written: in value, in type, and down to the last bit."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from ...abc import Leaf
from ...handlers._json import MARK
from ...handlers.tree import TreeDumper
from ...pipeline import Pipeline

_SETS = ("py.set@1", "py.frozenset@1")


def fingerprint(value: Any, pipeline: Pipeline) -> bytes:
    """The same for two values alone that the type handlers dump alike, leaf for leaf; the order of a set is none.

    Raises `UnsupportedTypeError` for a value that no handler keeps.
    """
    tree = TreeDumper(pipeline.handlers, pipeline.context, show_keys=False).dump(value)
    for node, leaf in tree.leaves:
        node["at"] = _hash(leaf)
    text = json.dumps(tree.root)
    if any(f'"{name}"' in text for name in _SETS):
        text = json.dumps(_ordered(tree.root))
    return hashlib.sha256(f"{tree.type_id}\n{text}".encode()).digest()


class _Hashing:
    def __init__(self) -> None:
        self.found = hashlib.sha256()

    def write(self, data: Any, /) -> int:
        self.found.update(data)
        return memoryview(data).nbytes

    def close(self) -> None: ...


def _hash(leaf: Leaf) -> str:
    sink = _Hashing()
    leaf.write(sink)
    return sink.found.hexdigest()


def _ordered(node: Any) -> Any:
    """The tree, with the items of sets in an order of their own."""
    if isinstance(node, list):
        return [_ordered(item) for item in node]
    if not isinstance(node, dict):
        return node
    done = {key: _ordered(value) for key, value in node.items()}
    if node.get(MARK) in _SETS:
        done["of"] = sorted(done.get("of", []), key=json.dumps)
    return done
