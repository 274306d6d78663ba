"""CORRECT.LP: what became of the reflections, and how good the saved data set is."""

from __future__ import annotations

from collections.abc import Sequence

from sweepwright.logs.correct_saved import saved
from sweepwright.logs.correct_symmetry import selected, symmetry
from sweepwright.logs.correct_tables import corrections, ranges, spindle, standard_errors
from sweepwright.logs.draft import TIMING, Draft, N, finished, place, read_log
from sweepwright.logs.echo import assumed, echo
from sweepwright.logs.error_model import error_models
from sweepwright.logs.reading import Reading, UnreadableError
from sweepwright.logs.xds_banner import log_of
from sweepwright.logs.xds_refined import refined

KINDS = ("CORRECT.LP",)

#: the number stands in front of its text
_NUMBERS = {
    "n_reflections_in_integrate_hkl": rf'{N} REFLECTIONS ON FILE "INTEGRATE\.HKL"',
    "n_corrupted": rf"{N} CORRUPTED REFLECTION RECORDS \(IGNORED\)",
    "n_filtered": rf'{N} MATCHING REFLECTIONS SPECIFIED IN FILE "FILTER\.HKL"',
    "n_removed": rf'{N} REFLECTIONS REJECTED AS REQUESTED FROM FILE "REMOVE\.HKL"',
    "n_in_remove_hkl": rf'NUMBER OF UNIQUE REFLECTIONS IN FILE "REMOVE\.HKL" +{N}',
    "n_outside_images": rf"{N} REFLECTIONS INCOMPLETE OR OUTSIDE IMAGE RANGE +\d+ \.\.\. +\d+",
    "n_overloaded": rf"{N} OVERLOADED REFLECTIONS \(IGNORED\)",
    "n_outside_resolution": rf"{N} REFLECTIONS OUTSIDE ACCEPTED RESOLUTION RANGES(?: \(IGNORED\))?",
    "n_accepted": rf"{N} REFLECTIONS ACCEPTED",
    "elapsed_s": TIMING,
}
_REFINEMENT = r"REFINEMENT OF DIFFRACTION PARAMETERS USING ALL IMAGES"
_REFUSED = "REFINEMENT RESULTS NOT ACCEPTED"
_SPINDLE = r"MEAN INTENSITY AS FUNCTION OF SPINDLE POSITION WITHIN DATA IMAGE"


def recognises(head: str) -> str | None:
    """By the banner."""
    return KINDS[0] if log_of(head) == "CORRECT" else None


def read(text: str, kind: str) -> Reading:
    """Everything under ``correct.``; ``correct.saved.`` is the data set that was written."""
    lines, draft = read_log(text, "CORRECT")
    draft.numbers(lines, "correct", _NUMBERS)
    echo(lines, draft, "correct")
    symmetry(lines, draft)
    _refinement(lines, draft)
    _error_model(lines, draft)
    for part in (spindle, corrections, standard_errors, ranges, saved):
        part(lines, draft)
    return finished(text, kind, draft, "correct.elapsed_s")


def _refinement(lines: Sequence[str], draft: Draft) -> None:
    """The refined parameters, or those selected before if the refinement was not accepted."""
    with draft.part("the refined parameters"):
        start = place(lines, _REFINEMENT)
        end = place(lines, _SPINDLE)
        if start is None or end is None:
            raise UnreadableError("the log has none")
        block = lines[start:end]
        accepted = not any(_REFUSED in line for line in block)
        found = refined(block, "correct.refined")
        if accepted and "correct.refined.cell" not in found:
            raise UnreadableError("no certain cell", start + 1)
        draft.values["correct.refined.accepted"] = accepted
        if not accepted:
            selected(lines, draft)
            return
        draft.values |= found
        assumed(block, draft, "correct")


def _error_model(lines: Sequence[str], draft: Draft) -> None:
    """Builds of 2006 print no ISa; what could not be determined is None."""
    with draft.part("the error model"):
        models = error_models(lines)
        if not models:
            return
        if len(models) > 1:
            raise UnreadableError("there are several")
        draft.values |= {
            "correct.error_model.a": models[0].a,
            "correct.error_model.b": models[0].b,
            "correct.isa": models[0].isa,
        }
