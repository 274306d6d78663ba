"""What the sweeps of a job are called, and of which crystal and data set each is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sweepwright.language.layers import Layers
from sweepwright.language.nodes import Node
from sweepwright.model.diagnostic import Diagnostic, Related, Span, error
from sweepwright.model.job import EVERY, Sweep
from sweepwright.model.proposals import proposal
from sweepwright.model.resolved import Layer

IMPLIED_CRYSTAL = "x1"


@dataclass(frozen=True)
class Entry:
    """A sweep to compose: its place in the list of the job file, and its model."""

    index: int
    sweep: Sweep


class Named(NamedTuple):
    """A name as it is written, and where."""

    name: str
    span: Span


def default_sweep_name(index: int) -> str:
    """A, B ... Z, AA, AB ... for the sweeps of a job that gives no names."""
    letters = ""
    index += 1
    while index:
        index, letter = divmod(index - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def taken(name: str, span: Span, names: dict[str, Named]) -> Iterator[Diagnostic]:
    """SW-L017: an earlier sweep has the name. Adds the name to ``names``, which know no capitals."""
    earlier = names.get(name.lower())
    names[name.lower()] = Named(name, span)
    if earlier is None or "{" in name:  # a pattern, still to be filled in
        return
    message, help_ = f"two sweeps are called '{name}'", "Give one of them another 'name:'."
    if earlier.name != name:
        message = f"the sweeps '{earlier.name}' and '{name}' differ in capitals alone"
        help_ = "Give one of them another 'name:'; for some disks they are the same."
    related = (Related("the other one", earlier.span),)
    yield error("SW-L017", message, span, related=related, help=help_)


def said_of(layers: Layers, sweep: str, key: str, entry: Entry) -> str | None:
    """What the highest text that speaks of it says of a sweep's crystal or data set."""
    for text in layers.texts:
        if text.layer is Layer.JOB:
            spoken = [(entry.index, entry.sweep)]
        else:
            sweeps = enumerate(text.patch.job.sweeps or ())
            spoken = [(index, one) for index, one in sweeps if one.name in (sweep, EVERY)]
        for index, one in spoken:
            value = getattr(one, key)
            if value is not None:
                return str(value)
            if ("sweeps", index, key) in text.patch.edits:  # the word `default`
                return None
    return None


def crystal_of(
    layers: Layers, sweep: str, entry: Entry, node: Node
) -> tuple[str, list[Diagnostic]]:
    """The crystal of a sweep: the one that is named, or the only one. SW-L019: there is none."""
    defined = list(_defined(layers))
    names = [name for name in defined if name != EVERY]
    said = said_of(layers, sweep, "crystal", entry)
    known = ", ".join(names)
    if said is None and len(names) > 1:
        message = f"sweep {sweep} does not say which crystal it is of"
        hint = f"Write 'crystal:' with one of {known}."
        return "", [error("SW-L019", message, node.span, help=hint)]
    if said is None:
        return (names[0] if names else IMPLIED_CRYSTAL), []
    if said in defined or EVERY in defined or "{" in said:
        return said, []
    message = f"sweep {sweep} names the crystal '{said}', which the job has not"
    hint = f"Crystals of this job: {known}." if names else f"Write 'crystals: {{{said}: {{}}}}'."
    span = node.find(("crystal",)).span
    meant = proposal(said, names, span, hint, chosen=True)
    return said, [error("SW-L019", message, span, **meant)]


def crystal_names(layers: Layers, used: Sequence[str]) -> dict[str, None]:
    """All crystals: those that are defined, then those that sweeps name, in their order."""
    return dict.fromkeys([*(name for name in _defined(layers) if name != EVERY), *used])


def _defined(layers: Layers) -> dict[str, None]:
    texts = [text for text in layers.texts if text.layer in (Layer.SET, Layer.JOB)]
    return dict.fromkeys(name for text in reversed(texts) for name in text.patch.job.crystals or {})


def unknown_sweeps(layers: Layers, known: Sequence[str]) -> Iterator[Diagnostic]:
    """SW-L018: ``--set`` names a sweep that the job has not."""
    for text in layers.texts:
        if text.layer is not Layer.SET:
            continue
        for sweep in text.patch.job.sweeps or ():
            if sweep.name != EVERY and sweep.name not in known:
                message = f"--set names the sweep '{sweep.name}', which the job has not"
                meant = proposal(str(sweep.name), known, None, f"Sweeps: {', '.join(known)}.")
                yield error("SW-L018", message, **meant)
