"""What of a decrypted value Airflow is kept from showing."""

from __future__ import annotations

from collections import ChainMap
from dataclasses import dataclass
from functools import reduce
from typing import Any

import attrs
import numpy as np
import pandas as pd
import pytest
from pydantic import BaseModel, ConfigDict

from airflow_xcom_toolkit.masking import MAX_CHARACTERS, MAX_MASKED, MAX_MASKED_CHARACTERS, Decrypted, texts_of


@dataclass
class Login:
    user: str
    password: str


FRAME = pd.DataFrame({"user": ["canary-1", "canary-2"], "score": [1.5, 2.5]})


@pytest.mark.parametrize(
    ("value", "canary"),
    [
        ("canary-text", "canary-text"),
        ({"deep": [{"deeper": ("canary-text",)}]}, "canary-text"),
        ({"key": "canary-text"}, "{'key': 'canary-text'}"),
        ("first line\ncanary-line\n", "canary-line"),
        (b"canary-bytes", "canary-bytes"),
        (b"\xff-canary", "\\xff-canary"),
        (4929123456781234, "4929123456781234"),
        (Login("someone", "canary-password"), "canary-password"),
        ('say "canary"', 'say \\"canary\\"'),
        ("tab\tcanary", "tab\\tcanary"),
        (FRAME, "0  canary-1    1.5"),
        ({"frame": FRAME}, "canary-2"),
        (np.array(["canary-cell"]), "canary-cell"),
        (np.array([1.25, 2.5]), "[1.25 2.5 ]"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_part_is_masked_as_the_text_it_would_appear_as(value: object, canary: str) -> None:
    assert canary in set(texts_of(value))


def test_logs_are_not_masked_by_keys_that_are_words() -> None:
    texts = set(texts_of({"return_value": 1, "someone@example.com": 2}))
    assert "return_value" not in texts
    assert "someone@example.com" in texts


def test_what_is_too_short_to_tell_is_left_out() -> None:
    assert [text for text in texts_of(["a", True, None, 12]) if not text.startswith("[")] == []


class Unprintable:
    def __init__(self) -> None:
        self.inside = "canary-inside"

    def __repr__(self) -> str:
        raise RuntimeError("no")


def _cycle() -> list[Any]:
    value: list[Any] = ["canary-inside"]
    value.append({"again": value})
    return value


@pytest.mark.parametrize(
    "value",
    [
        _cycle(),
        [Unprintable()],
        [10**5000, "canary-inside"],
        reduce(lambda inner, _: [inner], range(3000), "canary-inside"),  # type: ignore[arg-type,return-value]
    ],
    ids=["a cycle", "a repr that fails", "a long integer", "deep"],
)
def test_no_value_is_too_odd(value: Any) -> None:
    assert "canary-inside" in set(texts_of(value, keys=True))


def test_masking_does_not_change_the_value() -> None:
    """Printing a masked array sets its fill value, where it had none."""
    array = np.ma.array([1, 2, 3], mask=[False, True, False])
    list(texts_of({"array": array, "nested": [array], "inside": ChainMap({"a": array})}))
    assert array._fill_value is None


class TestBounds:
    def test_memory_and_time_stay_small_however_much_is_decrypted(self) -> None:
        decrypted = Decrypted()
        for pull in range(20):
            decrypted.add([f"secret {n} of pull {pull}" * 10 for n in range(5000)])
        assert sum(map(len, decrypted._texts)) <= MAX_CHARACTERS
        assert not list(texts_of(["x" * 10_000_001]))

    def test_airflows_masker_is_told_a_bounded_number_of_texts_in_a_process(self) -> None:
        decrypted = Decrypted()
        told = [decrypted.add([f"secret {n} of pull {pull}" for n in range(70)]) for pull in range(5)]
        assert sum(map(len, told)) == MAX_MASKED
        assert decrypted.left_out > 200

    def test_airflows_masker_is_told_a_bounded_number_of_characters_in_a_process(self) -> None:
        decrypted = Decrypted()
        told = [text for _ in range(5) for text in decrypted.add(np.random.default_rng(0).random(300))]
        assert 3000 < sum(map(len, told)) <= MAX_MASKED_CHARACTERS

    def test_a_text_is_told_once(self) -> None:
        decrypted = Decrypted()
        assert decrypted.add("canary-text") == ["canary-text"]
        assert decrypted.add("canary-text") == []


class TestRenderedArguments:
    """Unlike Airflow's own masker: numbers, keys and any depth; as many texts as there are."""

    VALUE = {"canary-key": {"x": [[[[[[["canary-deep"]]]]]]]}, "pin": 12345678, "rate": 0.12345, "frame": FRAME}

    @pytest.mark.parametrize(
        "rendered",
        [
            {"canary-key": 1},
            [[[[[[[["canary-deep"]]]]]]]],
            [12345678],
            {"a": 0.12345},
            "pin 12345678 and 0.12345",
            "before canary-deep after",
            str(FRAME),
            {"op_args": [str(VALUE)[:60]]},
        ],
        ids=str,
    )
    def test_every_decrypted_text_is_replaced(self, rendered: Any) -> None:
        decrypted = Decrypted()
        decrypted.add(self.VALUE)
        text = str(decrypted.masked(rendered))
        assert "***" in text
        assert not [part for part in ("canary", "12345", "1.5") if part in text]

    def test_what_airflow_cut_is_replaced_whole(self) -> None:
        """A secret may have been cut, too."""
        decrypted = Decrypted()
        decrypted.add("canary" * 1000)
        assert decrypted.masked("Truncated. You can change this … 'canarycanary...'") == "***"
        assert decrypted.masked("x" * 20_000) == "***"

    def test_everything_else_stays(self) -> None:
        decrypted = Decrypted()
        decrypted.add("canary-text")
        rendered = {"a": [1, 2.5, None, True, "text", {"b": {}}]}
        assert decrypted.masked(rendered) == rendered
        assert Decrypted().masked("anything") == "anything"

    def test_a_thousand_secrets_are_all_replaced(self) -> None:
        decrypted = Decrypted()
        secrets = [f"secret number {n}" for n in range(1000)]
        decrypted.add(secrets)
        assert set(decrypted.masked(secrets)) == {"***"}


def test_the_slots_of_an_object_are_parts_of_it() -> None:
    """Those of attrs classes, and of pydantic models too."""

    @attrs.define
    class Slotted:
        token: str

    class Open(BaseModel):
        model_config = ConfigDict(extra="allow")

    found = set(texts_of([Slotted("first-s3cret"), Open(more="second-s3cret")]))
    assert {"first-s3cret", "second-s3cret"} <= found


@pytest.mark.parametrize("kind", ["frame", "series", "labelled", "unique"])
def test_a_long_table_is_masked_as_pandas_prints_it(kind: str) -> None:
    """Line by line, its size included."""
    frame = pd.DataFrame({"name": [f"somebody {i}" for i in range(5000)], "amount": [i / 3 for i in range(5000)]})
    made = {
        "frame": frame,
        "series": frame["name"],
        "labelled": frame.set_index(pd.date_range("2026-01-01", periods=5000, freq="h")),
        "unique": frame.set_flags(allows_duplicate_labels=False),
    }[kind]
    lines = [line.strip() for line in repr(made).splitlines() if len(line.strip()) >= 5]
    assert set(lines) <= set(texts_of(made))
