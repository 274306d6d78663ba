"""XSCALE.LP, or the standard output of XSCALE: the data sets and what was scaled to what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from sweepwright.logs.correct_saved import file_type
from sweepwright.logs.draft import TIMING, Draft, N, finished, piece, places, read_log
from sweepwright.logs.echo import assumed
from sweepwright.logs.reading import Reading, UnreadableError
from sweepwright.logs.shells import statistics
from sweepwright.logs.wilson import TITLE, wilson
from sweepwright.logs.xds_banner import log_of
from sweepwright.logs.xscale_sets import data_sets, pairs, within_sets

KINDS = ("XSCALE.LP",)

_NUMBERS = {
    "absolute_scale": r"FACTOR TO PLACE ALL DATA SETS TO AN APPROXIMATE ABSOLUTE SCALE +(\d\.\d+E[-+]\d\d)",
    "n_in_remove_hkl": rf'NUMBER OF UNIQUE REFLECTIONS IN FILE "REMOVE\.HKL" +{N}',
    "elapsed_s": TIMING,
}
_OUTPUT = r"STATISTICS OF SCALED OUTPUT DATA SET : *(\S.*)"
#: in the input that the log repeats: the log may end before the last output
_OUTPUT_FILE = r"[^!]*\bOUTPUT_FILE=.*"
_COUNTS = {
    "n_rejected": rf"{N} OUT OF +\d+ REFLECTIONS REJECTED",
    "n_reflections": rf"\d+ OUT OF +{N} REFLECTIONS REJECTED",
    "n_on_output": rf"{N} REFLECTIONS ON OUTPUT FILE",
}
_INPUT = r"=+ STATISTICS OF INPUT DATA SET =+"


def recognises(head: str) -> str | None:
    """By the banner."""
    return KINDS[0] if log_of(head) == "XSCALE" else None


def read(text: str, kind: str) -> Reading:
    """Everything under ``xscale.``: ``set_{set}``, ``pair_{i}_{j}`` and ``output``.

    With several output files these are ``output_1`` and so on, each with its own counts.
    """
    lines, draft = read_log(text, "XSCALE")
    draft.numbers(lines, "xscale", _NUMBERS)
    with draft.part("the space group and cell"):
        assumed(lines, draft, "xscale")
    data_sets(lines, draft)
    pairs(lines, draft)
    _outputs(lines, draft)
    within_sets(lines, draft)
    return finished(text, kind, draft, "xscale.elapsed_s")


def _outputs(lines: Sequence[str], draft: Draft) -> None:
    starts = places(lines, _OUTPUT)
    asked_for = places(lines, _OUTPUT_FILE)
    for number, (start, end) in enumerate(pairwise([*starts, len(lines)]), 1):
        several = f".output_{number}" if max(len(starts), len(asked_for)) > 1 else ""
        table = f"xscale{several or '.output'}"
        with draft.part("a scaled data set"):
            part = piece(lines, start, end)
            title = re.fullmatch(f" *{_OUTPUT}", lines[start])
            assert title
            file_type(part, start + 1, draft, table)
            draft.values[f"{table}.file"] = title[1]
            draft.numbers(part, f"xscale{several}", _COUNTS)
            with draft.part("the statistics of a scaled data set"):
                statistics(part).into(draft, table)
            _wilson(lines, title[1], draft, table)


def _wilson(lines: Sequence[str], file: str, draft: Draft, prefix: str) -> None:
    """They stand apart from the statistics, under the name of the file."""
    starts = places(lines, TITLE.format(".*"))
    of_file = places(lines, TITLE.format(re.escape(file)))
    if len(of_file) > 1:
        raise UnreadableError("several Wilson statistics", of_file[1] + 1)
    for start, end in pairwise([*starts, len(lines)]):
        if start in of_file:
            wilson(piece(lines, start, end), draft, prefix)
