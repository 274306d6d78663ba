"""Whether a job still compiles to what its lock says; compiled in memory, nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweepwright.api.build import files_of
from sweepwright.api.front import Options, resolve_job
from sweepwright.emit.compile import previews
from sweepwright.model.diagnostic import Diagnostic, error, has_errors
from sweepwright.model.plan import Plan
from sweepwright.records.digest import digest_file
from sweepwright.records.folder import LOCK, PLAN
from sweepwright.records.lock import Lock, read_lock
from sweepwright.records.lock_difference import Change, difference, file_difference
from sweepwright.run import load_plan


@dataclass(frozen=True)
class Locked:
    """What came of the comparison.

    ``lock`` is the file that was found; ``files`` the unified difference of the rendered files, where
    the run folder of the lock is at hand. Without errors the job was compared. ``sources`` are the
    texts that diagnostics point into, by name.
    """

    lock: Path | None
    changes: tuple[Change, ...]
    files: str
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, str]

    @property
    def compared(self) -> bool:
        """Whether there was a good job and a good lock."""
        return not has_errors(self.diagnostics)

    @property
    def same(self) -> bool:
        """Whether values, images and plan are equal: versions may have moved without an effect."""
        return self.compared and not any(change.matters for change in self.changes)

    def to_json(self) -> dict[str, Any]:
        """For ``compile --locked --json``."""
        return {
            "lock": None if self.lock is None else str(self.lock),
            "same": self.same,
            "changes": [change.to_json() for change in self.changes],
            "files": self.files,
            "diagnostics": [item.to_json() for item in self.diagnostics],
        }


def compare_with_lock(
    path: Path, options: Options, output: Path | None = None, lock: Path | None = None
) -> Locked:
    """Compares a job with ``lock``; without one, with that of the run folder ``output``.

    Without either, ``NAME.lock.json`` beside the job is taken, else that of the run folder ``NAME``.
    """
    front = resolve_job(path, options)
    if front.job is None:
        return Locked(None, (), "", front.diagnostics, front.sources)
    plan, files = files_of(front.job, front.source)
    candidates = [*_candidates(path, front.job.name, output, lock)]
    found = next((file for file in candidates if file.exists()), None)
    if found is None:
        looked = ", ".join(f"'{file}'" for file in candidates)
        help_ = (
            "'sweepwright compile JOB' writes a run folder with one; "
            f"to keep it beside the job: cp RUN/{LOCK} {front.job.name}.lock.json."
        )
        problem = error("SW-P012", f"there is no lock to compare with at {looked}", help=help_)
        return Locked(None, (), "", (*front.diagnostics, problem), front.sources)
    old = read_lock_file(found)
    if isinstance(old, Diagnostic):
        return Locked(found, (), "", (*front.diagnostics, old), front.sources)
    changes = difference(old, read_lock(files[LOCK]))
    before = _plan_of(old, [found.parent, path.parent / front.job.name])
    texts = "" if before is None else file_difference(previews(before), previews(plan))
    return Locked(found, changes, texts, front.diagnostics, front.sources)


def _candidates(job: Path, name: str, output: Path | None, lock: Path | None) -> Iterator[Path]:
    if lock is not None:
        yield lock
    elif output is not None:
        yield output / LOCK
    else:
        yield job.parent / f"{name}.lock.json"
        yield job.parent / name / LOCK


def read_lock_file(path: Path) -> Lock | Diagnostic:
    """The lock in a file; SW-P013 when there is none."""
    help_ = "Take a copy that no one has edited, or compile the job anew."
    try:
        return read_lock(path.read_bytes())
    except OSError as problem:
        return error("SW-P013", f"cannot read the lock '{path}': {problem.strerror}", help=help_)
    except ValueError as problem:
        return error("SW-P013", f"'{path}' is not a lock: {problem}", help=help_)


def _plan_of(lock: Lock, folders: list[Path]) -> Plan | None:
    """The plan that a lock is about, where one of the folders holds it."""
    for folder in folders:
        try:
            if digest_file(folder / PLAN).sha256 == lock["plan"]:
                return load_plan(folder)[0]
        except OSError:
            continue
    return None
