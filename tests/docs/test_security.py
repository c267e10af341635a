"""The bounds of masking are those that the page names."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from airflow_xcom_toolkit import masking
from tests.docs.pages import DOCS

SecretsMasker: Any = pytest.importorskip("airflow.sdk._shared.secrets_masker.secrets_masker").SecretsMasker
TEXT = " ".join((DOCS / "explanation" / "security.md").read_text().split())


def rendered(value: Any, argument: Any) -> Any:
    """``argument`` as it is stored, after ``value`` was decrypted."""
    decrypted = masking.Decrypted()
    decrypted.add(value)
    return decrypted.masked(argument)


def logged(value: Any, text: str) -> Any:
    """``text`` as it is logged, after ``value`` was decrypted."""
    masker = SecretsMasker()
    for secret in masking.Decrypted().add(value):
        masker.add_mask(secret)
    return masker.redact(text)


@pytest.mark.parametrize(
    ("value", "argument", "is_masked"),
    [
        ("s3cr3t", "s3cr3t", True),
        ("s3cr3t", [[[[[[{"a": "s3cr3t"}]]]]]], True),
        (12345678, {"id": 12345678}, True),
        ({"secret-key": 1}, {"secret-key": 1}, True),
        ("four", "four", False),
        (1234, 1234, False),
        ("s3cr3t", "S3CR3T", False),
        ("secret" * 2_000, "secret" * 1_000, False),
        ("secret" * 2_000, "Truncated. " + "secret" * 600, True),
        ("x" * 10_001, "x" * 10_001, True),
    ],
)
def test_rendered_arguments(value: Any, argument: Any, is_masked: bool) -> None:
    """Strings, numbers and keys at any depth; not what is short, long or transformed."""
    assert (rendered(value, argument) != argument) == is_masked


@pytest.mark.parametrize(
    ("value", "text", "is_masked"),
    [
        ("s3cr3t", "the s3cr3t is", True),
        (12345678, "id 12345678", True),
        ({"secret_key": 1}, "secret_key", False),
        ({"secret-key": 1}, "secret-key", True),
        ({"secret-key": 1}, str({"secret-key": 1}), True),
        ("four", "four", False),
    ],
)
def test_logs(value: Any, text: str, is_masked: bool) -> None:
    """Strings, numbers, and keys that are no words; those only where the value prints whole."""
    assert (logged(value, text) != text) == is_masked


def test_frames_are_masked_as_they_print() -> None:
    """Printed whole, each line is masked; a part of it has other lines, of which cells are masked."""
    frame = pd.DataFrame({"name": ["Ada Lovelace", "A. M. Turing, OBE"], "id": [1234, 5678]})
    assert "1234" not in logged(frame, str(frame))
    assert "Lovelace" not in logged(frame, str(frame.head(1)))
    assert "1234" in logged(frame, str(frame.head(1)))


def test_the_numbers_on_the_page() -> None:
    """Are those of the code and of Airflow."""
    assert f"at most {masking.MAX_MASKED} texts in one task" in TEXT
    assert f"of {masking.MAX_MASKED_CHARACTERS:,} characters together" in TEXT
    assert f"At most {masking.MAX_PARTS:,} texts" in TEXT
    assert f"fewer than {masking.MIN_LENGTH} characters" in TEXT
    assert f"more than {masking.MAX_LENGTH:,} characters" in TEXT
    assert f"and {masking.MAX_CHARACTERS:,} characters of all" in TEXT
    assert f"no more than {masking.MAX_CELLS:,} cells" in TEXT
    assert f"`[logging] min_length_masked_secret`, which is {SecretsMasker.min_length_to_mask}" in TEXT


def test_what_is_left_out_is_counted() -> None:
    """Beyond the bound of one task."""
    decrypted = masking.Decrypted()
    told = decrypted.add([f"secret-{n:04}" for n in range(300)])
    assert len(told) == masking.MAX_MASKED
    assert decrypted.left_out > 0
