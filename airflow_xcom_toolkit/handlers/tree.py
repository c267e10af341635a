"""Values as trees: a JSON skeleton, with a descriptor in place of each part that JSON does not keep.

``dump`` and ``load`` walk without recursion, so that nesting is bounded by memory alone. Both visit a value's parts
before the value, in order; so the leaves stand in the body in the very order in which ``load`` wants them, and a body
streams in both directions.

A descriptor is a JSON object with the key ``~``::

    {"~": "<type id>", ...the handler's own entries..., "of": [children], "at": [offset, size]}

``{"~": "part", "n": i}`` stands for ``parts[i]`` of ``{"~": "parts", "root": ..., "parts": [...]}``: what nests more
than 100 deep is cut there, because JSON readers limit nesting.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from ..abc import Dumped, HandlerContext, Json, Leaf, Part, Refusal, Sink, Source, TypeHandler
from ..errors import (
    EnvelopeError,
    KeyStep,
    PartialLoadError,
    SchemaValidationError,
    UnsupportedTypeError,
    XComToolkitError,
)
from ..registry import HandlerRegistry
from ..streams import ByteSource, GatheringSink
from ._json import MARK, MAX_TEXT_DEPTH, TEXT, Survey, fit, fit_scalar

JSON_TYPE = "json@1"


@dataclass(eq=False, repr=False)
class Tree:
    """A dumped value: its skeleton, and its leaves in the order of the body."""

    root: Any
    type_id: str
    summary: dict[str, Json]
    leaves: list[tuple[dict[str, Any], Leaf]] = field(default_factory=list)

    @cached_property
    def nbytes(self) -> int:
        """At least so many bytes do the leaves have."""
        return sum(leaf.nbytes for _, leaf in self.leaves)

    @property
    def suffix(self) -> str:
        """The file name suffix of the leaves, as the format has it when there is just one."""
        return self.leaves[0][1].suffix if len(self.leaves) == 1 else ".bin"

    def write(self, sink: Sink) -> int:
        """Writes the leaves, notes in the skeleton where each is, and returns how many bytes they are."""
        gathering = GatheringSink(sink)
        for node, leaf in self.leaves:
            start = gathering.offset
            leaf.write(gathering)
            node["at"] = [start, gathering.offset - start]
        gathering.close()
        return gathering.offset

    def text(self) -> str:
        """The skeleton as JSON text, which is ASCII. Complete once the leaves are written."""
        return self._leafless_text if not self.leaves else self._dump_text()

    @cached_property
    def _leafless_text(self) -> str:
        return self._dump_text()

    def _dump_text(self) -> str:
        return json.dumps(self.root, ensure_ascii=True, allow_nan=False, separators=(",", ":"))


@dataclass(slots=True, eq=False, repr=False)
class _Open:
    """A value on the way from the root to the current one, with those of its children that are done."""

    value: Any
    children: Iterator[Any]
    close: Callable[[list[Any]], Any]
    step: Callable[[int], str]
    context: HandlerContext
    wraps: bool = False
    done: list[Any] = field(default_factory=list)
    height: int = 0


class TreeDumper:
    """Dumps one value. ``show_keys=False`` keeps the keys of dicts out of error messages."""

    def __init__(self, registry: HandlerRegistry, context: HandlerContext, *, show_keys: bool = True) -> None:
        self._registry = registry
        self._context = context
        self._show_keys = show_keys
        self._leaves: list[tuple[dict[str, Any], Leaf]] = []
        self._parts: list[Any] = []
        self._path: list[_Open] = []
        self._open_ids: set[int] = set()
        self._survey = Survey()
        self._root: tuple[str, dict[str, Json]] = (JSON_TYPE, {})

    def dump(self, value: Any) -> Tree:
        """The tree of ``value``. Raises `UnsupportedTypeError` that names the part which cannot be kept."""
        root = self._walk(value)
        if self._parts:
            root = {MARK: "parts", "root": root, "parts": self._parts}
        type_id, summary = self._root
        return Tree(root, type_id, summary, self._leaves)

    def _walk(self, value: Any) -> Any:
        self._survey.look_at([value])
        node = self._begin(value)
        while self._path:
            frame = self._path[-1]
            done = frame.done
            for child in frame.children:
                node = self._begin(child)
                if node is _OPENED:
                    break
                done.append(node)
            else:
                node = self._leave(frame)
                if self._path:
                    self._path[-1].done.append(node)
        return node

    def _begin(self, value: Any) -> Any:
        """The node of ``value``; or `_OPENED`, where it has parts of which some are no plain JSON."""
        kind = type(value)
        if kind is list or kind is dict:
            if self._survey.is_plain(value):
                return value
            context = self._path[-1].context if self._path else self._context
            if kind is list:
                return self._enter(_Open(value, iter(value), _as_it_is, _index_step, context))
            if MARK not in value and _are_texts(value):
                close = partial(_with_keys, value)
                return self._enter(_Open(value, iter(value.values()), close, _key_step(value), context))
        elif fit_scalar(value) & TEXT:
            return value
        return self._handle(value)

    def _enter(self, frame: _Open) -> Any:
        self._check_end(frame.value)
        self._open_ids.add(id(frame.value))
        self._path.append(frame)
        return _OPENED

    def _check_end(self, value: Any) -> None:
        if id(value) in self._open_ids:
            raise self._refused(value, "it contains itself; a value that refers to itself has no end")

    def _leave(self, frame: _Open) -> Any:
        node = frame.close(frame.done)
        self._path.pop()
        self._open_ids.discard(id(frame.value))
        height = frame.height + 1
        if height >= MAX_TEXT_DEPTH // 2:
            self._parts.append(node)
            node, height = {MARK: "part", "n": len(self._parts) - 1}, 0
        self._stand_on(height)
        return node

    def _stand_on(self, height: int) -> None:
        if self._path and self._path[-1].height < height:
            self._path[-1].height = height

    def _handle(self, value: Any) -> Any:
        context = self._path[-1].context if self._path else self._context
        self._check_end(value)
        handler, dumped = self._dump(value, context)
        if not handler.wraps and (not self._path or all(frame.wraps for frame in self._path[:2])):
            self._root = (handler.type_id, dumped.summary)
        children = dumped.children if type(dumped.children) in (list, tuple) else list(dumped.children)
        if self._survey.look_at(children):
            self._stand_on(1)
            return self._node(handler.type_id, dumped, list(children))
        close = partial(self._node, handler.type_id, dumped)
        inside = dumped.inside or (context if handler.is_container else context.outermost)
        return self._enter(_Open(value, iter(children), close, dumped.step or _index_step, inside, handler.wraps))

    def _dump(self, value: Any, context: HandlerContext) -> tuple[TypeHandler, Dumped]:
        handler = self._registry.of_value(value)
        if handler is None:
            raise self._refused(value, _no_handler(value))
        try:
            return handler, handler.dump(value, context)
        except SchemaValidationError as e:
            raise e.within(self._place(), show_keys=self._show_keys) from (e.__cause__ if self._show_keys else None)
        except Refusal as e:
            if self._show_keys:
                raise self._refused(value, str(e)) from e
            raise self._refused(value, str(e) if e.quotes_nothing else _UNSAID) from None
        except (XComToolkitError, MemoryError):
            raise
        except Exception as e:
            problem = f"its type handler failed with {type(e).__name__}; please report it to the handler's authors"
            raise self._refused(value, problem) from (e if self._show_keys else None)

    def _node(self, type_id: str, dumped: Dumped, done: list[Any]) -> dict[str, Any]:
        node: dict[str, Any] = {MARK: type_id, **dumped.meta}
        if done:
            node["of"] = done
        if dumped.leaf is not None:
            node["at"] = [0, 0]
            self._leaves.append((node, dumped.leaf))
        return node

    def _refused(self, value: Any, reason: str) -> UnsupportedTypeError:
        kind = type(value)
        return UnsupportedTypeError(self._place(), f"{kind.__module__}.{kind.__qualname__}", reason)

    def _place(self) -> str:
        """Where in the value the walk is."""
        steps = [frame.step(len(frame.done)) for frame in self._path]
        if not self._show_keys:
            steps = [f"[part {len(frame.done)}]" for frame in self._path]
        return "value" + "".join(steps)


_UNSAID = (
    "its type handler refuses it. Why is not said, because the reason may quote the value, which is to be encrypted; "
    "push a value like it, with nothing secret, without encryption to see it"
)
_NO_HANDLER = (
    "no type handler is registered for it. Return a plain Python value, a numpy, pandas, Arrow or polars one, a "
    "dataclass, attrs class or pydantic model; or register a handler (entry point group airflow_xcom_toolkit.handlers)"
)
_BASES = (str, bytes, bytearray, int, float, complex, dict, list, tuple, set, frozenset)


def _no_handler(value: Any) -> str:
    for base in _BASES:
        if isinstance(value, base):
            return (
                f"it is of a subclass of {base.__name__}, and would come back as something else; "
                f"pass {base.__name__}(value), or register a handler for it"
            )
    return _NO_HANDLER


_OPENED = object()
"""In place of a node that is made later."""


def _are_texts(keys: Iterable[Any]) -> bool:
    """Whether JSON text keeps all of ``keys``, as keys."""
    return set(map(type, keys)) <= {str} and bool(fit("".join(keys)) & TEXT)


def _as_it_is(done: list[Any]) -> list[Any]:
    return done


def _with_keys(keys: Iterable[str], done: list[Any]) -> dict[str, Any]:
    return dict(zip(keys, done))


def _index_step(index: int) -> str:
    return f"[{index}]"


def _key_step(value: dict[str, Any]) -> Callable[[int], str]:
    return lambda index: f"[{list(value)[index]!r}]"


class TreeLoader:
    """Loads one value. ``body`` gives the leaves' bytes, in order."""

    def __init__(self, registry: HandlerRegistry, context: HandlerContext, body: Source | None) -> None:
        self._registry = registry
        self._context = context
        self._body = body
        self._offset = 0
        self._parts: list[Any] = []
        self._path: list[_Open] = []

    def load(self, text: str, part: Part | None = None) -> Any:
        """The value of a tree's JSON text; of its root only ``part``. Raises `PartialLoadError`."""
        try:
            root = json.loads(text)
        except ValueError as e:
            raise EnvelopeError("The tree of an envelope is not JSON") from e
        if f'"{MARK}"' not in text and part is None:
            return root
        if isinstance(root, dict) and root.get(MARK) == "parts":
            self._parts, root = root["parts"], root["root"]
        return self._walk(root, part)

    def _walk(self, root: Any, part: Part | None) -> Any:
        if part is None:
            value = self._begin(root, self._context)
        else:
            self._path.append(self._open(self._whole(root), self._context))
            self._limit(part)
        while self._path:
            frame = self._path[-1]
            done = frame.done
            for child in frame.children:
                value = self._begin(child, frame.context)
                if value is _OPENED:
                    break
                done.append(value)
            else:
                value = self._leave()
        return value

    def _begin(self, node: Any, context: HandlerContext) -> Any:
        """The value of ``node``; or `_OPENED`, where its parts have parts."""
        node = self._whole(node)
        if type(node) is dict and MARK in node:
            return self._begin_node(node, context)
        if type(node) not in _CONTAINERS or _CONTAINERS.isdisjoint(map(type, _values(node))):
            return node
        self._path.append(self._open(node, context))
        return _OPENED

    def _begin_node(self, node: dict[str, Any], context: HandlerContext) -> Any:
        handler = self._registry.of_type_id(node[MARK])
        inside = handler.inside(node, context)
        children = node.get("of", ())
        if not _CONTAINERS.isdisjoint(map(type, children)):
            close = partial(self._load_node, handler, node, context=context)
            self._path.append(_Open(node, iter(children), close, _index_step, inside, handler.wraps))
            return _OPENED
        try:
            return self._load_node(handler, node, list(children), context)
        except SchemaValidationError as e:
            raise _below(e, self._path) from e.__cause__

    def _leave(self) -> Any:
        frame = self._path.pop()
        try:
            value = frame.close(frame.done)
        except SchemaValidationError as e:
            raise _below(e, self._path) from e.__cause__
        if self._path:
            self._path[-1].done.append(value)
        return value

    def _whole(self, node: Any) -> Any:
        """``node``, or the part that it stands for."""
        while type(node) is dict and node.get(MARK) == "part":
            node = self._take_part(node["n"])
        return node

    def _open(self, node: Any, context: HandlerContext) -> _Open:
        if type(node) is dict and MARK in node:
            return self._open_node(node, context)
        if type(node) is dict:
            return _Open(node, iter(node.values()), partial(_with_keys, node), _index_step, context)
        return _Open(node, iter(node if type(node) is list else ()), _as_it_is, _index_step, context)

    def _open_node(self, node: dict[str, Any], context: HandlerContext) -> _Open:
        handler = self._registry.of_type_id(node[MARK])
        close = partial(self._load_node, handler, node, context=context)
        inside = handler.inside(node, context)
        return _Open(node, iter(node.get("of", ())), close, _index_step, inside, handler.wraps)

    def _limit(self, part: Part) -> None:
        """Only ``part`` is to be loaded of the root, and of what it wraps; other children are loaded whole."""
        frame = self._path[-1]
        node, context = frame.value, self._context if len(self._path) == 1 else self._path[-2].context
        if not isinstance(node, dict) or MARK not in node:
            raise PartialLoadError("A JSON value is loaded whole: it has no part to choose")
        handler = self._registry.of_type_id(node[MARK])
        frame.close = partial(self._load_node, handler, node, context=context, part=part)
        if handler.wraps:
            self._path.append(self._open(self._whole(next(frame.children)), frame.context))
            self._limit(part)

    def _take_part(self, number: int) -> Any:
        """Each part stands in one place, so a tree that refers to one twice may have no end."""
        node, self._parts[number] = self._parts[number], _TAKEN
        if node is _TAKEN:
            raise EnvelopeError("A part of a tree is referred to twice")
        return node

    def _load_node(
        self,
        handler: TypeHandler,
        node: dict[str, Any],
        children: list[Any],
        context: HandlerContext,
        part: Part | None = None,
    ) -> Any:
        load = handler.load if part is None else partial(handler.load_part, part=part)
        if "at" not in node:
            return load(node, children, None, context)
        leaf = self._leaf(*node["at"])
        value = load(node, children, leaf, context)
        leaf.skip()
        self._offset += node["at"][1]
        return value

    def _leaf(self, offset: int, size: int) -> LeafReader:
        if size == 0 and self._body is None:
            return LeafReader(ByteSource(b""), 0)
        if offset != self._offset or self._body is None:
            raise EnvelopeError(f"A leaf is said to be at byte {offset}, where byte {self._offset} is next")
        return LeafReader(self._body, size)


def _below(error: SchemaValidationError, path: list[_Open]) -> SchemaValidationError:
    return error.below([_step_from(frame) for frame in path])


def _step_from(frame: _Open) -> str:
    """The step from a node to the child that is being loaded."""
    node, index = frame.value, len(frame.done)
    if isinstance(node, dict) and MARK not in node:
        return KeyStep(f"[{list(node)[index]!r}]")
    names = node.get("fields", ()) if isinstance(node, dict) else ()
    return "" if frame.wraps else f".{names[index]}" if index < len(names) else f"[{index}]"


_TAKEN = object()
_CONTAINERS = frozenset({list, dict})


def _values(node: Any) -> Iterable[Any]:
    return node.values() if type(node) is dict else node


class LeafReader:
    """The bytes of one leaf, and no more."""

    closed = False

    def __init__(self, body: Source, size: int) -> None:
        self._body = body
        self.size = size
        self._left = size

    def read(self, size: int = -1, /) -> bytes:
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        data = self._body.read(wanted)
        if len(data) != wanted:
            raise EnvelopeError(f"The body ends {wanted - len(data)} bytes early")
        self._left -= wanted
        return data

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")[: self._left]
        filled = 0
        while filled < len(view):
            count = self._body.readinto(view[filled:])
            if not count:
                raise EnvelopeError(f"The body ends {len(view) - filled} bytes early")
            filled += count
        self._left -= filled
        return filled

    def skip(self) -> None:
        """Reads what the handler left."""
        while self._left:
            self.read(min(self._left, 1 << 20))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def close(self) -> None: ...
