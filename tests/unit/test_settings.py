"""Options: read, checked, turned into pipelines."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from airflow_xcom_toolkit.abc import Coordinate, KeyProvider
from airflow_xcom_toolkit.encryption import KeyRing
from airflow_xcom_toolkit.errors import ConfigurationError, MissingExtraError, PlaintextRefusedError, StorageError
from airflow_xcom_toolkit.get_provider_info import option_defaults
from airflow_xcom_toolkit.settings import Settings, current
from tests.pipelines import AT, objects
from tests.unit.conftest import SetOptions

KEY = Fernet.generate_key().decode()


class Vault(KeyProvider):
    def keys(self) -> list[str]:
        return [KEY]


class Empty(KeyProvider):
    def keys(self) -> list[str]:
        return []


class Bytes(KeyProvider):
    def keys(self) -> Any:
        return [KEY.encode()]


class Text(KeyProvider):
    def keys(self) -> Any:
        return KEY


class Failing(KeyProvider):
    def keys(self) -> list[str]:
        raise OSError("canary")


class Told(KeyProvider):
    def keys(self) -> list[str]:
        try:
            raise OSError("canary")
        except OSError as e:
            raise StorageError("the vault answered 403") from e


def test_defaults_are_those_of_the_provider_metadata(options: SetOptions) -> None:
    options()
    settings = current()
    assert settings.dataframe_format == option_defaults()["dataframe_format"] == "arrow"
    assert settings.plaintext_rows == option_defaults()["plaintext_rows"] == "warn"
    assert settings.storage_attempts == int(option_defaults()["storage_attempts"]) == 3
    assert (settings.threshold, settings.compression, settings.max_value_bytes) == (-1, None, 0)
    assert settings.mask_decrypted
    assert not settings.has_keys


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("xcom_objectstorage_threshold", "lots", "'lots' is not a whole number"),
        ("xcom_objectstorage_threshold", "-2", "the least is -1"),
        ("max_value_bytes", "-1", "the least is 0"),
        ("max_value_bytes", "1.5", "not a whole number"),
        ("storage_attempts", "0", "the least is 1"),
        ("dataframe_format", "csv", "arrow, parquet"),
        ("plaintext_rows", "maybe", "allow, warn, reject"),
        ("mask_decrypted", "perhaps", "neither true nor false"),
        ("stores", "{", "not JSON"),
        ("stores", "[]", "not a JSON object"),
        ("stores", '{"default": "file:///x"}', "taken by"),
        ("stores", '{"old": 7}', "not a JSON object"),
        ("cache_dir", "cache", "'cache' is not an absolute path"),
        ("cache_max_bytes", "10 GB", "'10 GB' is not a whole number"),
        ("cache_max_bytes", "0", "the least is 1"),
    ],
)
def test_a_value_that_cannot_be_used_names_option_value_and_what_is_allowed(
    option: str, value: str, says: str, options: SetOptions
) -> None:
    options(**{option: value})
    with pytest.raises(ConfigurationError, match=option) as caught:
        Settings.read()
    assert says in str(caught.value)


def test_there_is_no_cache_by_default(options: SetOptions) -> None:
    """And with a folder, it takes what the provider declares."""
    options()
    assert (current().cache_dir, current().cache_max_bytes) == ("", 10 * 1024**3)
    assert int(option_defaults()["cache_max_bytes"]) == current().cache_max_bytes
    assert current().placement()._cache is None


def test_backends_share_the_cache_of_the_options(options: SetOptions, tmp_path: Path) -> None:
    """Its folder is not made before something is copied."""
    options(cache_dir=f"{tmp_path}/cache", cache_max_bytes="5000000")
    place = current().placement()
    assert place._cache is current().pipeline().placement._cache is not None  # type: ignore[attr-defined]
    assert not (tmp_path / "cache").exists()


def test_an_unknown_compression_names_the_known_ones(options: SetOptions) -> None:
    options(xcom_objectstorage_compression="rar")
    with pytest.raises(ConfigurationError, match=r"'rar'.*gzip") as caught:
        current().pipeline(offload=True)
    assert caught.value.option == "common.io.xcom_objectstorage_compression"


@pytest.mark.parametrize(("name", "suffix"), [("gzip", ".gz"), ("gz", ".gz"), ("zstd", ".zst"), ("", "")])
def test_compressions_have_the_stock_backends_names_and_suffixes(name: str, suffix: str, options: SetOptions) -> None:
    options(xcom_objectstorage_compression=name)
    assert current().pipeline(offload=True).compression.suffix == suffix


def test_a_compression_that_is_not_installed_names_its_extra(
    options: SetOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fsspec.compression import compr

    monkeypatch.delitem(compr, "zstd")
    options(xcom_objectstorage_compression="zstd")
    with pytest.raises(MissingExtraError, match=r"airflow-xcom-toolkit\[zstd\]"):
        current().pipeline(offload=True)


def test_an_offloading_backend_without_a_path_says_which_option_is_missing(options: SetOptions) -> None:
    options(xcom_objectstorage_path="", xcom_objectstorage_threshold="10")
    with pytest.raises(ConfigurationError, match="xcom_objectstorage_path"):
        current().pipeline(offload=True)


def test_keys_come_from_the_option_the_first_encrypts(options: SetOptions) -> None:
    other = Fernet.generate_key().decode()
    options(fernet_keys=f" {KEY} , {other},")
    assert len(current().keys) == 2
    assert current().keys.primary_id == KeyRing([KEY]).primary_id


def test_keys_come_from_a_provider(options: SetOptions) -> None:
    options(key_provider="tests.unit.test_settings.Vault")
    assert len(current().keys) == 1


@pytest.mark.parametrize("path", ["tests.unit.test_settings.KEY", "tests.unit.conftest._forget"])
def test_a_provider_that_is_none_is_a_configuration_error(path: str, options: SetOptions) -> None:
    options(key_provider=path)
    with pytest.raises(ConfigurationError, match="key_provider"):
        _ = current().keys


def test_settings_show_no_key(options: SetOptions) -> None:
    options(fernet_keys=KEY)
    _ = current().keys
    assert KEY not in repr(current())


class TestEncryption:
    def test_the_toolkit_backend_encrypts_when_there_is_a_key(self, options: SetOptions) -> None:
        options()
        assert current().pipeline(encrypt=None).encryption is None
        options(fernet_keys=KEY)
        assert current().pipeline(encrypt=None).encryption is not None

    def test_an_encrypting_backend_without_a_key_pushes_nothing(self, options: SetOptions) -> None:
        options()
        with pytest.raises(ConfigurationError, match="fernet_keys"):
            current().pipeline(encrypt=True).push("x", AT)

    @pytest.mark.parametrize(
        "misconfigured",
        [
            {"fernet_keys": " , "},
            {"fernet_keys_cmd": "true"},
            {"fernet_keys_secret": "missing/secret"},
            {"plaintext_rows": "reject"},
        ],
        ids=str,
    )
    def test_it_is_never_off_in_silence(self, misconfigured: dict[str, str], options: SetOptions) -> None:
        options(**misconfigured)
        with pytest.raises(ConfigurationError, match="fernet_keys"):
            current().pipeline(encrypt=None).push("x", AT)

    @pytest.mark.parametrize("provider", ["Empty", "Bytes", "Text", "Failing"])
    def test_a_provider_that_gives_no_keys_is_named_and_not_quoted(self, provider: str, options: SetOptions) -> None:
        options(key_provider=f"tests.unit.test_settings.{provider}")
        with pytest.raises(ConfigurationError, match=provider) as caught:
            current().pipeline(encrypt=None).push("x", AT)
        assert "canary" not in "".join(traceback.format_exception(caught.value))

    def test_a_provider_may_say_what_went_wrong_with_an_error_of_the_toolkit(self, options: SetOptions) -> None:
        """Its message is shown, its causes are not."""
        options(key_provider=f"{__name__}.Told")
        with pytest.raises(ConfigurationError, match=r"Told failed: the vault answered 403") as caught:
            current().pipeline(encrypt=True).push("x", AT)
        assert "canary" not in "".join(traceback.format_exception(caught.value))

    @pytest.mark.parametrize(
        "broken", [{}, {"fernet_keys": "malformed"}, {"key_provider": f"{__name__}.Failing"}], ids=str
    )
    def test_purging_needs_no_key(self, broken: dict[str, str], options: SetOptions, tmp_path: Path) -> None:
        options(fernet_keys=KEY, xcom_objectstorage_threshold="0")
        row = current().pipeline(offload=True, encrypt=None).push("x" * 100, AT)
        options(**{"fernet_keys": "", **broken})
        current().pipeline(offload=True, encrypt=True).purge(row)
        assert objects(tmp_path / "store") == []

    def test_plaintext_is_rejected_where_that_is_the_policy(self, options: SetOptions) -> None:
        options(fernet_keys=KEY, plaintext_rows="reject")
        with pytest.raises(PlaintextRefusedError):
            current().pipeline(encrypt=True).pull("plain")
        assert current().pipeline().pull("plain").value == "plain"

    def test_plaintext_is_warned_of_by_default(self, options: SetOptions, caplog: pytest.LogCaptureFixture) -> None:
        options(fernet_keys=KEY)
        assert current().pipeline(encrypt=True).pull("plain").value == "plain"
        assert "plaintext_rows" in caplog.text


def test_schema_options_are_read(options: SetOptions) -> None:
    rules = '[{"dag": "sales_*", "schema": "acme.orders", "version": 3}]'
    options(schema_modules="acme.a, acme.b", schema_rules=rules, unknown_schema="plain")
    found = Settings.read()
    assert found.schema_modules == ("acme.a", "acme.b")
    assert found.schema_rules[0].matches(Coordinate("sales_eu", "run", "load", -1, "return_value"))
    assert found.unknown_schema == "plain"


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("schema_rules", "{"),
        ("schema_rules", '{"schema": "a", "version": 1}'),
        ("schema_rules", '[{"schema": "a"}]'),
        ("schema_rules", '[{"schema": "a", "version": "1"}]'),
        ("schema_rules", '[{"schema": "a", "version": 1, "tasks": "x"}]'),
        ("unknown_schema", "ignore"),
    ],
)
def test_schema_options_that_cannot_be_used_are_named(option: str, text: str, options: SetOptions) -> None:
    options(**{option: text})
    with pytest.raises(ConfigurationError, match=option):
        Settings.read()
