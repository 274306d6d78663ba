"""Where a leaf may stand, and whether the edits of lists find what they take away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from sweepwright.language.layers import LayerText
from sweepwright.language.prepare import section_of
from sweepwright.model.diagnostic import Diagnostic, error
from sweepwright.model.job_processing import Processing
from sweepwright.model.resolved import Edit, Layer, Written, edited
from sweepwright.model.section import Scope, Section

_WHERE = {
    Scope.JOB: ("the whole job", "Move it to the top level of the job."),
    Scope.CRYSTAL: ("a crystal or the job", "Move it to the job, or to its crystal."),
    Scope.DATASET: ("a data set, a crystal or the job", "Move it to 'datasets'."),
}


@cache
def finest_scopes() -> Mapping[str, Scope]:
    """Key of every leaf of ``processing`` -> the finest scope where it may stand."""
    return dict(_scopes(Processing, "processing."))


def _scopes(model: type[Section], prefix: str) -> Iterator[tuple[str, Scope]]:
    for key, info in model.model_fields.items():
        inner, _ = section_of(info.annotation)
        if inner is not None:
            yield from _scopes(inner, f"{prefix}{key}.")
        else:
            yield prefix + key, next(item for item in info.metadata if isinstance(item, Scope))


def scope_problems(texts: Sequence[LayerText]) -> Iterator[Diagnostic]:
    """SW-L015: a leaf stands in a scope finer than its own."""
    for text in texts:
        job = text.patch.job
        for scope, name, sections in (
            (Scope.CRYSTAL, "crystals", (job.crystals or {}).items()),
            (Scope.DATASET, "datasets", (job.datasets or {}).items()),
            (Scope.SWEEP, "sweeps", enumerate(job.sweeps or ())),
        ):
            for key, section in sections:
                for leaf, _ in section.leaves():
                    finest = finest_scopes().get(".".join(leaf))
                    if finest is None or scope <= finest:
                        continue
                    belongs, help_ = _WHERE[finest]
                    span = text.patch.text.root.key((name, key, *leaf)).span
                    message = f"'{'.'.join(leaf)}' belongs to {belongs}"
                    place = None if text.layer is Layer.SET else span
                    yield error("SW-L015", message, place, help=help_)


def removals(stacks: Mapping[str, tuple[Written, ...]]) -> Iterator[Diagnostic]:
    """SW-L033: a ``-key`` takes away what no lower layer has."""
    for key, stack in stacks.items():
        if all(written.edit is not Edit.REMOVE for written in stack):
            continue
        below = None
        for written in reversed(stack):
            after = None if written.edit is Edit.DEFAULT else edited(below, written)
            if written.edit is Edit.REMOVE and len(after or ()) == len(below or ()):
                message = f"'-{key}' removes what no lower layer has"
                help_ = f"'sweepwright explain JOB {key}' shows what they have."
                yield error("SW-L033", message, written.origin.span, help=help_)
            below = after
