"""What a job resolved to: ``job.lock.json``.

The lock holds no path, user, host, time or line number, so two people who compile the same job
from the same images get the same bytes. What names a line of a file is in `records.origins`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from typing import Any, Literal, NamedTuple, NotRequired

from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from sweepwright import __version__
from sweepwright.emit.spell import plain as spell
from sweepwright.model.facts import PanelFact
from sweepwright.model.job_resolved import ResolvedJob, ResolvedSweep
from sweepwright.model.ranges import ImageSet
from sweepwright.model.resolved import AtRun, Decision, Resolved
from sweepwright.records.digest import sha256_bytes
from sweepwright.resources import templates_folder

LOCK_VERSION: Literal[1] = 1
#: levels of a record that can be read
_DEEPEST = 20
#: what most values are
_PLAIN = frozenset((str, int, float, bool, type(None)))


class LockedLeaf(TypedDict):
    """A value, the layer that set it, and for a computed one the leaves that it was made from."""

    value: Any
    layer: str
    name: NotRequired[str]
    of: NotRequired[list[str]]


class LockedTool(TypedDict):
    """A program as it was found."""

    version: str
    digest: str


class LockedImages(TypedDict):
    """The images of a sweep: template below a root, numbers, size of all, when they are digested."""

    template: str
    numbers: str
    bytes: int
    policy: str


class LockedInputs(TypedDict):
    """What else the result depends on.

    Digests of macros, site records and templates by name; tools and images.
    """

    tools: dict[str, LockedTool]
    macros: dict[str, str]
    sites: NotRequired[dict[str, str]]
    templates: dict[str, str]
    images: dict[str, LockedImages]


class Lock(TypedDict):
    """``job.lock.json``. ``plan`` is the digest of what came of all the rest.

    By it a lock alone tells whether a job still compiles to the same files.
    """

    lock: Literal[1]
    language: int
    sweepwright: str
    name: str
    plan: str
    values: dict[str, LockedLeaf]
    inputs: LockedInputs


def lock(job: ResolvedJob, templates: Iterable[str], plan: str) -> Lock:
    """The lock; ``templates`` are the names of those that were rendered, ``plan`` the digest."""
    return {
        "lock": LOCK_VERSION,
        "language": 1,
        "sweepwright": __version__,
        "name": job.name,
        "plan": plan,
        "values": {leaf.path: _locked(leaf) for leaf in job.all_leaves()},
        "inputs": {
            "tools": {
                name: {"version": tool.version, "digest": tool.digest}
                for name, tool in sorted(job.machine.tools.items())
            },
            "macros": {macro.name: macro.digest for macro in job.macros},
            "sites": {site.id: site.digest for site in job.sites},
            "templates": {name: _template(name).digest for name in sorted(_with_parts(templates))},
            "images": {sweep.name: _images(sweep) for sweep in job.sweeps},
        },
    }


def read_lock(content: bytes) -> Lock:
    """The lock from the bytes of its file. Raises ValueError with what is wrong with it."""
    from pydantic import TypeAdapter, ValidationError

    data = read_json(content)
    if isinstance(data, dict) and isinstance(data.get("lock"), int) and data["lock"] > LOCK_VERSION:
        raise ValueError(f"it is of version {data['lock']}, this program reads {LOCK_VERSION}")
    try:
        return TypeAdapter(Lock).validate_python(data, strict=True)
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        where = " > ".join(str(part) for part in first["loc"])
        raise ValueError(f"{where}: {first['msg']}" if where else first["msg"]) from problem


def read_json(content: bytes) -> Any:
    """Plain data of a record, which anybody may have edited. Raises ValueError."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as problem:
        raise ValueError(f"it is not JSON: {problem}") from problem
    level = [data]
    for _ in range(_DEEPEST):
        level = [inner for item in level for inner in _items(item)]
    if level:
        raise ValueError("it is nested too deeply")
    return data


def _items(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def plain(value: Any) -> Any:
    """A leaf's value as JSON data; decisions and things of the machine say who fills them."""
    if type(value) in _PLAIN:
        return value
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
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, PanelFact):
        return plain(asdict(value))
    if isinstance(value, str):  # a word of a choice, a line for a program
        return str(value)
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


def _locked(leaf: Resolved[Any]) -> LockedLeaf:
    locked: LockedLeaf = {"value": plain(leaf.value), "layer": leaf.origin.layer.value}
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


def _with_parts(templates: Iterable[str]) -> set[str]:
    """The templates, and those that they include."""
    found: set[str] = set()
    todo = list(templates)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += _template(name).includes
    return found


class _Template(NamedTuple):
    digest: str
    includes: tuple[str, ...]


@cache
def _template(name: str) -> _Template:
    """Read once, as by the renderer."""
    content = (templates_folder() / name).read_bytes()
    includes = re.findall(r'\{% include "([^"]+)" %\}', content.decode())
    return _Template(sha256_bytes(content), tuple(includes))


def _images(sweep: ResolvedSweep) -> LockedImages:
    return {
        "template": sweep.template.text,
        "numbers": str(sweep.images),
        "bytes": sum(sweep.facts.sizes.values()),
        "policy": "at-run",
    }
