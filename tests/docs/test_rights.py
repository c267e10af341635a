"""The policy that the guide shows is the one that is tested on a real server."""

from __future__ import annotations

import json
from pathlib import Path

from tests.stores.policies import S3_ACTIONS

POLICY = Path(__file__).parents[2] / "docs" / "how-to" / "remote-agents" / "s3-policy.json"


def test_the_policy_has_the_actions_that_are_tested() -> None:
    """No more of them, and no fewer."""
    (statement,) = json.loads(POLICY.read_text())["Statement"]
    assert sorted(statement["Action"]) == sorted(S3_ACTIONS)
    assert statement["Resource"] == "arn:aws:s3:::BUCKET/PREFIX/*"
