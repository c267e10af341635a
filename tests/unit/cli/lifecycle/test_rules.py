"""The rule of each kind of store."""

from __future__ import annotations

import json
from typing import Any

import pytest

from airflow_xcom_toolkit.cli.definition import parser
from airflow_xcom_toolkit.cli.lifecycle.run import main
from tests.docs.pages import DOCS, noted
from tests.unit.conftest import SetOptions

URLS = {"s3": "s3://aws@bucket/team/xcom", "gcs": "gs://gcp@bucket/team/xcom", "azure": "abfs://az@bucket/team/xcom"}


@pytest.fixture
def lifecycle(options: SetOptions, capfd: pytest.CaptureFixture[str]) -> Any:
    """``lifecycle`` for a path: its exit code, standard output and standard error."""

    def call(path: str, *arguments: str, **further: str) -> tuple[int, str, str]:
        options(xcom_objectstorage_path=path, **further)
        code = main(parser().parse_args(["lifecycle", *arguments]))
        return (code, *capfd.readouterr())

    return call


def test_on_s3_cut_off_uploads_and_old_versions_go(lifecycle: Any) -> None:
    code, output, errors = lifecycle(URLS["s3"], "--after", "2w")
    [rule] = json.loads(output)["Rules"]
    assert code == 0
    assert rule["Filter"] == {"Prefix": "team/xcom/"}
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 14}
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 14}
    assert "Days" not in rule["Expiration"]
    assert "aws s3api put-bucket-lifecycle-configuration --bucket bucket " in errors
    assert "takes the place of all rules" in errors


def test_the_page_shows_what_is_printed(lifecycle: Any) -> None:
    page = DOCS / "how-to" / "collect-garbage.md"
    assert lifecycle("s3://my_aws@my-bucket/xcom")[1] == noted(page, "lifecycle rule").text


def test_on_gcs_cut_off_uploads_and_old_versions_go(lifecycle: Any) -> None:
    _, output, errors = lifecycle(URLS["gcs"])
    below = {"matchesPrefix": ["team/xcom/"]}
    assert json.loads(output)["lifecycle"]["rule"] == [
        {"action": {"type": "AbortIncompleteMultipartUpload"}, "condition": {"age": 7, **below}},
        {"action": {"type": "Delete"}, "condition": {"daysSinceNoncurrentTime": 7, **below}},
    ]
    assert "gcloud storage buckets update gs://bucket --lifecycle-file=" in errors


def test_on_azure_old_versions_go(lifecycle: Any) -> None:
    """Blocks of uploads that were cut off go by themselves."""
    _, output, errors = lifecycle(URLS["azure"])
    [rule] = json.loads(output)["rules"]
    assert rule["definition"]["filters"]["prefixMatch"] == ["bucket/team/xcom/"]
    assert rule["definition"]["actions"] == {"version": {"delete": {"daysAfterCreationGreaterThan": 7}}}
    assert "az storage account management-policy create" in errors


@pytest.mark.parametrize("kind", URLS)
def test_objects_go_only_where_that_is_asked_for_with_a_warning(lifecycle: Any, kind: str) -> None:
    code, output, errors = lifecycle(URLS[kind], "--expire", "90d")
    assert code == 0
    assert "90" in output
    assert "whether or not a row refers to them" in errors
    assert "90" not in lifecycle(URLS[kind])[1]


def test_a_bucket_without_a_prefix_has_the_rule_for_all_of_it(lifecycle: Any) -> None:
    assert json.loads(lifecycle("s3://aws@bucket")[1])["Rules"][0]["Filter"] == {"Prefix": ""}
    assert "matchesPrefix" not in lifecycle("gs://gcp@bucket")[1]


def test_local_files_have_no_rule_but_that_of_another_kind_can_be_seen(lifecycle: Any) -> None:
    code, output, errors = lifecycle("file:///srv/xcom")
    assert (code, output) == (2, "")
    assert "gc is enough" in errors
    assert '"PREFIX/"' in lifecycle("file:///srv/xcom", "--for", "s3")[1]


def test_another_store_is_named(lifecycle: Any) -> None:
    stores = json.dumps({"old": "s3://aws@old/xcom"})
    assert "--bucket old" in lifecycle(URLS["gcs"], "--store", "old", stores=stores)[2]
    code, _, errors = lifecycle(URLS["gcs"], "--store", "none")
    assert code == 2
    assert "no store 'none'; configured: default, old" in errors


@pytest.mark.parametrize("days", ["12h", "0d", "7", "1.5d"])
def test_what_is_no_number_of_days_is_refused(lifecycle: Any, days: str) -> None:
    code, output, errors = lifecycle(URLS["s3"], "--expire", days)
    assert (code, output) == (2, "")
    assert "--expire" in errors
