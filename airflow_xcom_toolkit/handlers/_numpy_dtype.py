"""dtypes as JSON, with all that ``==`` on them ignores, and all that a ``.npy`` header loses.

That is: metadata, titles, record types, alignment, overlapping fields, ``longlong`` next to ``long``, and the missing
value of ``StringDType``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np

from ..abc import Json, Refusal

Dtype = np.dtype[Any]

_StringDType: Any = getattr(np.dtypes, "StringDType", None)


def describe(dtype: Dtype, extras: list[Any]) -> Json:
    """JSON from which `build` makes the very ``dtype`` again; its parts that are not JSON are appended to ``extras``.

    Raises `Refusal` for a dtype that this does not hold for.
    """
    start = len(extras)
    description = _describe(dtype, extras)
    try:
        built = build(description, extras)
    except (ValueError, TypeError) as e:
        raise Refusal(f"{_refused(dtype)} ({e})") from e
    if not same_dtype(built, dtype):
        del extras[start:]
        raise Refusal(_refused(dtype))
    return description


def _refused(dtype: Dtype) -> str:
    name = f"{type(dtype).__module__}.{type(dtype).__qualname__} {str(dtype)[:80]}"
    return f"its dtype, {name}, cannot be described; convert it to one of numpy's own with astype()"


def _describe(dtype: Dtype, extras: list[Any]) -> Json:
    kept = _describe_bare(dtype, extras)
    if dtype.type is np.record:
        kept["record"] = True
    if dtype.metadata is not None:
        kept["metadata"] = len(extras)
        extras.append(dict(dtype.metadata))
    return kept["str"] if set(kept) == {"str"} else kept


def _describe_bare(dtype: Dtype, extras: list[Any]) -> dict[str, Json]:
    if dtype.names is not None:
        return _describe_fields(dtype, extras)
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return {"base": _describe(base, extras), "shape": list(shape)}
    if _StringDType is not None and isinstance(dtype, _StringDType):
        return _describe_string(dtype, extras)
    return {"str": dtype.str if np.dtype(dtype.str).char == dtype.char else dtype.str[0] + dtype.char}


def _describe_fields(dtype: Dtype, extras: list[Any]) -> dict[str, Json]:
    fields: list[Json] = []
    for name in dtype.names or ():
        kind, offset, *title = cast("Mapping[str, tuple[Any, ...]]", dtype.fields)[name]
        if title and type(title[0]) is not str:
            raise Refusal(f"the title of its field {name!r} is not a str; give the dtype titles that are")
        fields.append([name, _describe(kind, extras), offset, *title])
    return {"fields": fields, "itemsize": dtype.itemsize, "aligned": dtype.isalignedstruct}


def _describe_string(dtype: Any, extras: list[Any]) -> dict[str, Json]:
    kept: dict[str, Json] = {"string": {"coerce": dtype.coerce}}
    if hasattr(dtype, "na_object"):
        kept["na"] = len(extras)
        extras.append(dtype.na_object)
    return kept


def build(description: Any, extras: Sequence[Any]) -> Dtype:
    """The dtype that `describe` described."""
    if isinstance(description, str):
        return np.dtype(description)
    dtype = _build_bare(description, extras)
    if description.get("record"):
        dtype = np.dtype((np.record, dtype))
    if "metadata" in description:
        dtype = _with_metadata(dtype, extras[description["metadata"]])
    return dtype


def _build_bare(description: Mapping[str, Any], extras: Sequence[Any]) -> Dtype:
    if "fields" in description:
        return _build_fields(description, extras)
    if "base" in description:
        return np.dtype((build(description["base"], extras), tuple(description["shape"])))
    if "string" in description:
        na = {"na_object": extras[description["na"]]} if "na" in description else {}
        return cast(Dtype, _StringDType(coerce=bool(description["string"]["coerce"]), **na))
    return np.dtype(str(description["str"]))


def _build_fields(description: Mapping[str, Any], extras: Sequence[Any]) -> Dtype:
    fields = description["fields"]
    spec: Any = {
        "names": [field[0] for field in fields],
        "formats": [build(field[1], extras) for field in fields],
        "offsets": [field[2] for field in fields],
        "itemsize": description["itemsize"],
    }
    if any(len(field) > 3 for field in fields):
        spec["titles"] = [field[3] if len(field) > 3 else None for field in fields]
    dtype: Dtype = np.dtype(spec, align=description["aligned"])
    return dtype


def _with_metadata(dtype: Dtype, metadata: dict[str, Any]) -> Dtype:
    return np.dtype(dtype, metadata=metadata)


def same_dtype(one: Dtype, other: Dtype) -> bool:
    """Whether two dtypes agree in everything a user can see; ``==`` ignores metadata, alignment and more."""
    return (
        type(one) is type(other)
        and one == other
        and (one.char, one.str, one.itemsize, one.type) == (other.char, other.str, other.itemsize, other.type)
        and one.isalignedstruct == other.isalignedstruct
        and _metadata(one) == _metadata(other)
        and getattr(one, "coerce", None) == getattr(other, "coerce", None)
        and _same_parts(one, other)
    )


def _metadata(dtype: Dtype) -> dict[str, Any] | None:
    return None if dtype.metadata is None else dict(dtype.metadata)


def _same_parts(one: Dtype, other: Dtype) -> bool:
    if one.subdtype is not None and other.subdtype is not None:
        return one.subdtype[1] == other.subdtype[1] and same_dtype(one.subdtype[0], other.subdtype[0])
    if one.fields is None or other.fields is None:
        return one.fields is other.fields
    return one.names == other.names and all(
        same_dtype(one.fields[name][0], other.fields[name][0]) and one.fields[name][1:] == other.fields[name][1:]
        for name in one.names or ()
    )
