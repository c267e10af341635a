"""Where the value of an option comes from: which of the ways to set it are used, in the order of Airflow's search."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from configparser import RawConfigParser
from dataclasses import dataclass
from typing import Any

from ...get_provider_info import option_defaults
from ...settings import SECTION, STORAGE

CORE = "core"
DEFAULT = "default"
FILE = "airflow.cfg"
SENSITIVE = frozenset({(SECTION, "fernet_keys")})
FIELDS = {
    (STORAGE, "xcom_objectstorage_path"): "path",
    (STORAGE, "xcom_objectstorage_threshold"): "threshold",
    (STORAGE, "xcom_objectstorage_compression"): "compression",
}
"""The names that `Settings` has for the options of the stock backend."""


def names() -> list[tuple[str, str]]:
    """The options that matter: section and name of each."""
    core = ("xcom_backend", "allowed_deserialization_classes", "allowed_deserialization_classes_regexp")
    return [*((CORE, name) for name in core), *FIELDS, *((SECTION, name) for name in option_defaults())]


def variable(section: str, name: str) -> str:
    """The environment variable of an option."""
    return f"AIRFLOW__{section.replace('.', '_')}__{name}".upper()


def forms(section: str, name: str) -> list[str]:
    """The names under which an option may be set: its own, and for a secret those of a command and a backend's key."""
    return [name, f"{name}_cmd", f"{name}_secret"] if (section, name) in SENSITIVE else [name]


def variables() -> dict[str, tuple[str, str]]:
    """Every environment variable that has an effect, and on which option."""
    return {variable(section, form): (section, name) for section, name in names() for form in forms(section, name)}


@dataclass(frozen=True)
class Option:
    """An option as it is in effect. ``sources``: the first is in effect, the others are overridden by it."""

    section: str
    name: str
    value: str
    sources: tuple[str, ...]
    in_code: str = ""
    """What the backend class has instead, in its ``settings``."""

    @property
    def source(self) -> str:
        return self.in_code or (self.sources[0] if self.sources else DEFAULT)

    @property
    def overridden(self) -> tuple[str, ...]:
        return self.sources if self.in_code else self.sources[1:]

    def to_json(self) -> dict[str, Any]:
        return {
            "section": self.section,
            "option": self.name,
            "value": self.value,
            "source": self.source,
            "is_default": self.source == DEFAULT,
            "overridden": list(self.overridden),
        }


def sources(section: str, name: str, conf: Any, environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Where the option is set. The first of them is in effect."""
    found = [variable(section, form) for form in forms(section, name) if variable(section, form) in environ]
    found += [_of_file(name, form) for form in forms(section, name) if in_file(conf, section, form)]
    return tuple(found)


def _of_file(name: str, form: str) -> str:
    return FILE if form == name else f"{FILE} ({form})"


def in_file(conf: Any, section: str, name: str) -> bool:
    """Whether ``airflow.cfg`` itself has it; what Airflow's parser answers includes defaults and variables."""
    return RawConfigParser.has_option(conf, section, name)


def file_options(conf: Any, section: str) -> Iterator[str]:
    """The names that ``airflow.cfg`` has in a section."""
    if RawConfigParser.has_section(conf, section):
        yield from RawConfigParser.options(conf, section)
