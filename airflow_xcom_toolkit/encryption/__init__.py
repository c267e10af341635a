"""Encryption: Fernet tokens in rows, AES-256-GCM in chunks for objects, and the keys of both."""

from .chunked import ChunkedEncryption
from .fernet import FernetEncryption
from .keys import KeyRing

__all__ = ["ChunkedEncryption", "FernetEncryption", "KeyRing"]
