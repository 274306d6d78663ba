"""Job files written anew: formatted, their sweeps written out, upgraded to today's language."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from sweepwright.api.build import files_of
from sweepwright.api.expanding import entries_of
from sweepwright.api.front import Options, compose_job, resolve_job
from sweepwright.api.places import places_of
from sweepwright.language.compose import ComposedJob, Stacks, roots_of
from sweepwright.language.folders import MacroFolders, user_folder
from sweepwright.language.formatting import expanded, formatted, order_of_job, order_of_macro
from sweepwright.language.layers import gather
from sweepwright.language.macros import apply, read_macro
from sweepwright.language.nodes import JobText
from sweepwright.language.text import load, loads
from sweepwright.language.upgrade import migrated
from sweepwright.language.validate import Patch, validate
from sweepwright.model.diagnostic import Diagnostic, Severity, error, has_errors

#: what a pattern stands for in each of its sweeps
_OF_PATTERNS = ("name", "images", "crystal", "dataset")


class Rewritten(NamedTuple):
    """What a file would be; ``after`` is None when it cannot be written anew.

    ``sources`` are the texts that diagnostics point into; ``notes`` say what was done, ``proof`` why
    it is right.
    """

    after: str | None
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, str]
    notes: tuple[str, ...] = ()
    proof: str = ""


def format_file(path: Path, expand: bool, bind: Mapping[str, str]) -> Rewritten:
    """The canonical form of a job or macro; with ``expand`` all sweeps of a job are written out."""
    text, found = load(path)
    if text is None:
        return Rewritten(None, tuple(found), {})
    sources = {text.name: text.source}
    if any(key.value == "macro" for key, _ in text.root.pairs()):
        found = _macro_problems(path)
        after = None if has_errors(found) else formatted(text, order_of_macro)
        return Rewritten(after, tuple(found), sources)
    patch, found = validate(text)
    if patch is not None and expand:
        text, more = _written_out(text, patch, path, bind)
        found += more
    after = None if has_errors(found) else formatted(text, order_of_job)
    return Rewritten(after, tuple(found), sources)


def _macro_problems(path: Path) -> list[Diagnostic]:
    macro, found = read_macro(path, str(path))
    return found if macro is None else apply(macro, {}, None)[1]


def _written_out(
    text: JobText, patch: Patch, path: Path, bind: Mapping[str, str]
) -> tuple[JobText, list[Diagnostic]]:
    """The job with a sweep for each match of its patterns; reads folders of images."""
    layers, found = gather(patch, (), _folders(path))
    places, more = places_of(roots_of(layers), path, bind)
    found += more
    entries, more = entries_of(patch, places)
    # what a folder or pattern stands for was a warning: it is written out now
    found += [item for item in more if item.severity is Severity.ERROR]
    sweeps: dict[int, list[dict[str, str]]] = {}
    for entry in entries:
        said = (patch.job.sweeps or ())[entry.index]
        now = {key: getattr(entry.sweep, key) for key in _OF_PATTERNS}
        changes = {key: text for key, text in now.items() if text != getattr(said, key)}
        sweeps.setdefault(entry.index, []).append(changes)
    return text._replace(root=expanded(patch, text.root, sweeps)), found


def upgrade_file(path: Path) -> Rewritten:
    """A job in today's version of the language, proved to mean what it meant."""
    text, found = load(path)
    if text is None:
        return Rewritten(None, tuple(found), {})
    sources = {text.name: text.source}
    now, told = migrated(text)
    if has_errors(told):
        return Rewritten(None, tuple(told), sources)
    if now is text:
        return Rewritten(text.source, (), sources)
    patch, found = validate(now)
    if patch is None:
        return Rewritten(None, tuple(found), sources)
    after = formatted(now)
    again, _ = loads(after, text.name)
    assert again is not None  # `formatted` has read it
    proof, problem = prove(path, now, again)
    if problem is not None:
        return Rewritten(None, (problem,), sources)
    notes = tuple(f"{change.span}: {change.message}" for item in told for change in item.related)
    return Rewritten(after, (), sources, notes, proof)


def prove(path: Path, old: JobText, new: JobText) -> tuple[str, Diagnostic | None]:
    """That two texts compose to the same job and, with the images here, compile to the same plan.

    SW-L066: they do not.
    """
    here = compose_job(path, Options(), old, look=False)
    there = compose_job(path, Options(), new, look=False)
    if here.job is None or there.job is None:
        first = next(item for item in (*here.diagnostics, *there.diagnostics) if has_errors([item]))
        return "", first
    if _said(here.job) != _said(there.job):
        return "", _unproved(path, "another job")
    front = resolve_job(path, Options(), old)
    again = resolve_job(path, Options(), new)
    if front.job is None or again.job is None:
        first = next(
            item for item in (*front.diagnostics, *again.diagnostics) if has_errors([item])
        )
        return f"means the same; not compiled: {first.message}", None
    # sources and places in files differ as the files do
    plans = [{**files_of(job, b"")[1], "origins.json": b""} for job in (front.job, again.job)]
    if plans[0] != plans[1]:
        return "", _unproved(path, "another plan")
    return "means the same, and compiles to the same plan", None


def _unproved(path: Path, what: str) -> Diagnostic:
    message = f"'{path}' would become {what}; it is left as it is"
    return error(
        "SW-L066", message, help="This is a mistake of sweepwright: please report the job."
    )


def _said(job: ComposedJob) -> Any:
    """All that a composed job says, without the places in its file."""

    def plain(stacks: Stacks) -> Any:
        return {
            key: [replace(w, origin=replace(w.origin, span=None)) for w in stack]
            for key, stack in stacks.items()
        }

    return (
        job.name,
        plain(job.stacks),
        {name: plain(stacks) for name, stacks in job.crystals.items()},
        {name: plain(stacks) for name, stacks in job.datasets.items()},
        [(s.name, s.crystal, s.dataset, plain(s.stacks)) for s in job.sweeps],
        plain({name: (written,) for name, written in job.roots.items()}),
        [(macro.name, macro.macro.digest, macro.parameters) for macro in job.macros],
    )


def _folders(path: Path) -> MacroFolders:
    return MacroFolders(Path(os.path.abspath(path)).parent, user_folder())
