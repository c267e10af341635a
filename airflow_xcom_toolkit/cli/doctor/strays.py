"""Settings that have no effect, because their name is not quite one that is looked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from ...settings import SECTION, STORAGE
from .sources import CORE, SENSITIVE, file_options, forms, names, variable, variables

ALIKE = 0.86
_OURS = tuple(variable(section, "") for section in (SECTION, STORAGE))
_OTHERS = ("AIRFLOW_CONN_", "AIRFLOW_VAR_", "AIRFLOW_CTX_")


@dataclass(frozen=True)
class Stray:
    """A name without effect, where it is, and what it may be meant to be."""

    name: str
    meant: str | None
    why: str = ""

    @property
    def remedy(self) -> str:
        if self.why:
            return self.why
        return f"Did you mean {self.meant}?" if self.meant else "Remove it, or correct its name."


def stray_variables(environ: Iterable[str], is_airflows: Callable[[str], bool]) -> Iterator[Stray]:
    """Of the environment. ``is_airflows``: whether it is the variable of another option of Airflow."""
    known = variables()
    for name in sorted(environ):
        if name in known or name.upper().startswith(_OTHERS) or not _is_airflow(name):
            continue
        if stray := _no_secret(name, known) or (None if is_airflows(name) else _stray(name, list(known))):
            yield stray


def _no_secret(name: str, known: Collection[str]) -> Stray | None:
    """A form that Airflow takes of secrets alone."""
    base, _, form = name.rpartition("_")
    if form not in ("CMD", "SECRET") or base not in known:
        return None
    only = " and ".join(variable(*option) for option in SENSITIVE)
    return Stray(name, base, f"Airflow takes _{form} for secrets alone, here for {only}. Set {base}.")


def _stray(name: str, known: list[str]) -> Stray | None:
    meant = _same_letters(name, known) or _same_option(name, known) or _alike(name, known)
    if meant or name.startswith(_OURS) or (name.startswith("AIRFLOW__") and "XCOM" in name):
        return Stray(name, meant)
    return None


def stray_sections(conf: Any) -> Iterator[Stray]:
    """Of ``airflow.cfg``: sections with almost the right name."""
    right = [CORE, STORAGE, SECTION]
    for found in conf.sections():
        if found not in right and (meant := _same_letters(found, right)):
            yield Stray(f"the section [{found}] of airflow.cfg", f"[{meant}]")


def stray_options(conf: Any, is_airflows: Callable[[str], bool]) -> Iterator[Stray]:
    """Of ``airflow.cfg``: options that no section of ours has, and in [core] those that are almost one."""
    right = {
        section: [form for s, name in names() if s == section for form in forms(s, name)] for section, _ in names()
    }
    everywhere = {form: section for section, known in right.items() for form in known}
    for section, known in right.items():
        for found in file_options(conf, section):
            if found in known or is_airflows(variable(section, found)):
                continue
            meant = _same_letters(found, known) or _alike(found, known) or _alike(found, list(everywhere))
            if meant or section != CORE:
                where = f"{meant} in [{everywhere[meant]}]" if meant else None
                yield Stray(f"{found} in [{section}] of airflow.cfg", where)


def airflows_own(conf: Any) -> Callable[[str], bool]:
    """Whether Airflow, or another provider, has an option with this variable."""
    described = conf.configuration_description or {}
    known = {
        variable(section, name) for section, about in described.items() for name in (about or {}).get("options") or {}
    }
    return lambda name: (
        name in known or any(name.endswith(form) and name.removesuffix(form) in known for form in ("_CMD", "_SECRET"))
    )


def _is_airflow(name: str) -> bool:
    return _letters(name).startswith("AIRFLOW")


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name)).upper()


def _same_letters(name: str, known: list[str]) -> str | None:
    """The known name that differs in underscores, dots, or upper case alone."""
    return next((one for one in known if _letters(one) == _letters(name)), None)


def _same_option(name: str, known: list[str]) -> str | None:
    """The known name of the same option, where the section is another: ``AIRFLOW__CORE__FERNET_KEYS``."""
    option = name.upper().rpartition("__")[2]
    return next((one for one in known if len(option) > 9 and one.endswith(f"__{option}")), None)


def _alike(name: str, known: list[str]) -> str | None:
    by_letters = {_letters(one): one for one in known}
    found = get_close_matches(_letters(name), by_letters, n=1, cutoff=ALIKE)
    return by_letters[found[0]] if found else None
