"""Date offsets: as frequency strings where those say all, otherwise by class and arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from pandas.tseries.frequencies import to_offset

from ...abc import Dumped, HandlerContext, Refusal, Source, TypeHandler
from ...errors import EnvelopeError

_CLASSES: dict[str, type] = {
    name: kind
    for name, kind in vars(pd.offsets).items()
    if isinstance(kind, type) and issubclass(kind, pd.tseries.offsets.BaseOffset)
}


def frequency_text(offset: Any) -> str | None:
    """The frequency string that gives ``offset`` again, if there is one."""
    try:
        text = offset.freqstr
        again = to_offset(text)
    except (ValueError, AttributeError):
        return None
    return text if type(again) is type(offset) and again == offset and again.normalize == offset.normalize else None


def _arguments(offset: Any) -> dict[str, Any]:
    return {name: value for name, value in offset.kwds.items() if name != "calendar" and value is not None}


class OffsetHandler(TypeHandler):
    """Date offsets of pandas' own classes; a calendar object of a custom one is refused."""

    type_id = "pandas.offset@1"
    types = tuple(_CLASSES.values())

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        text = frequency_text(value)
        if text is not None:
            return Dumped({"freq": text}, summary={"freq": text[:80]})
        name, arguments = type(value).__name__, _arguments(value)
        meta = {"class": name, "n": int(value.n), "normalize": bool(value.normalize)}
        if _CLASSES.get(name) is not type(value) or _build(meta, arguments) != value:
            raise Refusal("its arguments do not give it again; pass a frequency string, or holidays and weekmask")
        return Dumped(meta, [arguments], summary={"freq": name})

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        try:
            return to_offset(meta["freq"]) if "freq" in meta else _build(meta, children[0])
        except (ValueError, TypeError, KeyError) as e:
            raise EnvelopeError(f"pandas {pd.__version__} does not know a date offset that another one wrote") from e


def _build(meta: Mapping[str, Any], arguments: dict[str, Any]) -> Any:
    return _CLASSES[meta["class"]](meta["n"], normalize=meta["normalize"], **arguments)


OFFSET_HANDLERS: tuple[TypeHandler, ...] = (OffsetHandler(),)
