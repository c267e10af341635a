"""Promise 7: what Airflow's own backends read after the way back to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatch
from typing import Any

import pytest
from airflow.providers.common.io.xcom.backend import XComObjectStorageBackend
from airflow.sdk.bases.xcom import BaseXCom

from ..base import Contract, Deploy, needs, not_applicable
from ..same import assert_same, is_same
from ..values.samples import JSON, SAMPLES
from ..xcoms import AT, XComs

BACK_TO = {"BaseXCom": BaseXCom, "XComObjectStorageBackend": XComObjectStorageBackend}


class Rollback(Contract):
    """After the way back to Airflow's own backends, old rows are read with one line of configuration."""

    promise = "7. Rollback-safe"

    @needs("rolls_back")
    @pytest.mark.parametrize("back", BACK_TO)
    def test_old_rows_are_read_after_the_way_back(self, deploy: Deploy, form: Mapping[str, Any], back: str) -> None:
        """With ``allowed_deserialization_classes`` as `rollback_allows` says, and store and keys where they were."""
        before = deploy(**form)
        for name, make in JSON.items():
            before.push(make(), replace(AT, key=name))
        after = deploy(backend=BACK_TO[back], allowed=self.rollback_allows, **form)
        for name, make in JSON.items():
            assert_same(after.pull(replace(AT, key=name)), make(), name)

    @needs("rolls_back")
    @pytest.mark.parametrize("name", SAMPLES)
    @pytest.mark.parametrize("back", BACK_TO)
    def test_values_of_every_kind_are_read_after_the_way_back(
        self, deploy: Deploy, xcoms: XComs, back: str, name: str
    ) -> None:
        """Those, too, that Airflow's own backends could not have written."""
        try:
            xcoms.push(SAMPLES[name]())
        except Exception:
            not_applicable(f"the backend refuses {name}")
        kept = xcoms.pull()
        after = deploy(
            backend=BACK_TO[back],
            allowed=self.rollback_allows,
            threshold=xcoms.setup.threshold,
            keys=xcoms.setup.keys,
        )
        assert_same(after.pull(), kept)

    @needs("rolls_back")
    def test_all_values_of_a_mapped_task_are_read_after_the_way_back(
        self, deploy: Deploy, form: Mapping[str, Any]
    ) -> None:
        """Old rows beside new ones, which Airflow's own backend wrote."""
        allowed = {"allowed": self.rollback_allows, **form}
        at = replace(AT, task_id="mapped", map_index=0)
        deploy(**form).push([1, "old"], at)
        after = deploy(backend=BaseXCom, **allowed)
        after.push([2, "new"], replace(at, map_index=1))
        assert_same(list(after.pull_all(at)), [[1, "old"], [2, "new"]])

    @needs("rolls_back")
    def test_without_the_line_airflows_error_says_what_to_allow(self, deploy: Deploy, form: Mapping[str, Any]) -> None:
        """It names the option, and a class that `rollback_allows` matches; unless the row is read without it."""
        deploy(**form).push((1, ("a", 2.5)))
        after = deploy(backend=BaseXCom, **form)
        try:
            got: Any = after.pull()
        except Exception as e:
            got = str(e)
            words = [word.strip("'\"`.,:;()") for word in got.split()]
            named = [word for word in words for line in self.rollback_allows.split() if fnmatch(word, line)]
            if named and "allow" in got:
                return
        assert is_same(got, (1, ("a", 2.5))), f"Without the line, Airflow's own backend read, or said, {got!r}"
