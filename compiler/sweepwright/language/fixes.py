"""Fixes of diagnostics put into a job's text: only the spans change, everything else stays.

Comments and layout are kept byte for byte, because nothing is written anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from sweepwright.language.lines import Offsets
from sweepwright.language.text import loads
from sweepwright.model.diagnostic import Diagnostic

MAX_ROUNDS = 10
Find = Callable[[str], Sequence[Diagnostic]]


class Mended(NamedTuple):
    """A text with fixes in it, the diagnostics that they mended, and those that are left."""

    source: str
    applied: tuple[Diagnostic, ...]
    left: tuple[Diagnostic, ...]


def apply(
    source: str, name: str, diagnostics: Iterable[Diagnostic], safe_only: bool = True
) -> Mended:
    """One round of fixes of the file ``name``. Of two that overlap the first in the text wins."""
    offsets, line_end = Offsets(source), "\r\n" if "\r\n" in source else "\n"
    left = list(diagnostics)
    edits = sorted(
        (
            (*offsets.of(item.fix.span), index, item.fix.text.replace("\n", line_end))
            for index, item in enumerate(left)
            if item.fix and item.fix.span.file == name and (item.fix.safe or not safe_only)
        ),
        key=lambda edit: edit[:3],
    )
    pieces, done, inserted, taken = [], 0, -1, []
    for start, end, index, text in edits:
        if start < done or start == end == inserted or source[start:end] == text:
            continue
        pieces += [source[done:start], text]
        done, inserted = end, end if start == end else -1
        taken.append(index)
    applied = tuple(left[index] for index in taken)
    rest = tuple(item for index, item in enumerate(left) if index not in taken)
    return Mended("".join((*pieces, source[done:])), applied, rest)


def mend(
    source: str, name: str, found: Iterable[Diagnostic], find: Find, safe_only: bool = True
) -> Mended:
    """Rounds of fixes until there are no more: those of ``found``, then what ``find`` says anew.

    A round must leave a text that loads; where it does not, its fixes are tried one by one.
    """
    applied: tuple[Diagnostic, ...] = ()
    left, seen = tuple(found), {source}
    for _ in range(MAX_ROUNDS):
        step = _round(source, name, left, safe_only)
        if step is None or step.source in seen:
            break
        source, applied = step.source, (*applied, *step.applied)
        seen.add(source)
        left = tuple(find(source))
    return Mended(source, applied, left)


def _round(source: str, name: str, found: tuple[Diagnostic, ...], safe_only: bool) -> Mended | None:
    together = apply(source, name, found, safe_only)
    if not together.applied:
        return None
    tries = (together, *(apply(source, name, [item], safe_only) for item in together.applied))
    return next((one for one in tries if loads(one.source, name)[0] is not None), None)
