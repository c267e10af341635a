"""Values of numpy: arrays of every dtype and memory order, scalars, dtypes."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ._json import json_values
from ._python import Values, floats, json_texts, leaves

Array = np.ndarray[Any, Any]
Dtype = np.dtype[Any]
Draw = st.DrawFn

_NUMBERS = "?bBhHiIlLqQefdgFDG"
_UNITS = ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as", "25s")
_FIELD_NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\x00:"), min_size=1, max_size=5)
StringDType: Any = getattr(np.dtypes, "StringDType", None)


@cache
def number_dtypes() -> st.SearchStrategy[Dtype]:
    """Every number of either byte order, C's ``long`` and ``long long`` apart."""
    return st.builds(lambda char, order: np.dtype(char).newbyteorder(order), st.sampled_from(_NUMBERS), _orders())


def _orders() -> Any:
    return st.sampled_from("<>")


def _plain_dtypes() -> st.SearchStrategy[Dtype]:
    sized = st.builds("{}{}{}".format, _orders(), st.sampled_from("SUV"), st.integers(0, 5))
    times = st.builds("{}{}8[{}]".format, _orders(), st.sampled_from("mM"), st.sampled_from(_UNITS))
    generic = st.sampled_from(("m8", ">M8"))
    return number_dtypes() | st.one_of(sized, times, generic).map(np.dtype)


def _string_dtypes() -> list[st.SearchStrategy[Any]]:
    if StringDType is None:
        return []
    missing = st.fixed_dictionaries({}, optional={"na_object": st.sampled_from((None, float("nan"), "missing"))})
    return [st.builds(lambda coerce, na: StringDType(coerce=coerce, **na), st.booleans(), missing)]


@st.composite
def _structured_dtypes(draw: Draw, inner: st.SearchStrategy[Dtype]) -> Dtype:
    names = draw(st.lists(_FIELD_NAMES, max_size=3, unique=True))
    shapes = st.sampled_from(((), (), (2,), (2, 0, 1)))
    title = draw(st.booleans())
    kinds = [(draw(inner), draw(shapes)) for _ in names]
    fields = [
        ((f"title {name}", name) if title else name, kind, *([shape] if shape and kind.itemsize else []))
        for name, (kind, shape) in zip(names, kinds)
    ]
    return np.dtype(fields, align=draw(st.booleans()))


@st.composite
def _described_dtypes(draw: Draw, inner: st.SearchStrategy[Dtype]) -> Dtype:
    metadata = draw(st.dictionaries(json_texts(), json_values(), min_size=1, max_size=2))
    return np.dtype(draw(inner), metadata=metadata)


@cache
def dtypes() -> st.SearchStrategy[Dtype]:
    """Numbers, text, bytes, datetimes and durations of every unit and byte order, objects, ``StringDType``.

    Structured ones of those, nested, with sub-arrays, titles and alignment; any of them with metadata.
    """
    plain = _plain_dtypes()
    fields = st.one_of(plain, st.just(np.dtype(object)))
    structured = _structured_dtypes(fields | _structured_dtypes(fields))
    described = _described_dtypes(plain | structured)
    return st.one_of(plain, plain, st.just(np.dtype(object)), structured, described, *_string_dtypes())


def elements(dtype: Dtype) -> Values:
    """Single elements: every bit pattern where a dtype has one for each, else whatever it takes."""
    if dtype.kind == "O":
        return leaves()
    if StringDType is not None and isinstance(dtype, StringDType):
        missing = [st.just(dtype.na_object)] if hasattr(dtype, "na_object") else []
        return st.one_of(st.text(st.characters(codec="utf-8"), max_size=20), *missing)
    if dtype.kind == "b":
        return st.booleans()
    if dtype.kind == "U":
        return st.text(st.characters(), max_size=dtype.itemsize // 4)
    if dtype.char in "gG":
        return floats()
    bits = st.binary(min_size=dtype.itemsize, max_size=dtype.itemsize)
    return bits.map(lambda data: np.frombuffer(data, dtype)[0] if dtype.itemsize else np.zeros((), dtype)[()])


@st.composite
def vectors(draw: Draw, dtype: Dtype, size: int) -> Array:
    """Arrays of one dimension and this size; long ones repeat themselves."""
    few = min(size, 5)
    found = np.zeros(few, dtype)
    if dtype.names is not None:
        for name in dtype.names:
            found[name] = draw(_fields(dtype[name], few))
    else:
        drawn = draw(st.lists(elements(dtype), min_size=few, max_size=few))
        for i, element in enumerate(drawn):
            found[i] = element
        if draw(st.booleans()) and dtype.kind in "fc":
            found[: len(_SPECIAL)] = _SPECIAL[:few]
    return found if few == size else found.take(np.arange(size) % few)


_SPECIAL = (float("nan"), -0.0, float("inf"))


def _fields(dtype: Dtype, size: int) -> Any:
    base, shape = dtype.subdtype or (dtype, ())
    whole = (size, *shape)
    return vectors(base, int(np.prod(whole))).map(lambda array: array.reshape(whole))


_LAYOUTS: tuple[Any, ...] = (
    lambda array: array,
    lambda array: np.array(array, order="F", copy=True),
    lambda array: array.T,
    lambda array: array[..., ::2],
    lambda array: array[::-1],
    lambda array: np.broadcast_to(array, (2, *array.shape)),
)


@st.composite
def arrays(draw: Draw, dtype: st.SearchStrategy[Dtype] | None = None) -> Array:
    """Arrays of every dtype, or those of ``dtype``, of none to three dimensions, some of them of length 0.

    In C and Fortran order, transposed, strided, reversed, broadcast; structured ones also as record arrays.
    """
    kind = draw(dtypes() if dtype is None else dtype)
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3))
    found = draw(vectors(kind, int(np.prod(shape)))).reshape(shape)
    if found.ndim:
        found = draw(st.sampled_from(_LAYOUTS))(found)
    if kind.names is not None and draw(st.booleans()):
        return found.view(np.recarray)
    return found


@st.composite
def masked_arrays(draw: Draw) -> Any:
    """Masked arrays with a mask or without, soft and hard, with a fill value or without."""
    data = draw(arrays(number_dtypes()))
    bits = draw(vectors(np.dtype(bool), data.size)).reshape(data.shape)
    mask = draw(st.sampled_from((np.ma.nomask, False, True, bits)))
    fill = draw(st.none() | elements(data.dtype))
    return np.ma.array(data, mask=mask, fill_value=fill, hard_mask=draw(st.booleans()))


def matrices() -> Any:
    """``numpy.matrix``."""
    return arrays(number_dtypes()).filter(lambda array: array.ndim == 2).map(lambda array: array.view(np.matrix))


def scalars() -> Values:
    """Scalars of every dtype that has some, ``numpy.void`` and records included."""
    kinds = st.one_of(_plain_dtypes(), _structured_dtypes(_plain_dtypes()))
    return kinds.flatmap(lambda kind: vectors(kind, 1)).map(lambda array: array[0])


def numpy_values() -> Values:
    """`arrays`, masked arrays, matrices, scalars and `dtypes`."""
    return st.one_of(arrays(), scalars(), masked_arrays(), matrices(), dtypes(), st.just(np.ma.masked))
