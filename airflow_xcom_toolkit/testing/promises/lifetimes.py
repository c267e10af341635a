"""Promise 19: all of the others together."""

from __future__ import annotations

from typing import Any, cast

from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from ..base import Contract, Deploy
from ..database.stand_in import Supervisor
from ..properties import examples
from .machine import Lifetime

QUICK, REAL = ((15, 6), (15, 25)), ((3, 6), (3, 15))
"""How many lives, of how many steps, in the stand-in and in a real Airflow.

Short ones are first, so that a failure is short where it can be; none is shortened after it failed: that takes minutes.
"""


class Lifetimes(Contract):
    """Whatever tasks, Airflow and administrators do one after another, the backend gives what a plain dict would."""

    promise = "19. Whatever happens in a row of runs"

    def test_a_backend_is_as_good_as_a_dict(self, deploy: Deploy) -> None:
        """Pushes, overwrites, retries, crashes, deletions, new keys and thresholds, a while with Airflow's own backend.

        Each pull gives what was pushed last; each row has its objects; no object is left behind without a reason.
        """
        for count, steps in QUICK if isinstance(deploy().rows, Supervisor) else REAL:
            chosen = settings(cast(Any, examples(count)), stateful_step_count=steps, phases=[Phase.generate])
            run_state_machine_as_test(cast(Any, lambda: Lifetime(self, deploy)), settings=chosen)
