"""What a job resolved to: ``job.lock.json`` (portable) and ``origins.json`` (places in files).

The lock holds no path, user, host, time or line number, so two people who compile the same job
from the same images get the same bytes. Everything that names a line of a file is in the origins.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sweepwright import __version__
from sweepwright.model.job_resolved import ResolvedJob, ResolvedSweep
from sweepwright.model.ranges import ImageSet
from sweepwright.model.resolved import AtRun, Decision, Resolved
from sweepwright.resources import templates_folder

LOCK_VERSION = 1


def all_leaves(job: ResolvedJob) -> Iterator[Resolved[Any]]:
    """Every leaf of the job, of its groups and of its sweeps."""
    yield from job.leaves.values()
    for group in job.groups:
        yield from group.leaves.values()
    for sweep in job.sweeps:
        yield from sweep.leaves.values()


def lock(job: ResolvedJob, templates: Iterable[str]) -> dict[str, Any]:
    """The lock as plain data; ``templates`` are the names of those that were rendered."""
    return {
        "lock": LOCK_VERSION,
        "language": 1,
        "sweepwright": __version__,
        "name": job.name,
        "values": {leaf.path: _locked(leaf) for leaf in all_leaves(job)},
        "inputs": {
            "tools": {
                name: {"version": tool.version, "digest": tool.digest}
                for name, tool in sorted(job.machine.tools.items())
            },
            "macros": {macro.name: macro.digest for macro in job.macros},
            "templates": {name: _digest(name) for name in sorted(set(templates))},
            "images": {sweep.name: _images(sweep) for sweep in job.sweeps},
        },
    }


def origins(job: ResolvedJob) -> dict[str, Any]:
    """Where each leaf was said, and what it hides: leaf -> stack, highest first."""
    return {
        leaf.path: [
            _place(leaf.origin, leaf.value),
            *(_place(written.origin, written.value) for written in leaf.hidden),
        ]
        for leaf in all_leaves(job)
    }


def plain(value: Any) -> Any:
    """A leaf's value as JSON data; decisions and things of the machine say who fills them."""
    if isinstance(value, Decision):
        return {"decided_by": value.step, "field": value.field, "rule": value.rule}
    if isinstance(value, AtRun):
        return {"at_run": value.resource}
    if isinstance(value, ImageSet):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    return value


def _locked(leaf: Resolved[Any]) -> dict[str, Any]:
    locked: dict[str, Any] = {"value": plain(leaf.value), "layer": leaf.origin.layer.value}
    if leaf.origin.name:
        locked["name"] = leaf.origin.name
    if leaf.of:
        locked["of"] = list(leaf.of)
    return locked


def _place(origin: Any, value: Any) -> dict[str, Any]:
    place = {"layer": origin.layer.value, "key": origin.key, "value": plain(value)}
    if origin.name:
        place["name"] = origin.name
    if origin.span is not None:
        place |= {"file": origin.span.file, "line": origin.span.line, "column": origin.span.column}
    return place


def _digest(template: str) -> str:
    return hashlib.sha256((templates_folder() / template).read_bytes()).hexdigest()


def _images(sweep: ResolvedSweep) -> dict[str, Any]:
    sizes = sweep.facts.sizes
    return {
        "template": sweep.template.text,
        "numbers": str(sweep.images),
        "bytes": sum(sizes.values()),
        "policy": "at-run",
    }
