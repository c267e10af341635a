"""What the secrets masker is told of a decrypted value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from airflow_xcom_toolkit.masking import MAX_SECRETS, secrets_of


@dataclass
class Login:
    user: str
    password: str


@pytest.mark.parametrize(
    ("value", "canary"),
    [
        ("canary-text", "canary-text"),
        ({"deep": [{"deeper": ("canary-text",)}]}, "canary-text"),
        ({"canary-key": 1}, "canary-key"),
        ("first line\ncanary-line\n", "canary-line"),
        (b"canary-bytes", "canary-bytes"),
        (b"\xff-canary", "\\xff-canary"),
        (4929123456781234, "4929123456781234"),
        (Login("someone", "canary-password"), "canary-password"),
        ('say "canary"', 'say \\"canary\\"'),
        ("tab\tcanary", "tab\\tcanary"),
    ],
    ids=str,
)
def test_a_part_is_masked_as_the_text_it_would_appear_as(value: object, canary: str) -> None:
    assert canary in secrets_of(value)


def test_a_frame_is_masked_line_by_line_as_it_prints() -> None:
    frame = pd.DataFrame({"user": ["canary-1", "canary-2"]})
    assert set(str(frame).splitlines()[1:]) <= {f"0  {'canary-1'}", f"1  {'canary-2'}"}
    assert {"0  canary-1", "1  canary-2"} <= set(secrets_of({"frame": frame}))


def test_an_array_is_masked_as_it_prints() -> None:
    assert "[1.25 2.5 ]" in secrets_of(np.array([1.25, 2.5]))


def test_what_is_too_short_to_tell_is_left_out() -> None:
    assert secrets_of(["a", True, None, 12]) == []


def test_the_number_of_masks_is_bounded() -> None:
    assert len(secrets_of([f"secret number {i}" for i in range(10_000)])) == MAX_SECRETS


def test_longer_secrets_come_first() -> None:
    assert secrets_of(["alice", "alice@example.com"])[0] == "alice@example.com"
