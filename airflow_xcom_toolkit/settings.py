"""The only reader of ``airflow.cfg``: options, checked, then a pipeline of the stages that a backend names."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from .abc import Encryption, HandlerContext, KeyProvider
from .allow_list import AirflowClassGate
from .compat import conf, declare_sensitive
from .compression import Compression
from .errors import ConfigurationError, PlaintextRefusedError, SchemaError, XComToolkitError
from .foreign import ForeignRows, looks_like_a_reference
from .get_provider_info import option_defaults
from .handlers._classes import HANDLERS as CLASSES
from .pipeline import Pipeline
from .placement import DEFAULT_STORE, ObjectPlacement, ReadCache
from .registry import HandlerRegistry
from .schemas import Catalogue, NoSchema, Rule, Stamps, schema_handlers
from .serde import SerdeHandler

if TYPE_CHECKING:
    from .encryption import KeyRing

log = logging.getLogger(__name__)

SECTION = "xcom_toolkit"
STORAGE = "common.io"


@dataclass(frozen=True)
class Settings:
    """The options as they are in effect, each checked, whether read or fixed in code. Shows no key.

    ``stores`` are those besides ``path``.
    """

    path: str
    threshold: int
    compression: str | None
    stores: Mapping[str, str]
    max_value_bytes: int
    dataframe_format: str
    plaintext_rows: str
    mask_decrypted: bool
    storage_attempts: int
    api_conn_id: str = ""
    schema_modules: Sequence[str] = ()
    schema_rules: Sequence[Rule] = ()
    unknown_schema: str = "error"
    cache_dir: str = ""
    cache_max_bytes: int = 10 * 1024**3

    @classmethod
    def read(cls) -> Settings:
        """From ``airflow.cfg`` and the environment. Raises `ConfigurationError`, which names the option."""
        return cls(
            path=_text(STORAGE, "xcom_objectstorage_path"),
            threshold=_integer(STORAGE, "xcom_objectstorage_threshold"),
            compression=_text(STORAGE, "xcom_objectstorage_compression") or None,
            stores=_stores(),
            max_value_bytes=_integer(SECTION, "max_value_bytes"),
            dataframe_format=_text(SECTION, "dataframe_format").lower(),
            plaintext_rows=_text(SECTION, "plaintext_rows").lower(),
            mask_decrypted=_boolean("mask_decrypted"),
            storage_attempts=_integer(SECTION, "storage_attempts"),
            api_conn_id=_text(SECTION, "api_conn_id"),
            schema_modules=_listed("schema_modules"),
            schema_rules=_rules(),
            unknown_schema=_text(SECTION, "unknown_schema").lower(),
            cache_dir=_text(SECTION, "cache_dir"),
            cache_max_bytes=_integer(SECTION, "cache_max_bytes"),
        )

    def __post_init__(self) -> None:
        self._check_number("threshold", f"{STORAGE}.xcom_objectstorage_threshold", least=-1)
        self._check_number("max_value_bytes", f"{SECTION}.max_value_bytes")
        self._check_number("storage_attempts", f"{SECTION}.storage_attempts", least=1)
        self._check_number("cache_max_bytes", f"{SECTION}.cache_max_bytes", least=1)
        self._check_choice("dataframe_format", "arrow", "parquet")
        self._check_choice("plaintext_rows", "allow", "warn", "reject")
        self._check_choice("mask_decrypted", True, False)
        self._check_choice("unknown_schema", "error", "plain")
        _check(isinstance(self.path, str), f"{STORAGE}.xcom_objectstorage_path", f"{self.path!r} is not text")
        _check(_is_stores(self.stores), f"{SECTION}.stores", _NO_STORES)
        _check(_is_folder(self.cache_dir), f"{SECTION}.cache_dir", f"{self.cache_dir!r} is not an absolute path")

    def _check_number(self, name: str, option: str, least: int = 0) -> None:
        value = getattr(self, name)
        _check(type(value) is int, option, f"{value!r} is not a whole number")
        _check(value >= least, option, f"{value} is too small; the least is {least}")

    def _check_choice(self, name: str, *allowed: object) -> None:
        value = getattr(self, name)
        _check(value in allowed, f"{SECTION}.{name}", f"{value!r} is not one of: {', '.join(map(str, allowed))}")

    @property
    def keys(self) -> KeyRing:
        """The keys, asked for anew. Raises `ConfigurationError` where there is none, or one is malformed."""
        from .encryption import KeyRing

        return KeyRing(_keys())

    @cached_property
    def has_keys(self) -> bool:
        """Whether keys are configured; none is looked at. Raises `ConfigurationError` where they turn out empty."""
        return bool(_text(SECTION, "key_provider") or _configured_keys())

    @cached_property
    def _encryption(self) -> Encryption:
        from .encryption import FernetEncryption

        return FernetEncryption(lambda: self.keys)

    def decryption(self) -> Encryption:
        """Opens tokens; asks for keys when it has one to open."""
        return self._encryption

    @cached_property
    def catalogue(self) -> Catalogue:
        """The schemas that are declared here."""
        declared = [rule.declared() for rule in self.schema_rules]
        return Catalogue(self.schema_modules, unknown_as_plain=self.unknown_schema == "plain", further=declared)

    def pipeline(self, *, offload: bool = False, encrypt: bool | None = False, stamp: bool = False) -> Pipeline:
        """The pipeline of a backend. Every pipeline reads every row.

        ``encrypt=None``: when there are keys, or rows without are rejected. ``stamp``: pushes write schemas.
        """
        encrypting = self.has_keys or self.plaintext_rows == "reject" if encrypt is None else encrypt
        foreign = ForeignRows(self.path)
        return Pipeline(
            handlers=HandlerRegistry(SerdeHandler(), first=schema_handlers(self.catalogue, CLASSES, stamps=stamp)),
            context=HandlerContext(AirflowClassGate(), self.dataframe_format),
            placement=self.placement(offload=offload),
            compression=Compression(self.compression if offload else None),
            encryption=self.decryption() if encrypting else None,
            decryption=self.decryption,
            foreign_load=foreign.load,
            foreign_purge=foreign.purge,
            foreign_url=foreign.url,
            look_alike=looks_like_a_reference,
            on_plaintext=self._plaintext_policy,
            max_value_bytes=self.max_value_bytes,
            schema=Stamps(self.catalogue, self.schema_rules) if stamp else NoSchema(),
        )

    def placement(self, kind: type[ObjectPlacement] = ObjectPlacement, *, offload: bool = True) -> ObjectPlacement:
        """Where bodies go: above the threshold to a store of ``kind``'s choice; without ``offload`` into the row."""
        threshold = self.threshold if offload and self.threshold >= 0 else None
        if threshold is not None and not self.path:
            raise ConfigurationError(
                f"{STORAGE}.xcom_objectstorage_path",
                f"it is not set, and xcom_objectstorage_threshold = {threshold} moves values there. Set it to a base "
                "path such as s3://aws_conn@bucket/xcom or file:///srv/airflow/xcom.",
            )
        stores = {**self.stores, **({DEFAULT_STORE: self.path} if self.path else {})}
        return kind(stores, _open_path, threshold=threshold, attempts=self.storage_attempts, **self._cache)

    @cached_property
    def _cache(self) -> dict[str, ReadCache]:
        """Not mentioned where there is none, to a ``kind`` that was written before there could be one."""
        return {"cache": ReadCache(self.cache_dir, self.cache_max_bytes)} if self.cache_dir else {}

    @property
    def _plaintext_policy(self) -> Callable[[], None]:
        return {"allow": _ignore, "warn": _warn_plaintext, "reject": _reject_plaintext}[self.plaintext_rows]


@cache
def current() -> Settings:
    """The settings of this process, read once."""
    declare_sensitive(SECTION, "fernet_keys")
    return Settings.read()


def _open_path(url: str) -> Any:
    from airflow.sdk import ObjectStoragePath

    return ObjectStoragePath(url)


def _ignore() -> None: ...


def _warn_plaintext() -> None:
    log.warning(
        "An XCom row that is not encrypted was read by an encrypting backend. Once no old rows are left, set "
        "[xcom_toolkit] plaintext_rows = reject, so that none can be slipped in."
    )


def _reject_plaintext() -> None:
    raise PlaintextRefusedError(
        "The XCom row is not encrypted, and [xcom_toolkit] plaintext_rows = reject. If it is from the time before "
        "encryption, run its task again, or set the option to warn."
    )


def _keys() -> Sequence[str]:
    provider = _text(SECTION, "key_provider")
    return _provided_keys(provider) if provider else _configured_keys()


def _configured_keys() -> Sequence[str]:
    found = [key.strip() for key in _text(SECTION, "fernet_keys").split(",") if key.strip()]
    if not found and (source := _source_of_keys()):
        raise ConfigurationError(f"{SECTION}.fernet_keys", f"{source} is set and gives no key; encryption would be off")
    return found


def _source_of_keys() -> str | None:
    """What says where the keys are, if anything does."""
    for form in ("fernet_keys", "fernet_keys_cmd", "fernet_keys_secret"):
        variable = f"AIRFLOW__{SECTION}__{form}".upper()
        if os.environ.get(variable):
            return variable
        if conf.has_option(SECTION, form) and conf.get(SECTION, form, fallback=""):
            return f"[{SECTION}] {form}"
    return None


def _provided_keys(path: str) -> Sequence[str]:
    found = _imported_provider(path)
    if not (isinstance(found, type) and issubclass(found, KeyProvider)):
        raise ConfigurationError(f"{SECTION}.key_provider", f"{path!r} is not a subclass of abc.KeyProvider")
    return _checked_keys(path, _called(path, found))


def _imported_provider(path: str) -> Any:
    """What is at the path. Airflow logs what it cannot import: not what may be a key in the wrong option."""
    option = f"{SECTION}.key_provider"
    if not all(part.isidentifier() for part in path.split(".")):
        raise ConfigurationError(option, "it is not the dotted path of a class; keys themselves are set by fernet_keys")
    try:
        return conf.getimport(SECTION, "key_provider")
    except Exception as e:  # Airflow's own quotes the import error alone; that of the module may quote anything.
        raise ConfigurationError(option, f"{path!r} cannot be imported ({type(e.__cause__ or e).__name__})") from None


def _called(path: str, provider: type[KeyProvider]) -> Any:
    """What the provider gives. Its errors may quote keys, so only their type is told; the toolkit's own quote none."""
    try:
        return provider().keys()
    except XComToolkitError as e:
        problem = f"{path} failed: {e}"
    except Exception as e:
        problem = f"{path} failed with {type(e).__name__}"
    raise ConfigurationError(f"{SECTION}.key_provider", problem)


def _checked_keys(path: str, keys: Any) -> Sequence[str]:
    if isinstance(keys, (list, tuple)) and keys and all(isinstance(key, str) for key in keys):
        return keys
    raise ConfigurationError(f"{SECTION}.key_provider", f"{path}.keys() is to give a list of at least one str")


def _text(section: str, option: str) -> str:
    default = option_defaults().get(option, "") if section == SECTION else ""
    value = conf.get(section, option, fallback=default)
    return (value if value is not None else default).strip()


def _integer(section: str, option: str) -> int:
    text = _text(section, option) or ("-1" if option == "xcom_objectstorage_threshold" else "0")
    try:
        return int(text)
    except ValueError:
        raise ConfigurationError(f"{section}.{option}", f"{text!r} is not a whole number") from None


def _check(holds: bool, option: str, problem: str) -> None:
    if not holds:
        raise ConfigurationError(option, problem)


def _boolean(option: str) -> bool:
    text = _text(SECTION, option).lower()
    if text not in ("true", "false", "1", "0", "t", "f", "yes", "no"):
        raise ConfigurationError(f"{SECTION}.{option}", f"{text!r} is neither true nor false")
    return text in ("true", "1", "t", "yes")


_NO_STORES = (
    'it is not a JSON object of names and base paths, such as {"old": "s3://bucket/xcom"}; '
    'the name "default" is taken by [common.io] xcom_objectstorage_path'
)


def _stores() -> dict[str, str]:
    text = _text(SECTION, "stores")
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError as e:
        raise ConfigurationError(f"{SECTION}.stores", f"it is not JSON ({e})") from None
    _check(_is_stores(found), f"{SECTION}.stores", _NO_STORES)
    return dict(found)


def _is_folder(found: Any) -> bool:
    return isinstance(found, str) and (not found or os.path.isabs(found))


def _listed(option: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _text(SECTION, option).split(",") if part.strip())


def _rules() -> tuple[Rule, ...]:
    text = _text(SECTION, "schema_rules")
    try:
        return tuple(Rule.from_json(found) for found in json.loads(text or "[]"))
    except (ValueError, TypeError, SchemaError) as e:
        raise ConfigurationError(f"{SECTION}.schema_rules", f"{_NO_RULES} ({e})") from None


_NO_RULES = (
    'it is not a JSON list of rules, such as [{"dag": "sales_*", "task": "load", "key": "return_value", '
    '"schema": "acme.orders", "version": 3}]'
)


def _is_stores(found: Any) -> bool:
    return (
        isinstance(found, dict)
        and DEFAULT_STORE not in found
        and all(isinstance(url, str) and url for url in found.values())
    )
