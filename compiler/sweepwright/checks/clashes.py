"""Two macros that set one leaf differently: the later one wins, and the author should know."""

from __future__ import annotations

from collections.abc import Iterator

from sweepwright.language.compose import Place, written_leaves
from sweepwright.language.layers import Layers
from sweepwright.model.diagnostic import Diagnostic, Related, warning
from sweepwright.model.resolved import Edit, Layer, Written
from sweepwright.model.section import Scope


def check_macros(layers: Layers) -> Iterator[Diagnostic]:
    """SW-L035: a leaf is set by two macros to different values."""
    first: dict[tuple[str, str], Written] = {}
    for text in reversed(layers.texts):
        if text.layer is not Layer.MACRO:
            continue
        job = text.patch.job
        places: list[Place] = [(Scope.JOB, (), job)]
        places += [(Scope.CRYSTAL, ("crystals", n), c) for n, c in (job.crystals or {}).items()]
        places += [(Scope.SWEEP, ("sweeps", i), s) for i, s in enumerate(job.sweeps or ())]
        for scope, path, section in places:
            for key, written in written_leaves(text, scope, path, section):
                if key == "name" or written.edit is not Edit.SET:
                    continue
                place = (".".join(map(str, path[:1])), key)
                other = first.setdefault(place, written)
                if other.value != written.value and other.origin.name != text.name:
                    message = f"macros '{other.origin.name}' and '{text.name}' both set '{key}', to different values"
                    related = [
                        Related(f"in '{other.origin.name}'", span)
                        for span in [other.origin.span]
                        if span
                    ]
                    help_ = (
                        f"'{text.name}' stands later and wins. Set '{key}' in the job to decide."
                    )
                    yield warning(
                        "SW-L035", message, written.origin.span, related=tuple(related), help=help_
                    )
