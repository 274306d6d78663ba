"""The orientation of a sweep as the first proposal for a related one: when it is believed.

An orientation that is not what the images show still indexes some of the spots. So it is believed only
when it explains most of them and comes out near to where it was put; otherwise the ladder goes on with
the engine's own search.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sweepwright.engines.base import Rung
from sweepwright.engines.orientations import LARGE_MISSET_DEG
from sweepwright.model.job_resolved import ResolvedGroup, ResolvedSweep
from sweepwright.model.verdict import Outcome, Verdict
from sweepwright.resolve import related

#: a proposal that explains less of the spots may be beaten by a search
MOST = 0.8


def sources(group: ResolvedGroup) -> Mapping[str, ResolvedSweep]:
    """Sweep -> the sweep whose orientation it is given, as far as the job wants that."""
    return related.sources(group.sweeps) if group.leaves[related.KEY].known else {}


def first_rung(source: ResolvedSweep, values: Mapping[str, Any]) -> Rung:
    """The attempt with the proposal."""
    return Rung(f"the orientation of sweep {source.name}, turned by the goniostat", values)


def believed(verdict: Verdict, fraction: float | None, proposed: Any, found: Any) -> Verdict:
    """The verdict on an indexing that began with a proposal.

    ``fraction`` of the spots is indexed; the two lattices are axes as rows, A, in one frame.
    """
    from sweepwright.results.orientations import misset_deg

    off = misset_deg(proposed, found)
    values = verdict.values | {"carried_misset_deg": None if off is None else round(off, 3)}
    if why := _doubt(fraction, off):
        message = f"{verdict.message}; the orientation carried over is not believed: {why}"
        return Verdict(Outcome.FAILURE, message, "A search of its own is next.", values=values)
    message = f"{verdict.message}; {off:.2f} degrees from the orientation carried over"
    return replace(verdict, message=message, values=values)


def _doubt(fraction: float | None, off: float | None) -> str:
    """Why the proposal is not taken, "" if it is."""
    if fraction is None or fraction < MOST:
        return f"it explains less than {100 * MOST:.0f} % of the spots"
    if off is None:
        return "the lattice became another one"
    if off > LARGE_MISSET_DEG:
        return f"the lattice came out {off:.1f} degrees from it"
    return ""
