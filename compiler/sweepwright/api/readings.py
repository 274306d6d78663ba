"""What was read from files that programs wrote, for people and as data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweepwright.logs.kinds import read_file
from sweepwright.logs.reading import Reading
from sweepwright.model.diagnostic import Diagnostic, error


@dataclass(frozen=True)
class FileReading:
    """One file: what was read, or why nothing or not all of it could be."""

    file: str
    reading: Reading | None
    problems: tuple[Diagnostic, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """``values`` holds numbers by their dotted names, and tables as lists of rows.

        A cell of a table whose rows have names stands under a dotted name, too.
        """
        reading = self.reading
        first = self.problems[0] if self.problems else None
        told: dict[str, Any] = {
            "file": self.file,
            "kind": reading.kind if reading else None,
            "program": reading.program if reading else None,
            "version": reading.version if reading else None,
            "error": None if first is None else {"code": first.code, "message": first.message},
            "values": {},
        }
        if reading is not None:
            told["values"] = {
                **reading.values,
                **{name: table.as_rows() for name, table in reading.tables.items()},
                **dict(reading.cells()),
            }
        return told


def read_files(paths: Iterable[Path]) -> list[FileReading]:
    """Each file for itself; what cannot be read is said and left out."""
    return [_read(path) for path in paths]


def _read(path: Path) -> FileReading:
    name = str(path)
    try:
        reading = read_file(path)
    except OSError as problem:
        message = f"{name} cannot be read: {problem.strerror}"
        return FileReading(name, None, (error("SW-D001", message, help="Look at its name."),))
    if reading is None:
        message = f"{name} is of no kind that is known here"
        help_ = "'sweepwright read --help' lists them; the content counts, not the name."
        return FileReading(name, None, (error("SW-D002", message, help=help_),))
    help_ = "Nothing of this part is given. Send the file, so that it can be read."
    troubles = tuple(
        error("SW-D003", f"{name}: {trouble}", help=help_) for trouble in reading.troubles
    )
    return FileReading(name, reading, troubles)
