"""A wheel that was read: its files, and its metadata."""

from __future__ import annotations

import configparser
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import Parser

PACKAGE = "airflow_xcom_toolkit"


@dataclass(frozen=True)
class Archive:
    """``files`` maps each name in the wheel to its bytes."""

    files: Mapping[str, bytes]

    @property
    def of_the_package(self) -> set[str]:
        """Names of the package's files, relative to it."""
        return {name.removeprefix(f"{PACKAGE}/") for name in self.files if name.startswith(f"{PACKAGE}/")}

    @property
    def beside_the_package(self) -> set[str]:
        """Names of all other files, without the folder of the metadata."""
        return {name.partition("/")[2] for name in self.files if not name.startswith(f"{PACKAGE}/")}

    def information(self, name: str) -> bytes:
        """A file of the folder that has the metadata."""
        (found,) = [text for path, text in self.files.items() if path.endswith(f".dist-info/{name}")]
        return found

    @property
    def metadata(self) -> Message:
        return Parser().parsestr(self.information("METADATA").decode())

    @property
    def entry_points(self) -> dict[str, dict[str, str]]:
        parser = configparser.ConfigParser(delimiters="=")
        parser.optionxform = str  # type: ignore[assignment, method-assign]
        parser.read_string(self.information("entry_points.txt").decode())
        return {group: dict(parser.items(group)) for group in parser.sections()}
