"""Two jobs, two locks or two inputs of XDS compared by what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from sweepwright.api.front import Options, Read, compose_job
from sweepwright.language.difference import Change, Said, differences
from sweepwright.language.text import load
from sweepwright.model.diagnostic import Diagnostic, error
from sweepwright.records.lock import in_words, plain

_NOTHING = "not said"


class Told(Protocol):
    """A change: a sentence for people, data for machines."""

    def to_json(self) -> dict[str, Any]: ...


class Moved(NamedTuple):
    """A key of a job that says another thing."""

    change: Change

    def __str__(self) -> str:
        _, old, new = self.change
        places = ", ".join(str(s.origin.span) for s in (old, new) if s and s.origin.span)
        told = f"{self.change.key}: {_shown(old)} -> {_shown(new)}"
        return f"{told}   ({places})" if places else told

    def to_json(self) -> dict[str, Any]:
        """For ``--json``; what is not said is null."""
        return {
            "key": self.change.key,
            "old": _data(self.change.old),
            "new": _data(self.change.new),
        }


class Comparison(NamedTuple):
    """How two files differ. With errors they could not be read, or are no pair to compare."""

    changes: Sequence[Told]
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, str]
    pair: bool = True


def compare(old: Path, new: Path) -> Comparison:
    """The differences of two jobs, of two locks (``*.json``) or of two inputs of XDS (``*.INP``)."""
    inputs = [path.suffix.upper() == ".INP" for path in (old, new)]
    if all(inputs):
        return _inputs(old, new)
    if any(inputs):
        message = f"'{old}' and '{new}' are an input of XDS and another file"
        help_ = "'sweepwright import xds' makes a job of an XDS.INP."
        return Comparison((), (error("SW-L068", message, help=help_),), {}, False)
    kinds = {path.suffix == ".json" for path in (old, new)}
    if len(kinds) > 1:
        message = f"'{old}' and '{new}' are a job and a lock"
        help_ = "'sweepwright compile JOB --locked --lock FILE' compares a job with a lock."
        return Comparison((), (error("SW-L068", message, help=help_),), {}, False)
    return _locks(old, new) if kinds == {True} else _jobs(_read(old, old), _read(new, new))


def compare_in_place(old: Path | None, new: Path | None, place: Path) -> Comparison | None:
    """Two states of the job ``place``, in files elsewhere. None where one is missing or no job."""
    read = [None if path is None else _read(path, place) for path in (old, new)]
    if any(one is None or one.job is None for one in read):
        return None
    return _jobs(*(one for one in read if one is not None))


def _read(path: Path, place: Path) -> Read:
    """A job with its macros, as if it stood at ``place``; no images are looked at."""
    text, found = load(path, str(place))
    if text is None:
        return Read(None, b"", {}, tuple(found), {})
    return compose_job(place, Options(), text, look=False)


def _jobs(old: Read, new: Read) -> Comparison:
    sources = {**old.sources, **new.sources}
    if old.job is None or new.job is None:
        wrong = [one for one in (old, new) if one.job is None]
        return Comparison((), tuple(item for one in wrong for item in one.diagnostics), sources)
    changes = [Moved(change) for change in differences(old.job, new.job)]
    return Comparison(changes, (), sources)


def _locks(old: Path, new: Path) -> Comparison:
    from sweepwright.api.locking import read_lock_file
    from sweepwright.records.lock_difference import difference

    before, after = read_lock_file(old), read_lock_file(new)
    wrong = tuple(lock for lock in (before, after) if isinstance(lock, Diagnostic))
    if isinstance(before, Diagnostic) or isinstance(after, Diagnostic):
        return Comparison((), wrong, {})
    return Comparison(difference(before, after), (), {})


def _inputs(old: Path, new: Path) -> Comparison:
    """Two inputs of XDS, XSCALE or XDSCONV."""
    from sweepwright.programs.xds_difference import difference
    from sweepwright.programs.xds_input import program_of

    texts = []
    for path in (old, new):
        try:
            texts.append(path.read_bytes().decode("utf-8", errors="replace"))
        except OSError as problem:
            message = f"cannot read '{path}': {problem.strerror}"
            found = error("SW-L067", message, help="Look at its name.")
            return Comparison((), (found,), {})
    programs = [program_of(path.name, text) for path, text in zip((old, new), texts, strict=True)]
    if programs[0] != programs[1]:
        message = f"'{old}' is for {programs[0].upper()}, '{new}' for {programs[1].upper()}"
        return Comparison((), (error("SW-L068", message),), {}, False)
    before, after = texts
    return Comparison(difference(before, after, programs[0]), (), {})


def _shown(said: Said | None) -> str:
    return _NOTHING if said is None else in_words(plain(said.value))


def _data(said: Said | None) -> dict[str, Any] | None:
    if said is None:
        return None
    span = said.origin.span
    place = {} if span is None else {"file": span.file, "line": span.line, "column": span.column}
    return {"value": plain(said.value), "layer": said.origin.layer.value, **place}
