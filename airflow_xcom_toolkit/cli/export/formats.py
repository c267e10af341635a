"""What each kind of file keeps exactly, and how it is written."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from io import TextIOWrapper
from typing import Any, BinaryIO

from ...errors import UnsupportedTypeError
from ...handlers._json import TEXT, fit_scalar

Writer = Callable[[Any, BinaryIO], None]


class DoesNotFitError(Exception):
    """The file would not have the value as it is; why."""


def write(value: Any, suffix: str, file: BinaryIO, place: str) -> None:
    """Writes ``value`` as that kind of file. Raises `UnsupportedTypeError`, which names the kinds that fit."""
    fitting = [one for one in SUFFIXES if _writer(value, one) is not None]
    writer = _writer(value, suffix)
    try:
        if writer is None:
            raise DoesNotFitError("values of this type are not what such a file has")
        writer(value, file)
    except DoesNotFitError as e:
        others = [one for one in fitting if one != suffix]
        advice = f"What may fit: {' '.join(others)}" if others else _ADVICE
        raise UnsupportedTypeError(place, _name(value), f"in a {suffix} file, {e}. {advice}.") from e.__cause__


_ADVICE = "Take a part of it with --path: show --value shows which there are"


def _writer(value: Any, suffix: str) -> Writer | None:
    """What writes values of that type as that kind of file, if anything does."""
    if suffix in (".parquet", ".arrow"):
        return _frame_writer(value, suffix)
    if suffix == ".npy":
        return _write_npy if _is_exactly(value, "numpy", "ndarray") else None
    return _PLAIN[suffix].get(type(value))


def _frame_writer(value: Any, suffix: str) -> Writer | None:
    """Of a library that is loaded: of others there is no value."""
    if _is_exactly(value, "pandas", "DataFrame"):
        from .frames import write_pandas

        return write_pandas(suffix)
    if _is_exactly(value, "polars", "DataFrame"):
        from .frames import write_polars

        return write_polars(suffix)
    if _is_exactly(value, "pyarrow", "Table"):
        from .frames import write_arrow

        return write_arrow(suffix)
    return None


def _write_npy(value: Any, file: BinaryIO) -> None:
    import numpy as np

    if value.dtype.hasobject:
        raise DoesNotFitError("an array of Python objects would have to be pickled")
    np.lib.format.write_array(file, value, allow_pickle=False)
    file.seek(0)
    version = np.lib.format.read_magic(file)
    read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}.get(version)
    if read is None or read(file)[2] != value.dtype:
        raise DoesNotFitError("a part of its dtype is lost")
    file.seek(0, 2)


def _write_json(value: Any, file: BinaryIO) -> None:
    try:
        misfit = _misfit(value)
    except RecursionError:
        misfit = " is nested too deep for readers of JSON"
    if misfit is not None:
        raise DoesNotFitError(f"its {misfit}" if misfit.startswith("[") else f"it{misfit}")
    text = TextIOWrapper(file, encoding="ascii", write_through=True)
    json.dump(value, text, allow_nan=False, indent=1)
    text.write("\n")
    text.detach()


def _misfit(value: Any) -> str | None:
    """The first part that JSON does not keep, if there is one: where it is, and why."""
    if type(value) is dict:
        if not all(type(key) is str and fit_scalar(key) & TEXT for key in value):
            return " has keys that are no text"
        return next(filter(None, (_misfit_at(key, part) for key, part in value.items())), None)
    if type(value) is list:
        return next(filter(None, (_misfit_at(step, part) for step, part in enumerate(value))), None)
    return None if fit_scalar(value) & TEXT else f" is of type {_name(value)}, and JSON does not keep it"


def _misfit_at(step: Any, part: Any) -> str | None:
    below = _misfit(part)
    return None if below is None else f"[{step!r}]{below}"


def _name(value: Any) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")


def _write_text(value: str, file: BinaryIO) -> None:
    try:
        file.write(value.encode())
    except UnicodeEncodeError:
        raise DoesNotFitError("it has half of a character (a lone surrogate)") from None


def _write_bytes(value: bytes | bytearray, file: BinaryIO) -> None:
    file.write(value)


def _is_exactly(value: Any, module: str, name: str) -> bool:
    """Whether ``value`` is of that class, and of no subclass. A library that is not loaded has no values."""
    return type(value) is getattr(sys.modules.get(module), name, object())


_PLAIN: dict[str, dict[type, Writer]] = {
    ".json": dict.fromkeys((dict, list, str, int, float, bool, type(None)), _write_json),
    ".txt": {str: _write_text},
    ".bin": {bytes: _write_bytes, bytearray: _write_bytes},
}
SUFFIXES = (".parquet", ".arrow", ".npy", ".json", ".txt", ".bin")
