"""Digests: SHA-256 everywhere, so that ``sha256sum`` can check each of them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Digest:
    """The digest of a file's bytes, with their number."""

    sha256: str
    bytes: int


def sha256_bytes(content: bytes) -> str:
    """The digest of some bytes."""
    return hashlib.sha256(content).hexdigest()


def canonical_json(value: Any) -> bytes:
    """JSON with one spelling: sorted, without blanks. Raises ValueError for NaN."""
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode("utf-8", "surrogateescape")


def sha256_json(value: Any) -> str:
    """The digest of plain data."""
    return sha256_bytes(canonical_json(value))


def digest_file(path: Path) -> Digest:
    """The digest of a file. Raises OSError."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return Digest(sha256, file.tell())
