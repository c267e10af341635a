"""The examples that there are: file, title, tags, and what each shows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import airflow_xcom_toolkit

EXAMPLE_DAGS = Path(airflow_xcom_toolkit.__file__).with_name("example_dags")


@dataclass(frozen=True)
class Example:
    """One entry of the catalogue."""

    id: str
    title: str
    section: str
    filename: str
    tags: list[str]
    shows: list[str]

    @property
    def name(self) -> str:
        """The id of its dag; where it has further dags, their ids begin so."""
        return self.filename.removesuffix(".py")

    @property
    def path(self) -> Path:
        return EXAMPLE_DAGS / self.filename


def examples() -> list[Example]:
    """All, in the order of the catalogue."""
    return [Example(**entry) for entry in json.loads(Path(__file__).with_name("catalogue.json").read_text())]


def sections() -> dict[str, list[Example]]:
    """The same by section, in order."""
    return {name: list(found) for name, found in groupby(examples(), lambda one: one.section)}
