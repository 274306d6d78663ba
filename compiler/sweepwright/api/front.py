"""From the job file to the resolved job: load, validate, compose, observe, resolve, check."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from sweepwright.checks.duplicates import check_duplicates
from sweepwright.checks.headers import check_headers
from sweepwright.engines.registry import ENGINES
from sweepwright.images.discover import parse_pattern
from sweepwright.images.observe import Wanted, image_template, observe
from sweepwright.language.compose import ComposedJob, ComposedSweep, compose
from sweepwright.language.text import JobText, load
from sweepwright.language.validate import validate
from sweepwright.model.diagnostic import Diagnostic, Span, advice, error, has_errors
from sweepwright.model.facts import SweepFacts
from sweepwright.model.job_resolved import ResolvedJob
from sweepwright.model.ranges import ImageSet
from sweepwright.model.resolved import Written
from sweepwright.programs.probe import missing, probe
from sweepwright.resolve.resolve import resolve

#: the root that relative paths belong to: the folder of the job file
JOB_ROOT = "job"
INSTALL_DIALS = (
    "Debian or Ubuntu: 'apt-get install dials'; elsewhere: 'conda install -c conda-forge dials'. "
    "'sweepwright doctor' shows what is found."
)


@dataclass(frozen=True)
class Options:
    """What a command line adds to a job: engine, ``key=value`` settings, places of roots."""

    engine: str | None = None
    settings: tuple[str, ...] = ()
    bind: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Front:
    """The resolved job (None when there are errors), the file's bytes, and all diagnostics."""

    job: ResolvedJob | None
    source: bytes
    diagnostics: tuple[Diagnostic, ...]


def resolve_job(path: Path, options: Options) -> Front:
    """All stages that read; writes nothing."""
    text, found = load(path)
    if text is None:
        return Front(None, b"", tuple(found))
    source = text.source.encode()
    job, found = validate(text)
    if job is None:
        return Front(None, source, tuple(found))
    settings = options.settings
    if options.engine is not None:
        settings = (*settings, f"processing.engine={options.engine}")
    composed, found = compose(text, job, settings)
    if composed is None:
        return Front(None, source, tuple(found))
    places, found = _places(composed, path, options.bind)
    facts, more = _observe(composed, places) if not found else ({}, [])
    found += more
    if has_errors(found):
        return Front(None, source, tuple(found))
    wanted = composed.top("processing.engine")
    machine = probe(str(wanted.value) if wanted is not None else "auto")
    resolved, more = resolve(composed, facts, machine, places)
    found += more
    if resolved is not None:
        found += _check(composed, resolved)
    return Front(None if has_errors(found) else resolved, source, tuple(found))


def check_tools(job: ResolvedJob) -> list[Diagnostic]:
    """Errors for programs of the engine that are not on PATH: needed to run, not to compile."""
    absent = missing(job.machine)
    if not absent:
        return []
    engine = job.engine.known
    hint = INSTALL_DIALS if engine == "dials" else "Put the folder of XDS's programs on PATH."
    message = f"the engine {engine} cannot run here: {', '.join(absent[:3])}{' ...' if len(absent) > 3 else ''} not on PATH"
    return [error("SW-E001", message, job.engine.origin.span, help=hint)]


def _check(composed: ComposedJob, job: ResolvedJob) -> list[Diagnostic]:
    spans = {sweep.name: _span(sweep.top("images")) or sweep.span for sweep in composed.sweeps}
    found = [
        item
        for sweep in job.sweeps
        for item in check_headers(sweep.name, sweep.facts, spans[sweep.name])
    ]
    found += check_duplicates(job, spans)
    found += ENGINES[job.engine.known].check(job)
    if job.engine.origin.layer == "machine":
        message = f"engine: {job.engine.known} ({job.machine.reason}); pinned in the lock"
        hint = f"Write 'processing: {{engine: {job.engine.known}}}' to have the same everywhere."
        found.append(advice("SW-E002", message, help=hint))
    return found


def _span(written: Written | None) -> Span | None:
    return None if written is None else written.origin.span


def _places(
    composed: ComposedJob, path: Path, bind: Mapping[str, str]
) -> tuple[dict[str, str], list[Diagnostic]]:
    """Root -> absolute folder on this machine."""
    base = Path(os.path.abspath(path)).parent
    places = {JOB_ROOT: str(base)}
    found: list[Diagnostic] = []
    for name, written in composed.roots.items():
        places[name] = os.path.normpath(base / str(written.value))
    for name, place in bind.items():
        if name not in composed.roots:
            known = (
                ", ".join(composed.roots)
                or "none; add 'roots: {raw: PATH}' and write $raw/... for the images"
            )
            message = f"--bind names the root '{name}', which the job has not"
            found.append(error("SW-L025", message, help=f"Roots of the job: {known}."))
        places[name] = os.path.abspath(place)
    return places, found


def _observe(
    composed: ComposedJob, places: Mapping[str, str]
) -> tuple[dict[str, SweepFacts], list[Diagnostic]]:
    facts: dict[str, SweepFacts] = {}
    diagnostics: list[Diagnostic] = []
    for sweep in composed.sweeps:
        wanted, found = _wanted(sweep, places, composed.source)
        diagnostics += found
        if wanted is None:
            continue
        seen, found = observe(wanted)
        diagnostics += found
        if seen is not None:
            facts[sweep.name] = seen
    return facts, diagnostics


def _wanted(
    sweep: ComposedSweep, places: Mapping[str, str], source: JobText
) -> tuple[Wanted | None, list[Diagnostic]]:
    """Where the images of a sweep are, and which of them are asked for."""
    images = sweep.stacks["images"][0]
    span, text = images.origin.span, str(images.value)
    try:
        pattern = parse_pattern(text)
    except ValueError as problem:
        hint = "A blank before '#' starts a comment in YAML: put the text in quotes."
        cut = span is not None and _commented(source, span)
        return None, [
            error("SW-L026", f"sweep {sweep.name}: {problem}", span, help=hint if cut else None)
        ]
    located, found = _locate(sweep.name, pattern.folder, images, places)
    if located is None:
        return None, found
    root, folder = located
    whole = sweep.top("range")
    exclude = sweep.top("exclude")
    if pattern.single is not None:
        hashes = pattern.prefix + "#" * pattern.width + pattern.suffix
        message = f"sweep {sweep.name}: one image is named; the whole series {hashes} is taken"
        found = [advice("SW-I009", message, span, help=f"Write '{hashes}'.")]
    wanted = Wanted(
        sweep=sweep.name,
        template=image_template(root, folder, pattern),
        folder=Path(places[root]) / folder,
        shown_folder=pattern.folder or ".",
        span=span,
        single=pattern.single,
        range=whole.value if whole is not None else None,
        range_span=whole.origin.span if whole is not None else None,
        exclude=exclude.value if exclude is not None else ImageSet(),
    )
    return wanted, found


def _commented(source: JobText, span: Span) -> bool:
    """Whether a comment follows a value on its line."""
    line = source.source.splitlines()[span.end_line - 1] if source.name == span.file else ""
    return line[span.end_column - 1 :].strip().startswith("#")


def _locate(
    sweep: str, folder: str, images: Written, places: Mapping[str, str]
) -> tuple[tuple[str, str] | None, list[Diagnostic]]:
    """Root and folder in it. Outside the roots nothing is read: a job that came by mail is safe."""
    span = images.origin.span
    if folder.startswith("$"):
        root, _, inner = folder[1:].partition("/")
        if root not in places or root == JOB_ROOT:
            known = ", ".join(f"${name}" for name in places if name != JOB_ROOT) or "none"
            message = f"sweep {sweep}: '${root}' is not a root of this job"
            hint = f"Roots: {known}. Add it: 'roots: {{{root}: /path}}'."
            return None, [error("SW-L027", message, span, help=hint)]
    elif PurePosixPath(folder).is_absolute():
        for root, place in places.items():
            if PurePosixPath(folder).is_relative_to(place):
                return (root, _portable(str(PurePosixPath(folder).relative_to(place)))), []
        message = f"sweep {sweep}: '{folder}' is outside the folder of the job and its roots"
        hint = f"Name the place: 'roots: {{raw: {folder}}}' and 'images: $raw/{str(images.value).rpartition('/')[2]}'."
        return None, [error("SW-L028", message, span, help=hint)]
    else:
        root, inner = JOB_ROOT, folder
    inner = os.path.normpath(inner) if inner else ""
    if inner.startswith(".."):
        message = f"sweep {sweep}: '{folder}' leads out of {'the folder of the job' if root == JOB_ROOT else '$' + root}"
        hint = f"Name the place: 'roots: {{raw: {folder}}}' and 'images: $raw/{str(images.value).rpartition('/')[2]}'."
        return None, [error("SW-L028", message, span, help=hint)]
    return (root, _portable(inner)), []


def _portable(folder: str) -> str:
    return "" if folder in (".", "") else folder
