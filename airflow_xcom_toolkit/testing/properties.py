"""How the contract's tests use hypothesis: the same examples each time, and no limit of time to one of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hypothesis import HealthCheck, Phase, settings

Test = TypeVar("Test", bound=Callable[..., None])


def examples(count: int) -> Callable[[Test], Test]:
    """``count`` examples, the same in every run: a contract that a backend keeps today is not broken tomorrow.

    One that fails is made as small as it can be, unless the profile of hypothesis does without `Phase.shrink`.
    """
    return settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        print_blob=False,
        phases={Phase.explicit, Phase.generate, Phase.shrink}.intersection(settings().phases),
        suppress_health_check=list(HealthCheck),
    )
