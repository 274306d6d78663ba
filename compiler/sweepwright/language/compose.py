"""Compose: what people wrote, layer over layer, leaf by leaf; nothing is filled in yet.

The order of layers for a sweep, highest first: ``--set``, sweep, data set, crystal, job, macros
(the last one first), the user's file. Defaults, headers and the site record are laid below by
*resolve*.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from sweepwright.language.layers import Layers, LayerText
from sweepwright.language.naming import (
    Entry,
    Named,
    crystal_names,
    crystal_of,
    default_sweep_name,
    said_of,
    taken,
    unknown_sweeps,
)
from sweepwright.language.nodes import JobText, Key
from sweepwright.language.scopes import removals, scope_problems
from sweepwright.language.text import SMALLEST
from sweepwright.model.diagnostic import Diagnostic, Span, error
from sweepwright.model.job import EVERY, INHERITED, Crystal, Dataset
from sweepwright.model.resolved import Edit, Layer, Origin, Written
from sweepwright.model.section import Scope, Section

if TYPE_CHECKING:
    from sweepwright.language.macros import MacroText

Stacks = Mapping[str, tuple[Written, ...]]
_SCOPE_LAYERS = {
    Scope.JOB: Layer.JOB,
    Scope.CRYSTAL: Layer.CRYSTAL,
    Scope.DATASET: Layer.DATASET,
    Scope.SWEEP: Layer.SWEEP,
}
#: what is no leaf of its own: names of other scopes, and what earlier stages used up
_NOT_LEAVES = frozenset("sweepwright crystals datasets sweeps roots macros".split())


@dataclass(frozen=True)
class ComposedSweep:
    """One sweep: its name and crystal, and the stacks of everything that was said about it.

    ``dataset`` is empty when it goes by wavelength.
    """

    name: str
    crystal: str
    dataset: str
    span: Span
    stacks: Stacks

    def top(self, key: str) -> Written | None:
        """What the highest layer says of a key."""
        stack = self.stacks.get(key, ())
        return stack[0] if stack else None


@dataclass(frozen=True)
class ComposedJob:
    """A job with all its written layers; every leaf keeps the stack of who said what.

    ``datasets`` are keyed by crystal and data set; ``macros`` stand in the order of their use.
    """

    name: str
    stacks: Stacks
    crystals: Mapping[str, Stacks]
    datasets: Mapping[tuple[str, str], Stacks]
    sweeps: tuple[ComposedSweep, ...]
    roots: Mapping[str, Written]
    macros: tuple[MacroText, ...]
    source: JobText

    def top(self, key: str) -> Written | None:
        """What the highest layer says of a key of the job."""
        stack = self.stacks.get(key, ())
        return stack[0] if stack else None


Place = tuple[Scope, tuple[Key, ...], Section]
Ranked = tuple[tuple[int, int, int], str, Written]


@dataclass
class _Texts:
    """All texts, with the leaves of shared scopes read only once."""

    layers: Layers
    _known: dict[tuple[int, tuple[Key, ...]], list[tuple[str, Written]]] = field(
        default_factory=dict
    )

    def stacks(self, finest: Scope, places: Mapping[int, list[Place]]) -> Stacks:
        """The stacks of a target of scope ``finest``; ``places`` speak of it, by text.

        Of coarser scopes it takes what is inherited.
        """
        ranked: list[Ranked] = []
        for number, text in enumerate(self.layers.texts):
            for scope, path, section in places.get(number, ()):
                rank = _rank(text.layer, number, scope)
                for key, written in self._leaves(number, scope, path, section):
                    if scope is finest or _first(key) in INHERITED:
                        ranked.append((rank, key, written))
        ranked.sort(key=lambda item: item[0])
        stacks: dict[str, list[Written]] = {}
        for _, key, written in ranked:
            stacks.setdefault(key, []).append(written)
        return {key: tuple(stack) for key, stack in stacks.items()}

    def _leaves(
        self, number: int, scope: Scope, path: tuple[Key, ...], section: Section
    ) -> list[tuple[str, Written]]:
        text = self.layers.texts[number]
        if text.layer is Layer.JOB and scope is Scope.SWEEP:
            # one place of the file may stand for several sweeps, each with its own images
            return list(written_leaves(text, scope, path, section))
        if (number, path) not in self._known:
            self._known[number, path] = list(written_leaves(text, scope, path, section))
        return self._known[number, path]


def _rank(layer: Layer, number: int, scope: Scope) -> tuple[int, int, int]:
    """What is said of a sweep stands over what is said of all, within ``--set`` and within a text."""
    if layer is Layer.SET:
        return 0, -scope, number
    return 1, number, -scope


def _first(key: str) -> str:
    return re.split(r"[.\[]", key, maxsplit=1)[0]


def written_leaves(
    text: LayerText, scope: Scope, path: tuple[Key, ...], section: Section
) -> Iterator[tuple[str, Written]]:
    """Key and value of every leaf that a text says at a place, and its edits without a value."""
    layer = _SCOPE_LAYERS[scope] if text.layer is Layer.JOB else text.layer
    edits, root = text.patch.edits, text.patch.text.root
    adds = {key for key, info in type(section).model_fields.items() if _adds_up(info.metadata)}

    def written(key: str, full: tuple[Key, ...], value: Any) -> Written:
        edit = edits.get(full)
        kind = edit.edit if edit is not None else Edit.APPEND if key in adds else Edit.SET
        span = edit.span if edit is not None and kind is Edit.DEFAULT else root.find(full).span
        place = None if text.layer is Layer.SET else span  # --set has no file to point at
        return Written(value, Origin(layer, key, text.name, place), kind)

    for leaf, value in section.leaves():
        if not path and leaf[0] in _NOT_LEAVES:
            continue
        for key, inner, part in _keyword_leaves(leaf, value):
            yield key, written(key, (*path, *inner), part)
    for full, edit in edits.items():
        if edit.edit is Edit.DEFAULT and full[: len(path)] == path:
            rest = full[len(path) :]
            if str(rest[0]) in type(section).model_fields and str(rest[0]) not in _NOT_LEAVES:
                key = ".".join(str(step) for step in rest)
                yield key, written(key, full, None)


def _adds_up(metadata: list[Any]) -> bool:
    return any(type(item).__name__ == "AddsUp" for item in metadata)


def _keyword_leaves(
    leaf: tuple[str, ...], value: Any
) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    """``keywords`` leaf by leaf: each keyword of each program; any other leaf as it is."""
    if leaf != ("keywords",):
        yield ".".join(leaf), leaf, value
        return
    for program, keywords in value.items():
        if isinstance(keywords, tuple):
            yield f"keywords[{program}]", (*leaf, program), keywords
            continue
        for name, part in keywords.items():
            yield f"keywords[{program}].{name}", (*leaf, program, name), part


def compose(
    layers: Layers, entries: Sequence[Entry]
) -> tuple[ComposedJob | None, list[Diagnostic]]:
    """The job of all its texts, for these sweeps (patterns already written out)."""
    texts = _Texts(layers)
    main = layers.job.patch
    if not entries:
        span = main.text.root.key(("sweeps",)).span
        return None, [error("SW-L011", "the job has no sweeps", span, help=SMALLEST)]
    everywhere = {n: [_job_place(text)] for n, text in enumerate(layers.texts)}
    stacks = texts.stacks(Scope.JOB, everywhere)
    sweeps, diagnostics = _sweeps(texts, entries)
    crystals = {
        name: texts.stacks(Scope.CRYSTAL, _over_crystal(layers, name))
        for name in crystal_names(layers, [sweep.crystal for sweep in sweeps])
    }
    datasets = {
        (crystal, dataset): texts.stacks(Scope.DATASET, _over_dataset(layers, crystal, dataset))
        for crystal, dataset in dict.fromkeys((s.crystal, s.dataset) for s in sweeps if s.dataset)
    }
    diagnostics += scope_problems(layers.texts)
    diagnostics += removals(stacks)
    name = stacks["name"][0].value if "name" in stacks else _stem(main.text.name)
    if diagnostics:
        diagnostics = list(dict.fromkeys(diagnostics))
        return None, diagnostics
    roots = roots_of(layers)
    return ComposedJob(
        name, stacks, crystals, datasets, tuple(sweeps), roots, layers.macros, main.text
    ), []


def _stem(file: str) -> str:
    return re.sub(r"[^A-Za-z0-9_+-]+", "-", PurePosixPath(file).stem).strip("-_+")[:64] or "job"


def roots_of(layers: Layers) -> dict[str, Written]:
    """Root -> place, the highest layer's word."""
    roots: dict[str, Written] = {}
    for text in reversed(layers.texts):
        for name, place in (text.patch.job.roots or {}).items():
            span = text.patch.text.span("roots", name)
            roots[name] = Written(place, Origin(text.layer, f"roots.{name}", span=span))
    return roots


def _job_place(text: LayerText) -> Place:
    return Scope.JOB, (), text.patch.job


def _over_crystal(layers: Layers, name: str) -> dict[int, list[Place]]:
    """By text, what is said of a crystal: by name, of every crystal, of the job."""
    places: dict[int, list[Place]] = {}
    for number, text in enumerate(layers.texts):
        crystals = text.patch.job.crystals or {}
        found: list[Place] = [
            (Scope.CRYSTAL, ("crystals", key), crystals.get(key, Crystal()))
            for key in (name, EVERY)
        ]
        places[number] = [*found, _job_place(text)]
    return places


def _over_dataset(layers: Layers, crystal: str, dataset: str) -> dict[int, list[Place]]:
    """By text, what is said of a data set, above what is said of its crystal."""
    places = _over_crystal(layers, crystal)
    for number, text in enumerate(layers.texts):
        own = (text.patch.job.datasets or {}).get(dataset, Dataset())
        places[number].insert(0, (Scope.DATASET, ("datasets", dataset), own))
    return places


def _over_sweep(
    layers: Layers, entry: Entry, name: str, crystal: str, dataset: str
) -> dict[int, list[Place]]:
    """By text, what is said of a sweep, above what is said of its data set."""
    places = _over_dataset(layers, crystal, dataset)
    for number, text in enumerate(layers.texts):
        if text.layer is Layer.JOB:
            places[number].insert(0, (Scope.SWEEP, ("sweeps", entry.index), entry.sweep))
            continue
        for index, sweep in enumerate(text.patch.job.sweeps or ()):
            if sweep.name in (name, EVERY):
                places[number].insert(0, (Scope.SWEEP, ("sweeps", index), sweep))
    return places


def _sweeps(
    texts: _Texts, entries: Sequence[Entry]
) -> tuple[list[ComposedSweep], list[Diagnostic]]:
    layers = texts.layers
    source = layers.job.patch.text
    names: dict[str, Named] = {}
    sweeps: list[ComposedSweep] = []
    diagnostics: list[Diagnostic] = []
    for number, entry in enumerate(entries):
        node = source.root.find(("sweeps", entry.index))
        name = entry.sweep.name or default_sweep_name(number)
        diagnostics += taken(name, node.span, names)
        crystal, found = crystal_of(layers, name, entry, node)
        diagnostics += found
        dataset = said_of(layers, name, "dataset", entry) or ""
        places = _over_sweep(layers, entry, name, crystal, dataset)
        stacks = texts.stacks(Scope.SWEEP, places)
        if "images" not in stacks:
            message = f"sweep {name} does not say where its images are"
            hint = "Write e.g. 'images: data/lyso_####.cbf'."
            diagnostics.append(error("SW-L016", message, node.span, help=hint))
        sweeps.append(ComposedSweep(name, crystal, dataset, node.span, stacks))
        diagnostics += removals(stacks)
    diagnostics += unknown_sweeps(layers, [sweep.name for sweep in sweeps])
    return sweeps, diagnostics
