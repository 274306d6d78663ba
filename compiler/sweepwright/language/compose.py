"""Compose: what people wrote, layer over layer, leaf by leaf; nothing is filled in yet.

The order of layers for a sweep, highest first: ``--set``, sweep, crystal, job. Engine defaults,
headers and the site record are laid below by *resolve*.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from sweepwright.language.text import SMALLEST, JobText, Key, Node, loads
from sweepwright.language.validate import validate_patch
from sweepwright.model.diagnostic import Diagnostic, Related, Span, error
from sweepwright.model.job import JOB_ONLY, Crystal, Job, Section
from sweepwright.model.resolved import Layer, Origin, Written

Stacks = Mapping[str, tuple[Written, ...]]
IMPLIED_CRYSTAL = "x1"
_SWEEP_KEY = re.compile(r"sweeps\[([^\]]+)\]\.(.+)")


@dataclass(frozen=True)
class ComposedSweep:
    """One sweep: its name and crystal, and the stacks of everything that was said about it."""

    name: str
    crystal: str
    span: Span
    stacks: Stacks

    def top(self, key: str) -> Written | None:
        """What the highest layer says of a key."""
        stack = self.stacks.get(key, ())
        return stack[0] if stack else None


@dataclass(frozen=True)
class ComposedJob:
    """A job with all its written layers; every leaf keeps the stack of who said what."""

    name: str
    stacks: Stacks
    crystals: Mapping[str, Stacks]
    sweeps: tuple[ComposedSweep, ...]
    roots: Mapping[str, Written]
    source: JobText

    def top(self, key: str) -> Written | None:
        """What the highest layer says of a key of the job."""
        stack = self.stacks.get(key, ())
        return stack[0] if stack else None


def compose(
    text: JobText, job: Job, settings: Sequence[str] = ()
) -> tuple[ComposedJob | None, list[Diagnostic]]:
    """The job with its ``--set key=value`` on top."""
    overrides, diagnostics = _overrides(settings)
    if diagnostics:
        return None, diagnostics
    layers = [*overrides, (Layer.JOB, text, job)]
    stacks = _stack(_job_leaves(layer, source, patch) for layer, source, patch in layers)
    if not job.sweeps:
        span = text.root.key(("sweeps",)).span
        return None, [error("SW-L011", "the job has no sweeps", span, help=SMALLEST)]
    crystals = _crystals(layers, stacks)
    diagnostics += _job_only(crystals)
    sweeps, found = _sweeps(layers, stacks, crystals)
    diagnostics += found
    roots: dict[str, Written] = {}
    for layer, source, patch in reversed(layers):
        for name, place in (patch.roots or {}).items():
            roots[name] = Written(place, _origin(layer, source, ("roots", name)))
    stem = re.sub(r"[^A-Za-z0-9_+-]+", "-", PurePosixPath(text.name).stem).strip("-_+") or "job"
    name = stacks["name"][0].value if "name" in stacks else stem
    if diagnostics:
        return None, diagnostics
    return ComposedJob(name, stacks, crystals, sweeps, roots, text), []


Layered = tuple[Layer, JobText, Job]


def _overrides(settings: Sequence[str]) -> tuple[list[Layered], list[Diagnostic]]:
    """Each ``key=value`` as a patch of its own, the last one highest."""
    layers: list[Layered] = []
    diagnostics: list[Diagnostic] = []
    for setting in settings:
        key, equals, value = setting.partition("=")
        source = f"--set {setting}"
        if not equals or not re.fullmatch(r"[\w+-]+(\[[\w+-]+\])?(\.[\w+-]+)*", key):
            message = f"'{source}' is not key=value"
            hint = (
                "Write e.g. --set processing.resolution.high=2.0 or --set 'sweeps[A].range=1-90'."
            )
            diagnostics.append(error("SW-L014", message, help=hint))
            continue
        text, found = loads(_nested(key, value), source)
        patch = None
        if text is not None:
            patch, found = validate_patch(text)
        if text is None or patch is None:
            diagnostics += [error(item.code, item.message, help=item.help) for item in found]
            continue
        layers.insert(0, (Layer.SET, text, patch))
    return layers, diagnostics


def _nested(key: str, value: str) -> str:
    """``a.b=v`` as flow YAML; ``sweeps[A].k`` as a patch of the sweep of that name."""
    sweep = _SWEEP_KEY.fullmatch(key)
    if sweep:
        return f"{{sweeps: [{{name: {sweep[1]}, {_nested(sweep[2], value)[1:]}]}}"
    opened = "".join(f"{{{part}: " for part in key.split("."))
    plain = value if re.match(r"\s*[\[{\"']", value) else "'" + value.replace("'", "''") + "'"
    return f"{opened}{plain}{'}' * len(key.split('.'))}"


def _origin(layer: Layer, source: JobText, path: tuple[Key, ...]) -> Origin:
    key = ".".join(str(step) for step in path)
    return Origin(layer, key, span=source.root.find(path).span)


def _leaves(
    layer: Layer, source: JobText, section: Section, at: tuple[Key, ...]
) -> Iterator[tuple[str, Written]]:
    for key, value in section.leaves():
        span = source.root.find((*at, *key.split("."))).span
        yield key, Written(value, Origin(layer, key, span=span))


def _job_leaves(layer: Layer, source: JobText, job: Job) -> Iterator[tuple[str, Written]]:
    for key, written in _leaves(layer, source, job, ()):
        if key not in ("sweepwright", "crystals", "sweeps", "roots"):
            yield key, written


def _stack(layers: Any) -> dict[str, tuple[Written, ...]]:
    """Leaves of several layers, highest first, as stacks."""
    stacks: dict[str, tuple[Written, ...]] = {}
    for leaves in layers:
        for key, written in leaves:
            stacks[key] = (*stacks.get(key, ()), written)
    return stacks


def _over(upper: Stacks, lower: Stacks) -> dict[str, tuple[Written, ...]]:
    """Stacks laid over others; what ``--set`` says of the lower scope stays on top of the file."""
    keys = dict.fromkeys((*upper, *lower))
    merged = {key: (*upper.get(key, ()), *lower.get(key, ())) for key in keys}
    return {
        key: tuple(sorted(stack, key=lambda written: written.origin.layer is not Layer.SET))
        for key, stack in merged.items()
    }


def _crystals(layers: list[Layered], job: Stacks) -> dict[str, Stacks]:
    names = dict.fromkeys(name for *_, patch in reversed(layers) for name in patch.crystals or {})
    shared = {key: stack for key, stack in job.items() if key.startswith("processing.")}
    crystals: dict[str, Stacks] = {}
    for name in names or [IMPLIED_CRYSTAL]:
        own = _stack(
            _leaves(
                layer if layer is Layer.SET else Layer.CRYSTAL,
                source,
                (patch.crystals or {}).get(name, Crystal()),
                ("crystals", name),
            )
            for layer, source, patch in layers
        )
        crystals[name] = _over(own, shared)
    return crystals


def _job_only(crystals: Mapping[str, Stacks]) -> list[Diagnostic]:
    return [
        error(
            "SW-L015",
            f"'{key}' belongs to the whole job",
            written.origin.span,
            help="Move it to the top level of the job.",
        )
        for stacks in crystals.values()
        for key in sorted(JOB_ONLY & set(stacks))
        for written in stacks[key]
        if written.origin.layer is Layer.CRYSTAL
    ]


def _sweeps(
    layers: list[Layered], job: Stacks, crystals: Mapping[str, Stacks]
) -> tuple[tuple[ComposedSweep, ...], list[Diagnostic]]:
    _, source, main = layers[-1]
    diagnostics: list[Diagnostic] = []
    sweeps: list[ComposedSweep] = []
    shared = {
        key: stack for key, stack in job.items() if key.startswith(("geometry.", "goniostat."))
    }
    for index, sweep in enumerate(main.sweeps or ()):
        node = source.root.find(("sweeps", index))
        name = sweep.name or default_sweep_name(index)
        own = _stack([_leaves(Layer.SWEEP, source, sweep, ("sweeps", index))])
        patched = _stack(_patches(layers, name))
        stacks = _over(_over(patched, own), shared)
        if "images" not in stacks:
            hint = "Write e.g. 'images: data/lyso_####.cbf'."
            diagnostics.append(
                error(
                    "SW-L016",
                    f"sweep {name} does not say where its images are",
                    node.span,
                    help=hint,
                )
            )
        crystal, found = _crystal_of(name, stacks, crystals, node)
        diagnostics += found
        twin = next((other for other in sweeps if other.name.lower() == name.lower()), None)
        if twin is not None:
            related = (Related("the other one", twin.span),)
            diagnostics.append(
                error(
                    "SW-L017",
                    f"two sweeps are called '{name}'",
                    node.span,
                    related=related,
                    help="Give one of them another 'name:'.",
                )
            )
        sweeps.append(ComposedSweep(name, crystal, node.span, stacks))
    diagnostics += _unknown_sweeps(layers, {sweep.name for sweep in sweeps})
    return tuple(sweeps), diagnostics


def _patches(layers: list[Layered], name: str) -> Iterator[Iterator[tuple[str, Written]]]:
    for layer, source, patch in layers[:-1]:
        for index, sweep in enumerate(patch.sweeps or ()):
            if sweep.name == name:
                yield (
                    (key, written)
                    for key, written in _leaves(layer, source, sweep, ("sweeps", index))
                    if key != "name"
                )


def _unknown_sweeps(layers: list[Layered], known: set[str]) -> list[Diagnostic]:
    asked = {str(sweep.name) for *_, patch in layers[:-1] for sweep in patch.sweeps or ()}
    return [
        error(
            "SW-L018",
            f"--set names the sweep '{name}', which the job has not",
            help=f"Sweeps: {', '.join(sorted(known))}.",
        )
        for name in sorted(asked - known)
    ]


def _crystal_of(
    sweep: str, stacks: Stacks, crystals: Mapping[str, Stacks], node: Node
) -> tuple[str, list[Diagnostic]]:
    known = ", ".join(crystals)
    written = stacks.get("crystal")
    if written:
        name = str(written[0].value)
        if name in crystals:
            return name, []
        hint = f"Crystals of this job: {known}."
        return name, [
            error(
                "SW-L019",
                f"sweep {sweep} names the crystal '{name}', which the job has not",
                written[0].origin.span,
                help=hint,
            )
        ]
    if len(crystals) == 1:
        return next(iter(crystals)), []
    hint = f"Write 'crystal:' with one of {known}."
    return "", [
        error("SW-L019", f"sweep {sweep} does not say which crystal it is of", node.span, help=hint)
    ]


def default_sweep_name(index: int) -> str:
    """A, B ... Z, AA, AB ... for the sweeps of a job that gives no names."""
    letters = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
