"""From the resolved job to the run folder: plan, render, write."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sweepwright.api.collecting import without_collecting
from sweepwright.api.emitted import emitted_wrongly
from sweepwright.api.front import Options, resolve_job
from sweepwright.emit.compile import compile_plan, given_leaves, given_templates, previews
from sweepwright.engines.base import Draft
from sweepwright.engines.registry import engine as engine_of
from sweepwright.model.diagnostic import Diagnostic, advice, error, has_errors
from sweepwright.model.job_resolved import ResolvedJob
from sweepwright.model.plan import Plan
from sweepwright.programs.probe import XDS_PROGRAMS
from sweepwright.records import folder as run_folder
from sweepwright.records.digest import sha256_bytes
from sweepwright.records.executed import run_sh
from sweepwright.records.lock import lock
from sweepwright.records.origins import origins


@dataclass(frozen=True)
class Compiled:
    """What compiling gave: the run folder (None when it failed), its plan and the resolved job.

    ``fresh`` says whether the folder was written now; else an equal one was there already.
    ``sources`` are the texts that diagnostics point into, by name.
    """

    folder: Path | None
    plan: Plan | None
    job: ResolvedJob | None
    diagnostics: tuple[Diagnostic, ...]
    fresh: bool = False
    sources: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """For ``compile --json``."""
        steps = [] if self.plan is None else [step.id for step in self.plan.steps]
        return {
            "run": None if self.folder is None else str(self.folder),
            "engine": None if self.plan is None else self.plan.engine,
            "steps": steps,
            "fresh": self.fresh,
            "diagnostics": [item.to_json() for item in self.diagnostics],
        }


@without_collecting()
def compile_job(path: Path, options: Options, output: Path | None = None) -> Compiled:
    """Compiles a job into a run folder: ``output``, or beside the job under the job's name.

    An equal run folder is kept as it is, one that was never run is replaced; one that was run and
    differs is never touched: without ``output`` the next free ``NAME-2`` is taken.
    """
    front = resolve_job(path, options)
    if front.job is None:
        return Compiled(None, None, None, front.diagnostics, sources=front.sources)
    job, diagnostics = front.job, list(front.diagnostics)
    plan, files = files_of(job, front.source)
    diagnostics += emitted_wrongly(plan, files, job.machine.build)
    if has_errors(diagnostics):
        return Compiled(None, plan, job, tuple(diagnostics), sources=front.sources)
    folder, fresh, found = _target(path, output, job.name, files)
    diagnostics += found
    if folder is None:
        return Compiled(None, plan, job, tuple(diagnostics), sources=front.sources)
    try:
        if fresh:
            run_folder.write_run(folder, files, job.all_links)
        else:
            run_folder.bind(folder, job.all_links)
    except OSError as problem:
        message = f"cannot write the run folder '{folder}': {problem.strerror}"
        hint = "Choose a place with room that you may write to: -o FOLDER. Nothing was left half-written."
        diagnostics.append(error("SW-P001", message, help=hint))
        return Compiled(None, plan, job, tuple(diagnostics), sources=front.sources)
    return Compiled(folder, plan, job, tuple(diagnostics), fresh, front.sources)


def plan_of(job: ResolvedJob) -> tuple[Draft, Plan]:
    """The plan of a job, and what it was made from."""
    engine = engine_of(job.engine.known)
    draft = engine.plan(job)
    tools = job.machine.tools.items()
    versions = {name: tool.version for name, tool in tools if name in XDS_PROGRAMS}
    modules = tuple(job.leaves["run.modules"].known)
    return draft, compile_plan(job.name, engine.name, draft, job.caveats, modules, versions)


def files_of(job: ResolvedJob, source: bytes) -> tuple[Plan, dict[str, bytes]]:
    """The plan of a job, and every file of its run folder."""
    draft, plan = plan_of(job)
    content = run_folder.plan_bytes(plan)
    locked = lock(job, given_templates(draft), sha256_bytes(content))
    places = origins((*given_leaves(draft), *job.all_leaves()))
    texts = previews(plan, engine_of(plan.engine).reading(plan))
    files = run_folder.files_of_run(content, source, locked, places, texts, run_sh(plan))
    files |= {f"sources/macros/{macro.name}.yaml": macro.source.encode() for macro in job.macros}
    files |= {f"sources/sites/{site.id}.yaml": site.source.encode() for site in job.sites}
    return plan, files


def _target(
    path: Path, output: Path | None, name: str, files: Mapping[str, bytes]
) -> tuple[Path | None, bool, list[Diagnostic]]:
    """The folder to write, and whether to write it or keep what is there."""
    if output is not None:
        return _given(Path(os.path.abspath(output)), files)
    base = Path(os.path.abspath(path)).parent
    for candidate in (base / other for other in _names(name)):
        if not candidate.exists():
            found = []
            if candidate.name != name:
                message = f"'{name}' holds a run of another state of the job; this one goes to '{candidate.name}'"
                found = [advice("SW-P002", message)]
            return candidate, True, found
        if run_folder.is_run(candidate):
            if run_folder.same_run(candidate, files):
                return candidate, False, []
            if not run_folder.has_run(candidate):
                return candidate, True, []
    message = f"no free name is left for the run folder '{name}'"
    return None, False, [error("SW-P003", message, help="Remove old runs, or choose one with -o.")]


def _names(name: str) -> Iterator[str]:
    """``NAME``, ``NAME-2``, ``NAME-3`` ... for run folders."""
    yield name
    yield from (f"{name}-{number}" for number in range(2, 1000))


def _given(folder: Path, files: Mapping[str, bytes]) -> tuple[Path | None, bool, list[Diagnostic]]:
    if not folder.exists():
        return folder, True, []
    if run_folder.is_run(folder):
        if run_folder.same_run(folder, files):
            return folder, False, []
        if not run_folder.has_run(folder):
            return folder, True, []
        message = f"'{folder}' holds a run of another state of the job"
        hint = "Choose another folder with -o, or leave -o out to have a new one beside it."
        return None, False, [error("SW-P004", message, help=hint)]
    if folder.is_dir() and not any(folder.iterdir()):
        return folder, True, []
    message = f"'{folder}' exists and is no run folder; it is left as it is"
    return None, False, [error("SW-P004", message, help="Choose another folder with -o.")]
