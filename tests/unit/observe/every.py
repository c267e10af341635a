"""Every name of a metric."""

from __future__ import annotations

import re
from itertools import product

from airflow_xcom_toolkit.observe import names


def every_name() -> list[str]:
    """With one error for all. Only stages that an action has."""
    parts = {
        "action": names.ACTIONS,
        "place": names.PLACES,
        "part": names.PARTS,
        "outcome": names.OUTCOMES,
        "verb": names.VERBS,
        "error": ("integrity_error",),
    }
    found = [
        names.STAGE_TIME.format(action=action, stage=stage)
        for action, stages in names.STAGES.items()
        for stage in stages
    ]
    for pattern in {*names.COUNTERS, *names.TIMERS} - {names.STAGE_TIME}:
        fields = re.findall(r"{(\w+)}", pattern)
        found += [pattern.format(**dict(zip(fields, chosen))) for chosen in product(*(parts[name] for name in fields))]
    return sorted(found)
