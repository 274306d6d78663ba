"""From the job file to the resolved job: load, validate, compose, observe, resolve, check."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from sweepwright.api.access import linked_images
from sweepwright.api.collecting import without_collecting
from sweepwright.api.doubting import doubts_of
from sweepwright.api.expanding import entries_as_written, entries_of
from sweepwright.api.observing import observe_sweeps
from sweepwright.api.places import places_of
from sweepwright.api.plugins import given_plugins, plugins_of, plugins_of_sites, preferred
from sweepwright.api.referencing import references_of
from sweepwright.api.siting import sites_of
from sweepwright.checks.access import check_access
from sweepwright.checks.clashes import check_macros
from sweepwright.checks.comments import check_comments
from sweepwright.checks.coverage import check_coverage
from sweepwright.checks.duplicates import check_duplicates
from sweepwright.checks.geometry import check_geometry
from sweepwright.checks.headers import check_headers
from sweepwright.checks.keywords import check_keywords
from sweepwright.engines.registry import check_of
from sweepwright.language.compose import ComposedJob, compose, roots_of
from sweepwright.language.folders import MacroFolders, user_folder
from sweepwright.language.layers import gather
from sweepwright.language.nodes import JobText
from sweepwright.language.text import load
from sweepwright.language.validate import validate
from sweepwright.model.diagnostic import Diagnostic, Span, advice, error, has_errors, warning
from sweepwright.model.facts import SweepFacts
from sweepwright.model.job_resolved import ResolvedJob
from sweepwright.model.resolved import Written
from sweepwright.programs.modules import ModulesError, with_modules
from sweepwright.programs.probe import FORKXDS, missing, probe
from sweepwright.resolve.access import Access, PluginFacts
from sweepwright.resolve.resolve import resolve
from sweepwright.resolve.site import NO_SITE, SweepSite

INSTALL_DIALS = (
    "Debian or Ubuntu: 'apt-get install dials'; elsewhere: 'conda install -c conda-forge dials'. "
    "'sweepwright doctor' shows what is found."
)


@dataclass(frozen=True)
class Options:
    """What a command line adds to a job: engine, ``key=value`` settings, places of roots, plug-ins.

    ``all_headers``: the header of every image is read, not of some.
    """

    engine: str | None = None
    settings: tuple[str, ...] = ()
    bind: Mapping[str, str] = field(default_factory=dict)
    plugins: Mapping[str, str] = field(default_factory=dict)
    all_headers: bool = False

    def all_settings(self) -> tuple[str, ...]:
        """The settings with the engine among them."""
        if self.engine is None:
            return self.settings
        return (*self.settings, f"processing.engine={self.engine}")


class Read(NamedTuple):
    """A job as far as its texts and file names go: composed, and where its roots are.

    ``plugins`` are the files that the command line and the user's file name, by id. ``sources`` are
    the texts that diagnostics point into, by name.
    """

    job: ComposedJob | None
    source: bytes
    places: Mapping[str, str]
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, str]
    plugins: Mapping[str, Written] = MappingProxyType({})


class Front(NamedTuple):
    """The resolved job (None when there are errors), the file's bytes, and all diagnostics."""

    job: ResolvedJob | None
    source: bytes
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, str]


def compose_job(
    path: Path, options: Options, text: JobText | None = None, look: bool = True
) -> Read:
    """Load to compose: reads the job, its macros and, for patterns of images, names of files.

    ``text`` stands for the file where it is given; without ``look`` no folder of images is read.
    """
    text, found = (text, []) if text is not None else load(path)
    if text is None:
        return Read(None, b"", {}, tuple(found), {})
    source, sources = text.source.encode(), {text.name: text.source}
    patch, found = validate(text)
    if patch is None:
        return Read(None, source, {}, tuple(found), sources)
    folders = MacroFolders(Path(os.path.abspath(path)).parent, user_folder())
    layers, more = gather(patch, options.all_settings(), folders)
    found += more
    sources |= {macro.macro.file: macro.macro.source for macro in layers.macros}
    places, more = places_of(roots_of(layers), path, options.bind)
    found += more
    if has_errors(found):
        return Read(None, source, places, tuple(found), sources)
    entries, more = entries_of(patch, places) if look else (entries_as_written(patch), [])
    found += more
    if has_errors(found):
        return Read(None, source, places, tuple(found), sources)
    composed, more = compose(layers, entries)
    found += more
    if composed is not None:
        found += check_comments(text)
        found += check_macros(layers)
        found += check_keywords(layers)
    plugins = preferred(given_plugins(options.plugins), layers.plugins)
    good = None if has_errors(found) else composed
    return Read(good, source, places, tuple(found), sources, plugins)


@without_collecting()
def resolve_job(path: Path, options: Options, text: JobText | None = None) -> Front:
    """All stages that read; writes nothing. ``text`` stands for the file where it is given."""
    read = compose_job(path, options, text)
    composed = read.job
    if composed is None:
        return Front(None, read.source, read.diagnostics, read.sources)
    facts, more = observe_sweeps(composed, read.places, options.all_headers)
    read = read._replace(diagnostics=(*read.diagnostics, *more))
    if has_errors(more):
        return Front(None, read.source, read.diagnostics, read.sources)
    return resolve_observed(read, composed, facts)


def resolve_observed(read: Read, composed: ComposedJob, facts: Mapping[str, SweepFacts]) -> Front:
    """The stages after the images were observed: ``facts`` of every sweep; reads no image."""
    found = list(read.diagnostics)
    environment, more = _environment(composed)
    found += more
    wanted = composed.top("processing.engine")
    machine = probe(
        str(wanted.value) if wanted is not None and wanted.value else "auto", environment
    )
    sites, more = sites_of(composed, facts)
    found += more
    found += doubts_of(composed, facts, sites)
    references, more = references_of(composed, read.places)
    found += more
    plugins: dict[str, PluginFacts] = {}
    if machine.engine == "xds":
        records = (site.entry.record for site in sites.values() if site.entry is not None)
        named = preferred(read.plugins, plugins_of_sites(records))
        plugins, more = plugins_of(composed, facts, named, environment)
        found += more
    linked, more = linked_images(composed, facts, read.places, machine.engine)
    found += more
    if has_errors(found):
        return Front(None, read.source, tuple(found), read.sources)
    access = Access(plugins, linked)
    resolved, more = resolve(composed, facts, machine, read.places, sites, references, access)
    found += more
    if resolved is not None:
        found += _check(composed, resolved, sites)
    return Front(None if has_errors(found) else resolved, read.source, tuple(found), read.sources)


def _environment(composed: ComposedJob) -> tuple[Mapping[str, str], list[Diagnostic]]:
    """What the programs will run in. SW-E059: its modules cannot be loaded here."""
    said = composed.top("run.modules")
    if said is None or not said.value:
        return os.environ, []
    try:
        return with_modules(said.value, os.environ), []
    except ModulesError as problem:
        message = f"cannot load the modules {', '.join(said.value)}: {problem}"
        help_ = "Programs are looked for without them; the run needs them where it is started."
        return os.environ, [warning("SW-E059", message, said.origin.span, help=help_)]


def check_tools(job: ResolvedJob) -> list[Diagnostic]:
    """Errors for programs of the engine that are not on PATH: needed to run, not to compile."""
    engine = job.engine.known
    absent = missing(job.machine)
    if job.leaves["processing.scaling.program"].value == "aimless":
        absent += [name for name in ("pointless", "aimless") if name not in job.machine.tools]
    several = engine == "xds" and max(job.leaves["run.jobs"].known) > 1
    if several and FORKXDS not in job.machine.tools:
        absent.append(FORKXDS)
    if not absent:
        return _without_ccp4(job) if engine == "xds" else []
    hint = INSTALL_DIALS if engine == "dials" else "Put the folders of XDS and CCP4 on PATH."
    message = f"the engine {engine} cannot run here: {', '.join(absent[:3])}{' ...' if len(absent) > 3 else ''} not on PATH"
    return [error("SW-E001", message, job.engine.origin.span, help=hint)]


def _without_ccp4(job: ResolvedJob) -> list[Diagnostic]:
    """SW-E057: what XDS alone does not do."""
    if job.leaves["processing.until"].known != "end":
        return []
    lost = {"pointless": "screw axes are not looked for", "ctruncate": "no amplitudes are made"}
    absent = [name for name in lost if name not in job.machine.tools]
    if not absent:
        return []
    message = f"{' and '.join(absent)} not on PATH: {', '.join(lost[name] for name in absent)}"
    return [advice("SW-E057", message, help="Set CCP4 up before, or give 'space_group'.")]


def _check(
    composed: ComposedJob, job: ResolvedJob, sites: Mapping[str, SweepSite]
) -> list[Diagnostic]:
    spans = {sweep.name: _span(sweep.top("images")) or sweep.span for sweep in composed.sweeps}
    found = [
        item
        for sweep in job.sweeps
        for item in check_headers(sweep.name, sweep.facts, spans[sweep.name])
    ]
    found += check_duplicates(job, spans)
    for group in job.groups:
        anomalous = group.leaves["processing.anomalous"].value is True
        for sweep in group.sweeps:
            site = sites.get(sweep.name, NO_SITE)
            found += check_geometry(sweep, site, anomalous, spans[sweep.name])
    found += check_coverage(job)
    found += check_access(job)
    found += check_of(job.engine.known)(job)
    if job.engine.origin.layer == "machine" and not has_errors(found):
        message = f"engine: {job.engine.known} ({job.machine.reason}); pinned in the lock"
        hint = f"Write 'processing: {{engine: {job.engine.known}}}' to have the same everywhere."
        found.append(advice("SW-E002", message, help=hint))
    return found


def _span(written: Written | None) -> Span | None:
    return None if written is None else written.origin.span
