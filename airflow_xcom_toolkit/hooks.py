"""Which of Airflow's hooks a backend class overrides, and which of them each Airflow then calls.

Airflow 3.0 to 3.3 call the old ones. Airflow 3.4 calls of each pair the one that is nearest in the method resolution
order, the new one where one class has both. A backend whose ``serialize_value`` is nearer is legacy to it: it refuses
dags with task loops there, because that hook is not told which task instance pushes.
"""

from __future__ import annotations

import sys
import warnings

from .errors import LegacyHooksWarning

_PAIRS = (("serialize_value", "store_value"), ("deserialize_value", "load_value"))


def owner(backend: type, hook: str) -> type:
    """The class whose ``hook`` it is that ``backend`` has."""
    return next(cls for cls in backend.__mro__ if hook in vars(cls))


def prefers_new(backend: type, old: str, new: str) -> bool:
    """Whether Airflow 3.4 calls ``new`` rather than ``old``."""
    mro = backend.__mro__
    return mro.index(owner(backend, new)) <= mro.index(owner(backend, old))


def warn_of_half_overrides(backend: type) -> None:
    """Warns, at the line of the class, of hooks that are overridden without their other half; of each once."""
    inherited = {problem for base in backend.__bases__ for problem in _problems(base)}
    found = [problem for problem in _problems(backend) if problem not in inherited]
    if found:
        _warn(backend, found)


def _problems(backend: type) -> list[tuple[type, str, str]]:
    """Each override without its other half: its class, its name, and the hook that is missing there."""
    found = []
    for old, new in _PAIRS:
        if not (hasattr(backend, old) and hasattr(backend, new)):
            continue
        old_owner, new_owner = owner(backend, old), owner(backend, new)
        if not prefers_new(backend, old, new):
            found.append((old_owner, old, new))
        elif old_owner is not new_owner and new in vars(old_owner):
            found.append((new_owner, new, old))
    return found


def _warn(backend: type, problems: list[tuple[type, str, str]]) -> None:
    have = " and ".join(hook if cls is backend else f"{hook} (in {cls.__qualname__})" for cls, hook, _ in problems)
    lacks = " and ".join(missing for _, _, missing in problems)
    consequences = "; ".join(_CONSEQUENCES[hook] for _, hook, _ in problems)
    warnings.warn(
        f"The XCom backend {backend.__module__}.{backend.__qualname__} overrides {have} without {lacks}. "
        f"{consequences}. Override push and pull instead (airflow_xcom_toolkit.abc.Backend), to which the hooks of "
        "every Airflow lead; or both hooks of a pair, in one class.",
        LegacyHooksWarning,
        stacklevel=_level_of(backend.__module__),
    )


_CONSEQUENCES = {
    "serialize_value": "Airflow 3.4 calls that a legacy backend, and refuses dags with task loops",
    "deserialize_value": "Airflow 3.4 reads through this legacy hook; with such a serialize_value it refuses loops",
    "store_value": "Airflow 3.0 to 3.3 never call store_value",
    "load_value": "Airflow 3.0 to 3.3 never call load_value",
}


def _level_of(module: str) -> int:
    """How far above its caller the code of ``module`` runs, as ``warnings.warn`` counts."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__") != module:
        level, frame = level + 1, frame.f_back
    return level
