"""Encryption: Fernet tokens in rows, AES-256-GCM in chunks for objects, and the keys of both."""

from .fernet import FernetEncryption
from .keys import KeyRing

__all__ = ["FernetEncryption", "KeyRing"]
