"""What every class of the contract builds on: how the backend under test is set up, and reached past."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import pytest

from .capabilities import Capability, Missing, capability
from .faults import FaultyStore, faulty_store
from .setup import KEY, Setup
from .xcoms import Objects, Rows, XComs

Deploy = Callable[..., XComs]

FORMS: Mapping[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "in the row": (("inlines", "plain"), {}),
    "in an object": (("offloads", "plain"), {"threshold": 0}),
    "encrypted in the row": (("inlines", "encrypts"), {"keys": (KEY,)}),
    "encrypted in an object": (("offloads", "encrypts"), {"threshold": 0, "keys": (KEY,)}),
}
"""The forms that a stored value may have: which capabilities each needs, and how a backend is set up for it."""


class Contract:
    """A class of tests for one backend. Subclasses say which, and may override what stands before the fixtures."""

    backend: ClassVar[Any]
    """The class that ``AIRFLOW__CORE__XCOM_BACKEND`` would name."""

    store: ClassVar[str] = ""
    """The URL below which objects go, as ``xcom_objectstorage_path`` has it. Empty: a local folder of each test."""

    offloads: ClassVar[Capability | None] = None
    inlines: ClassVar[Capability | None] = None
    encrypts: ClassVar[Capability | None] = None
    plain: ClassVar[Capability | None] = None
    uses_fsspec: ClassVar[Capability | None] = None
    reads_toolkit_rows: ClassVar[Capability | None] = None
    reads_stock_rows: ClassVar[Capability | None] = None
    rolls_back: ClassVar[Capability | None] = None

    rollback_allows: ClassVar[str] = "airflow.* airflow_xcom_toolkit.*"
    """What ``[core] allowed_deserialization_classes`` has to be for ``BaseXCom`` to read the backend's rows."""

    golden: ClassVar[Path | str | None] = None
    """The folder of the golden rows of your releases, seen from the file of your class: see `testing.golden`."""

    promise: ClassVar[str] = ""
    """The promise that the tests of a class hold a backend to."""

    url: str
    """Where the objects of the running test are."""

    def environment(self, setup: Setup) -> Mapping[str, str]:
        """The environment variables that make the backend do what ``setup`` asks. For options of your own."""
        return setup.environment()

    def forget(self) -> None:
        """Lets the process forget what it keeps of the configuration. For caches of your own."""
        from .. import backends, compat

        backends.forget()
        compat.forget_options()
        compat.forget_masked()

    # The store, past the backend. For a store that is not reached by fsspec, override all four.

    def list_objects(self) -> list[str]:
        """The keys of all objects below `url`, relative to it, sorted."""
        fs, base = self._opened()
        fs.invalidate_cache()
        return sorted(str(path).removeprefix(base).lstrip("/") for path in fs.find(base))

    def read_object(self, key: str) -> bytes:
        """The bytes of an object."""
        fs, base = self._opened()
        return fs.cat_file(f"{base}/{key}")  # type: ignore[no-any-return]

    def write_object(self, key: str, data: bytes) -> None:
        """Makes an object, or replaces it."""
        fs, base = self._opened()
        fs.makedirs(f"{base}/{key}".rpartition("/")[0], exist_ok=True)
        fs.pipe_file(f"{base}/{key}", data)

    def delete_object(self, key: str) -> None:
        """Deletes an object."""
        fs, base = self._opened()
        fs.rm_file(f"{base}/{key}")

    def _opened(self) -> tuple[Any, str]:
        from airflow.sdk import ObjectStoragePath

        path = ObjectStoragePath(self.url)
        return path.fs, str(path.path).rstrip("/")

    # How tests get a backend that is set up ------------------------------------------------------------------------

    @classmethod
    def need(cls, *names: str) -> None:
        """Ends the test as not applicable unless the backend has these capabilities."""
        for name in names:
            found = capability(cls, name)
            if isinstance(found, Missing):
                not_applicable(f"{name}: {found.reason}")

    @pytest.fixture(autouse=True)
    def _needs(self, request: pytest.FixtureRequest) -> None:
        for mark in request.node.iter_markers("xcom_needs"):
            self.need(*mark.args)

    @pytest.fixture
    def rows(self, xcom_contract_rows: Rows) -> Rows:
        """The database; empty."""
        return xcom_contract_rows

    @pytest.fixture
    def deploy(self, rows: Rows, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deploy]:
        """Sets the backend up, as often as a test likes: ``deploy(threshold=0, keys=(KEY,))``.

        Rows and objects stay. ``backend=`` sets another one up in its place; ``store=`` another `FaultyStore` or URL.
        """
        store = self.store or f"file://{tmp_path_factory.getbasetemp()}/xcom-contract"
        self.url = f"{store.rstrip('/')}/{uuid4().hex}"
        self.deployed: list[XComs] = []

        environment = pytest.MonkeyPatch()

        def deployed(*, backend: Any = None, store: Any = None, **options: Any) -> XComs:
            setup = Setup(store=getattr(store, "url", store) or self.url, **options)
            for name, value in self.environment(setup).items():
                environment.setenv(name, value)
            self.forget()
            objects: Objects = _OfFaultyStore(store) if isinstance(store, FaultyStore) else self
            xcoms = XComs(backend or self.backend, rows, objects, setup)
            self.deployed.append(xcoms)
            return xcoms

        try:
            yield deployed
            self._remove_objects()
        finally:
            environment.undo()
            self.forget()
            self.deployed.clear()  # pytest keeps the instances of all tests: with them, it would keep every value.

    def _remove_objects(self) -> None:
        if self.store and self.deployed:  # A listing takes its time: none where the test was not applicable.
            for key in self.list_objects():
                self.delete_object(key)

    @pytest.fixture
    def xcoms(self, deploy: Deploy) -> XComs:
        """The backend in the simplest form that it has: in the row, and not encrypted, unless it never does that."""
        for needed, options in FORMS.values():
            if all(capability(type(self), name) for name in needed):
                return deploy(**options)
        raise TypeError(f"{type(self).__qualname__} says that no value is ever stored: see its capabilities")

    @pytest.fixture(params=FORMS)
    def form(self, request: pytest.FixtureRequest) -> Mapping[str, Any]:
        """How `deploy` is asked for each of the forms that the backend has: ``deploy(**form)``."""
        return self._form(request.param)

    def _form(self, name: str) -> dict[str, Any]:
        needed, options = FORMS[name]
        self.need(*needed)
        return options

    @pytest.fixture
    def each_form(self, form: Mapping[str, Any], deploy: Deploy) -> XComs:
        """The backend in each of the forms that it has: a test that asks for this runs once in each."""
        return deploy(**form)

    @pytest.fixture(params=[name for name in FORMS if "object" in name])
    def offloaded(self, request: pytest.FixtureRequest, deploy: Deploy) -> XComs:
        """The backend with every value in an object, plain and encrypted."""
        return deploy(**self._form(request.param))

    @pytest.fixture(params=[name for name in FORMS if "encrypted" in name])
    def encrypted(self, request: pytest.FixtureRequest, deploy: Deploy) -> XComs:
        """The backend with keys, in the row and in an object."""
        return deploy(**self._form(request.param))

    @pytest.fixture
    def asynchronous(self) -> None:
        """Ends the test as not applicable where Airflow has no async calls."""
        from ..compat import HAS_ASYNC, airflow_version

        if not HAS_ASYNC:
            not_applicable(f"Airflow {airflow_version()} has no async calls")

    @pytest.fixture
    def hurried(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Lets those who wait before they try again not wait."""
        sleep = time.sleep
        monkeypatch.setattr(time, "sleep", lambda seconds: sleep(0))

    @pytest.fixture
    def faulty(self) -> Iterator[FaultyStore]:
        """A store that fails as told: ``deploy(store=faulty, threshold=0)``."""
        self.need("offloads", "uses_fsspec")
        with faulty_store() as store:
            yield store

    @pytest.fixture(params=[name for name in FORMS if "object" in name])
    def on_faulty(self, request: pytest.FixtureRequest, deploy: Deploy, faulty: FaultyStore) -> XComs:
        """The backend with every value in an object of `faulty`, plain and encrypted."""
        return deploy(store=faulty, **self._form(request.param))


class _OfFaultyStore:
    """The objects of a `FaultyStore`, as they are: looking at them is no call, and no fault is seen."""

    def __init__(self, store: FaultyStore) -> None:
        self._objects = store.objects

    def list_objects(self) -> list[str]:
        return sorted(self._objects)

    def read_object(self, key: str) -> bytes:
        return self._objects[key]

    def write_object(self, key: str, data: bytes) -> None:
        self._objects[key] = data

    def delete_object(self, key: str) -> None:
        del self._objects[key]


def needs(*names: str) -> pytest.MarkDecorator:
    """Marks a test as applicable only to backends with these capabilities. Not for classes: all are bases of one."""
    return pytest.mark.xcom_needs(*names)


NOT_APPLICABLE = "not applicable: "


def not_applicable(reason: str) -> None:
    """Ends a test that says nothing about this backend, here."""
    __tracebackhide__ = True
    pytest.skip(NOT_APPLICABLE + reason)
