"""What a job resolved to: ``job.lock.json``.

The lock holds no path, user, host, time or line number, so two people who compile the same job
from the same images get the same bytes. What names a line of a file is in `records.origins`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sweepwright import __version__
from sweepwright.emit.spell import plain as spell
from sweepwright.model.job_resolved import ResolvedJob, ResolvedSweep
from sweepwright.model.ranges import ImageSet
from sweepwright.model.resolved import AtRun, Decision, Resolved
from sweepwright.resources import templates_folder

LOCK_VERSION = 1


def all_leaves(job: ResolvedJob) -> Iterator[Resolved[Any]]:
    """Every leaf of the job, of its groups and data sets, and of its sweeps."""
    yield from job.leaves.values()
    for group in job.groups:
        yield from group.leaves.values()
        for dataset in group.datasets:
            yield from dataset.leaves.values()
    for sweep in job.sweeps:
        yield from sweep.leaves.values()


def lock(job: ResolvedJob, templates: Iterable[str], plan: str) -> dict[str, Any]:
    """The lock as plain data.

    ``templates`` are the names of those that were rendered; ``plan`` is the digest of what came of
    all this, so that a lock alone tells whether a job still compiles to the same files.
    """
    return {
        "lock": LOCK_VERSION,
        "language": 1,
        "sweepwright": __version__,
        "name": job.name,
        "plan": plan,
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
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return plain(_said(value))
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    return value


def in_words(value: Any) -> str:
    """Plain data of a lock or of the origins, for people."""
    if value is None:
        return "none"
    if isinstance(value, Mapping):
        if "decided_by" in value:
            return f"decided by {value['decided_by']}"
        if "at_run" in value:
            return f"{value['at_run']} of the machine"
        return ", ".join(f"{key} {in_words(item)}" for key, item in value.items()) or "none"
    if isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
        return "; ".join(in_words(item) for item in value)
    return spell(value) or "empty"


def _locked(leaf: Resolved[Any]) -> dict[str, Any]:
    locked: dict[str, Any] = {"value": plain(leaf.value), "layer": leaf.origin.layer.value}
    if leaf.origin.name:
        locked["name"] = leaf.origin.name
    if leaf.of:
        locked["of"] = list(leaf.of)
    return locked


def _said(value: Any) -> dict[str, Any]:
    """The fields of a named tuple that are not as they are by themselves."""
    usual = value._field_defaults
    return {
        name: item
        for name, item in value._asdict().items()
        if name not in usual or item != usual[name]
    }


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
