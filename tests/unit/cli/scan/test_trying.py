"""What each backend makes of values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from airflow_xcom_toolkit.cli.scan.trying import Toolkit, stock
from tests.unit.conftest import SetOptions

from .shop import Opaque, Order


@pytest.mark.parametrize(
    ("value", "says", "why"),
    [
        ({"a": [1, 2.5, None]}, "kept", ""),
        ({1: "a"}, "changed", "value.keys()[0]: '1' (str) instead of 1 (int)"),
        (np.arange(3), "refused", "at push: "),
        (float("nan"), "refused", "at push: "),
        (b"a", "refused", "at push: "),
        (Order(1, ["a"]), "refused", "at pull: "),
    ],
)
def test_the_default_backend(options: SetOptions, value: Any, says: str, why: str) -> None:
    options()
    found = stock(value)
    assert found.says == says
    assert found.why.startswith(why)


@pytest.mark.parametrize("value", [{1: "a"}, np.arange(3), float("nan"), b"a", (Decimal("1.10"), {2})])
def test_the_toolkit_keeps(options: SetOptions, value: Any) -> None:
    options()
    assert Toolkit().tried(value).says == "kept"


def test_every_class_that_the_allow_list_lacks_is_named_at_once(options: SetOptions) -> None:
    """Not the first alone, and then the next."""
    from .shop import Colour

    options()
    toolkit = Toolkit()
    found = toolkit.tried([Order(1, ["a"]), Colour.RED])
    assert found.says == "refused"
    assert toolkit.missing == {f"{Order.__module__}.Order", f"{Order.__module__}.Colour"}


def test_with_the_line_they_are_kept(options: SetOptions) -> None:
    options(allowed_deserialization_classes="airflow.* tests.*")
    toolkit = Toolkit()
    assert toolkit.tried(Order(1, ["a"])).says == "kept"
    assert not toolkit.missing


@pytest.mark.parametrize(
    ("value", "advice"), [((item for item in [1]), "pass list(value)"), (Opaque(None), "Return plain Python")]
)
def test_what_no_backend_keeps_is_refused_with_what_to_do(options: SetOptions, value: Any, advice: str) -> None:
    options(allowed_deserialization_classes="airflow.* tests.*")
    found = Toolkit().tried(value)
    assert found.says == "refused"
    assert advice in found.why
