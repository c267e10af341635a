"""The registry of broken backends: each has one fault, and names the test of the contract that is to reject it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import airflow_xcom_toolkit as toolkit

T = TypeVar("T", bound=type)


@dataclass(frozen=True)
class Fault:
    """A backend that ``does`` what it should not, and the ``test`` that is to reject it.

    ``only``: the end of the test's name in brackets, where one of its parameters is enough. ``because``: a regular
    expression for what the test says; needed where the test fails by anything but its own assertion.
    """

    backend: Any
    does: str
    test: str
    only: str = ""
    because: str = ""
    capabilities: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of its class of the contract."""
        return f"Test{self.backend.__name__}"

    @property
    def parent(self) -> Any:
        """The toolkit's backend that it is but for its fault; one that was made without the toolkit has none."""
        return next((cls for cls in self.backend.__mro__ if cls in _WHOLE), None)

    def runs(self, test: str) -> bool:
        """Whether ``test``, with its parameters in brackets, is one that is to reject it."""
        name, _, parameters = test.partition("[")
        return name == self.test and self.only in f"[{parameters}"

    def explains(self, message: str) -> bool:
        """Whether ``message`` is what a test says of this very fault."""
        return re.search(self.because, message) is not None


FAULTS: list[Fault] = []

_WHOLE = (
    toolkit.ToolkitXComBackend,
    toolkit.ThresholdXComBackend,
    toolkit.FernetXComBackend,
    toolkit.VersionedXComBackend,
    toolkit.SerdeXComBackend,
)


def fault(does: str, test: str, *, only: str = "", because: str = "", **capabilities: Any) -> Callable[[T], T]:
    """Registers a backend that ``does`` what it should not: the words complete "a backend that …"."""

    def register(backend: T) -> T:
        FAULTS.append(Fault(backend, does, test, only, because, capabilities))
        return backend

    return register
