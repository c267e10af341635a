"""The compression that pays: chosen anew for each value, from a sample of its bytes."""

from __future__ import annotations

from ..errors import ConfigurationError
from ..streams import ByteSink
from .methods import OPTION, FastZstd, Method, is_installed
from .sample import Draft

AUTO = "auto"

WORTH_IT = 0.9
"""What does not shrink to this part is stored as it is: the time to compress and decompress it is worth more."""
AS_GOOD = 1.2
"""lz4 is taken where it makes no more than so many times the bytes of zstd, for it is quicker in both directions,"""
TINY = 0.05
"""or where it leaves so small a part that the bytes themselves cost nothing any more."""


def installed() -> list[str]:
    """What there is to choose from, the smaller first. Raises `ConfigurationError` where neither is installed."""
    found = [name for name in ("zstd", "lz4") if is_installed(name)]
    if not found:
        raise ConfigurationError(OPTION, _NEITHER)
    return found


def choose(draft: Draft, candidates: list[str]) -> Method:
    """The method that pays for this body."""
    return method(pick(draft.sample(), candidates), draft.size)


def pick(sample: bytes, candidates: list[str]) -> str | None:
    """The method that pays for data like ``sample``: ``zstd``, ``lz4``, or none."""
    best, *others = candidates
    size, most = _compressed(sample, best), WORTH_IT * len(sample)
    if size > most:
        return None
    enough = min(max(AS_GOOD * size, TINY * len(sample)), most)
    return "lz4" if "lz4" in others and _compressed(sample, "lz4") <= enough else best


def method(name: str | None, size: int) -> Method:
    """The method of that name, as it is used here: zstd for speed."""
    return FastZstd(size) if name == "zstd" else Method(name)


def _compressed(sample: bytes, name: str) -> int:
    """How many bytes the method makes of it."""
    sink = ByteSink()
    encoder, _ = method(name, len(sample)).encode(sink, b"")
    encoder.write(sample)
    encoder.close()
    return len(sink.data)


_NEITHER = (
    "auto needs zstandard or lz4, and neither is installed here. Install one or both with: "
    'pip install "airflow-xcom-toolkit[zstd]" or "airflow-xcom-toolkit[lz4]", or "airflow-xcom-toolkit[zstd,lz4]"'
)
