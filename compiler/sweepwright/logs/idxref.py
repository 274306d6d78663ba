"""IDXREF.LP: the spots, the lattice found, and the parameters that the integration starts from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from sweepwright.logs.draft import (
    INDEX,
    TIMING,
    Draft,
    N,
    finished,
    paragraph,
    place,
    places,
    read_log,
    titled,
)
from sweepwright.logs.echo import echo
from sweepwright.logs.lattices import lattices
from sweepwright.logs.printed import value, words
from sweepwright.logs.reading import Reading, UnreadableError, Value
from sweepwright.logs.xds_banner import log_of
from sweepwright.logs.xds_refined import refined

KINDS = ("IDXREF.LP",)

_NUMBERS = {
    "n_vector_clusters": rf"NUMBER OF DIFFERENCE VECTOR CLUSTERS (?:USED|DETERMINED) +{N}",
    "basis_dimension": rf"DIMENSION OF SPACE SPANNED BY DIFFERENCE VECTOR CLUSTERS +{N}",
    "n_subtrees": rf"NUMBER OF SUBTREES +{N}",
    "n_spots_local": rf"\*+ RESULTS FROM LOCAL INDEXING OF +{N} OBSERVED SPOTS \*+",
    "index_origin": rf"SELECTED: +INDEX_ORIGIN={INDEX * 3}",
    "elapsed_s": TIMING,
}
_BASED = re.compile(r" *AUTOINDEXING IS BASED ON +(\d+)(?: OUT OF +(\d+))? SPOTS")
_SPOT_RANGE = re.compile(r" *SPOT_RANGE= *(\d+) +(\d+)")
#: the block that XPARM.XDS is written from; the log has others like it
_FINAL = r"\*+ DIFFRACTION PARAMETERS USED AT START OF INTEGRATION \*+"
_INDEXING = r"\*+ INDEXING OF OBSERVED SPOTS IN SPACE GROUP # +\d+ \*+"
_PART = r"\*{5,} [^*]+ \*{5,}"
_INDEXED = {
    "n_indexed": rf"{N} OUT OF +\d+ SPOTS INDEXED\.",
    "n_rejected_overlap": rf"{N} REJECTED REFLECTIONS \(REASON: OVERLAP\)",
    "n_rejected_far": rf"{N} REJECTED REFLECTIONS \(REASON: TOO FAR FROM IDEAL POSITION\)",
    "expected_error_spindle_deg": rf"EXPECTED ERROR IN SPINDLE +POSITION +{N} DEGREES",
    "expected_error_detector_px": rf"EXPECTED ERROR IN DETECTOR POSITION +{N} PIXELS",
}
_ORIGIN_TITLES = ("INDEX_ QUALITY DELTA XD YD X Y Z DH DK DL", "ORIGIN")
_ORIGIN = re.compile(
    INDEX * 3 + r" +(\d+\.\d) *(\d+\.\d) *(-?\d+\.\d) *(-?\d+\.\d)"
    r" *(-?\d+\.\d{4}) *(-?\d+\.\d{4}) *(-?\d+\.\d{4}) *(\d+\.\d\d) *(\d+\.\d\d) *(\d+\.\d\d)"
)
_ORIGIN_COLUMNS = "h k l quality delta x_px y_px x y z dh dk dl".split()


def recognises(head: str) -> str | None:
    """By the banner."""
    return KINDS[0] if log_of(head) == "IDXREF" else None


def read(text: str, kind: str) -> Reading:
    """Everything under ``idxref.``: the spots used, the refined parameters, lattices, subtrees."""
    lines, draft = read_log(text, "IDXREF")
    draft.numbers(lines, "idxref", _NUMBERS)
    echo(lines, draft, "idxref")
    _spots(lines, draft)
    _solution(lines, draft)
    _subtrees(lines, draft)
    _origins(lines, draft)
    lattices(lines, draft, "idxref")
    return finished(text, kind, draft, "idxref.elapsed_s")


def _spots(lines: Sequence[str], draft: Draft) -> None:
    """How many spots of which images; builds of 2006 give no total."""
    with draft.part("the number of spots"):
        at = place(lines, _BASED.pattern)
        if at is None:
            return
        based = _BASED.fullmatch(lines[at])
        assert based
        draft.values["idxref.n_spots_used"] = int(based[1])
        if based[2]:
            draft.values["idxref.n_spots_total"] = int(based[2])
        ranges = [
            match for _, line in paragraph(lines, at) if (match := _SPOT_RANGE.fullmatch(line))
        ]
        found = tuple((int(match[1]), int(match[2])) for match in ranges)
        draft.table("idxref.spot_ranges", ("first_image", "last_image"), found)


def _solution(lines: Sequence[str], draft: Draft) -> None:
    """The last indexing, which the final parameters must be derived from."""
    with draft.part("the solution"):
        final = place(lines, _FINAL)
        if final is None:
            if "error.hard" in draft.values:
                return
            raise UnreadableError("no parameters for the start of integration")
        starts = [*places(lines, _PART), len(lines)]
        part = dict(pairwise(starts))
        found = refined(lines[final : part[final]], "idxref")
        for name in ("n_spots", "cell", "sd_spot_position_px", "distance_mm"):
            if f"idxref.{name}" not in found:
                raise UnreadableError(f"no certain {name.replace('_', ' ')}", final + 1)
        # printed is where the refinement starts from, not a result of it
        draft.values |= found | {"idxref.mosaicity_deg": None}
        before = [at for at in places(lines, _INDEXING) if at < final]
        if not before:
            raise UnreadableError("no numbers of indexed spots")
        last = Draft()
        last.numbers(lines[before[-1] : part[before[-1]]], "idxref", _INDEXED)
        if last.values.get("idxref.n_indexed") != found["idxref.n_spots"]:
            raise UnreadableError(
                "the spots indexed are not those of the refinement", before[-1] + 1
            )
        draft.values |= last.values
        draft.troubles += last.troubles


def _subtrees(lines: Sequence[str], draft: Draft) -> None:
    """``subtree_{subtree}``: several large ones are several lattices."""
    with draft.part("the table of subtrees"):
        at = place(lines, r"SUBTREE +POPULATION")
        if at is None:
            return
        rows: list[tuple[Value, ...]] = []
        for number, line in paragraph(lines, at + 1):
            found = words(line)
            if len(found) != 2 or value(found[0]) != len(rows) + 1:
                raise UnreadableError("a row that is not of this table", number)
            rows.append((len(rows) + 1, value(found[1])))
        draft.table("idxref.subtrees", ("subtree", "population"), rows, "subtree_{subtree}")


def _origins(lines: Sequence[str], draft: Draft) -> None:
    """``origin_{h}_{k}_{l}``: a second one of a quality near that of the first is a doubt."""
    with draft.part("the table of index origins"):
        at = place(lines, r"INDEX_ +QUALITY .*")
        if at is None:
            return
        rows: list[tuple[Value, ...]] = []
        for number, line in paragraph(lines, titled(lines, at, *_ORIGIN_TITLES)):
            found = _ORIGIN.fullmatch(line)
            if not found:
                raise UnreadableError("a row that is not of this table", number)
            rows.append(tuple(value(cell.strip()) for cell in found.groups()))
        draft.table("idxref.origins", _ORIGIN_COLUMNS, rows, "origin_{h}_{k}_{l}")
