"""Fixes on disk: a job file with its mistakes mended, written whole, or shown as a difference."""

from __future__ import annotations

import codecs
import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sweepwright.emit.write import write_file
from sweepwright.language.fixes import Find, Mended, mend
from sweepwright.language.text import MAX_BYTES
from sweepwright.model.diagnostic import Diagnostic


@dataclass(frozen=True)
class Change:
    """A job file, its bytes as they were read, and its text as it would be."""

    path: Path
    before: bytes
    mended: Mended

    @property
    def after(self) -> bytes:
        """The bytes to write; a byte order mark stays."""
        mark = codecs.BOM_UTF8 if self.before.startswith(codecs.BOM_UTF8) else b""
        return mark + self.mended.source.encode()

    def diff(self) -> str:
        """The change as a unified diff."""
        from difflib import unified_diff

        old, new = (_lines(content.decode()) for content in (self.before, self.after))
        return "".join(unified_diff(old, new, str(self.path), str(self.path)))

    def write(self) -> str | None:
        """Puts the new text in the place of the old one, or says why not."""
        path = Path(os.path.realpath(self.path))
        try:
            mode = path.stat().st_mode
            if not stat.S_ISREG(mode):
                return "it is no file"
            if not mode & 0o222 or not os.access(path, os.W_OK):
                return "it is read-only"
            if path.read_bytes() != self.before:
                return "it was changed meanwhile"
            write_file(path, self.after)
            path.chmod(stat.S_IMODE(mode))
        except OSError as problem:
            return problem.strerror or str(problem)
        return None


def contents(path: Path) -> bytes:
    """The bytes of a job file; nothing where it cannot be read, which checking it tells."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError:
        return b""


def change(
    path: Path, before: bytes, found: Iterable[Diagnostic], find: Find, safe_only: bool
) -> Change | None:
    """The change that mends what was found in a job file; None where nothing can be mended.

    ``before`` is what it held before it was checked, so that a change in between is noticed.
    """
    try:
        source = before.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    mended = mend(source, str(path), found, find, safe_only)
    return Change(path, before, mended) if mended.applied else None


def _lines(text: str) -> list[str]:
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    return [x if x.endswith("\n") else f"{x}\n\\ No newline at end of file\n" for x in lines]
