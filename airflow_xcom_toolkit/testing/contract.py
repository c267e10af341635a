"""The contract of an XCom backend: every promise, in one class that an in-house backend's tests derive from."""

from __future__ import annotations

import sys
from typing import Any

from .guard import OVERRIDABLE, problems
from .promises.bounds import Bounds
from .promises.calls import AirflowCalls
from .promises.capabilities import Honesty
from .promises.code import NoCodeFromData
from .promises.concurrency import Concurrency
from .promises.crashing import CrashSafe
from .promises.fidelity import Fidelity
from .promises.following import Following
from .promises.foreign import Foreign
from .promises.golden import ReadableForEver
from .promises.hook_pairs import HookPairs
from .promises.importing import Importing
from .promises.independence import Independence
from .promises.inert import Inert
from .promises.lifetimes import Lifetimes
from .promises.loop import NeverBlocks
from .promises.loud import Loud
from .promises.purging import Purge
from .promises.refusal import Refusal
from .promises.rights import LeastRights
from .promises.rollback import Rollback
from .promises.rows import StrictRows
from .promises.secrecy import Secrecy
from .promises.silence import Silence
from .promises.tampering import Tampering


class XComBackendContract(
    Honesty,
    Fidelity,
    Refusal,
    StrictRows,
    Inert,
    Foreign,
    Loud,
    Rollback,
    Following,
    Purge,
    CrashSafe,
    Secrecy,
    Tampering,
    Silence,
    Independence,
    Bounds,
    ReadableForEver,
    LeastRights,
    NoCodeFromData,
    NeverBlocks,
    AirflowCalls,
    HookPairs,
    Concurrency,
    Importing,
    Lifetimes,
):
    """The tests that a backend passes if it keeps what users of XComs rely on.

    ::

        class TestAcmeXCom(XComBackendContract):
            backend = AcmeXCom
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        backend = vars(cls).get("backend")
        if backend is not None and not isinstance(backend, type):
            raise TypeError(f"{cls.__qualname__}.backend is {backend!r}; it is to be a class derived from BaseXCom")
        if cls.test_no_promise_is_dropped_or_overridden is not _GUARD:
            raise TypeError(f"{cls.__qualname__} overrides the test that guards the others; let it be")

    def test_no_promise_is_dropped_or_overridden(self) -> None:
        """Each test of the contract is there, or overridden with ``@pytest.mark.xfail(reason=...)``."""
        found = problems(type(self), XComBackendContract)
        assert not found, "\n".join(found)


_GUARD = XComBackendContract.test_no_promise_is_dropped_or_overridden


def xcom_backend_contract(backend: type, **overrides: Any) -> type[XComBackendContract]:
    """The class of tests for ``backend``, in one line: ``TestAcmeXCom = xcom_backend_contract(AcmeXCom)``.

    ``overrides``: attributes of `XComBackendContract`, such as ``store="s3://…"`` or ``offloads=no("…")``.
    """
    if unknown := overrides.keys() - OVERRIDABLE:
        raise TypeError(
            f"{', '.join(sorted(unknown))}: a contract has no such attribute; it has {', '.join(sorted(OVERRIDABLE))}"
        )
    module = sys._getframe(1).f_globals.get("__name__", __name__)
    return type(
        f"Test{backend.__name__}", (XComBackendContract,), {"backend": backend, "__module__": module, **overrides}
    )
