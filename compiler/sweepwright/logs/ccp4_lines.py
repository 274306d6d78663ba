"""What the logs of CCP4 programs have in common: single lines with numbers, and flags."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from sweepwright.logs.ccp4_banner import banner, messages, runs_in
from sweepwright.logs.draft import Draft
from sweepwright.logs.printed import value
from sweepwright.logs.reading import Reading, Table, Trouble, UnreadableError, Value

#: a number in a pattern, and six of them
N = r"(-?\d+(?:\.\d*)?)"
CELL = " +".join([N] * 6)
_NOTHING = re.compile(r"-|[-+]?nan", re.IGNORECASE)
_FLAGS = "Flagged Accepted Maximum MaxAccepted".split()
_FLAG_NAMES = {
    "BGratio too large": "background_ratio",
    "PKratio too large": "profile_fit_ratio",
    "Negative < 5sigma": "negative",
    "Gradient too large": "background_gradient",
    "Profile-fitted overloads": "fitted_overloads",
    "Spots on edge": "edge",
    "XDS misfits (outliers)": "xds_misfits",
}
_FLAG = re.compile(
    rf" *({'|'.join(map(re.escape, _FLAG_NAMES))}) +(\d+) +(\d+)(?: +-?[\d.]+ +-?[\d.]+)? *"
)


def cell(word: str) -> Value:
    """One cell of a table; None where the program has no number to print."""
    return None if _NOTHING.fullmatch(word) else value(word)


def started(text: str, program: str) -> tuple[list[str], Draft]:
    """The whole lines of a log, and a draft with its banner and messages."""
    text = text.replace("\r\n", "\n")
    whole, _, cut = text.rpartition("\n")
    draft = Draft({**banner(text).values(), **messages(text, program)})
    lines = whole.split("\n")
    if runs_in(text, program) > 1:
        return [], Draft(troubles=[Trouble("the log", 0, "it is of several runs")])
    if cut.strip():
        draft.troubles.append(Trouble("the last line", len(lines) + 1, "the file ends within it"))
    return lines, draft


def finished(text: str, kind: str, program: str, draft: Draft, ended: bool) -> Reading:
    """The reading, with a trouble if its log has neither an end nor an error."""
    if not ended and not draft.troubles and "error.hard" not in draft.values:
        draft.troubles.append(Trouble("the log", 0, "it ends too early"))
    head = banner(text)
    return Reading(
        kind,
        program.upper(),
        head.version,
        head.released,
        draft.values,
        draft.tables,
        tuple(draft.troubles),
    )


def numbers(
    draft: Draft, lines: Sequence[str], patterns: Mapping[str, str], prefix: str = ""
) -> None:
    """The groups of whole lines by name, as numbers; a line that comes twice must be the same."""
    for name, groups in _matches(draft, lines, patterns).items():
        with draft.part(name):
            found = tuple(map(cell, groups))
            draft.values[prefix + name] = found if len(found) > 1 else found[0]


def texts(
    draft: Draft, lines: Sequence[str], patterns: Mapping[str, str], prefix: str = ""
) -> None:
    """The one group of whole lines by name, as text."""
    for name, groups in _matches(draft, lines, patterns).items():
        draft.values[prefix + name] = groups[0].strip()


def _matches(
    draft: Draft, lines: Sequence[str], patterns: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    matches = {}
    for name, pattern in patterns.items():
        line_of = re.compile(rf" *(?:{pattern}) *")
        found = {
            tuple(group for group in match.groups() if group is not None)
            for match in map(line_of.fullmatch, lines)
            if match
        }
        with draft.part(name):
            if len(found) > 1:
                raise UnreadableError("the log has several")
            if found:
                matches[name] = found.pop()
    return matches


def flags(draft: Draft, lines: Sequence[str]) -> None:
    """``flags.{flag}``: observations that the integration program marked, and those used anyway."""
    starts = [at for at, line in enumerate(lines, 1) if line.split() == _FLAGS]
    with draft.part("flagged observations"):
        if len(starts) > 1:
            raise UnreadableError("the log has several", starts[1])
        if starts:
            body = [_FLAG.fullmatch(line) for _, line in paragraph(lines, starts[0])]
            rows = tuple((_FLAG_NAMES[row[1]], int(row[2]), int(row[3])) for row in body if row)
            draft.tables["flags.list"] = Table(("flag", "n_flagged", "n_accepted"), rows, "{flag}")


def paragraph(lines: Sequence[str], start: int) -> Iterator[tuple[int, str]]:
    """The lines from this one up to the next blank one, each with its number from 1."""
    for at in range(start, len(lines)):
        if not lines[at].strip():
            return
        yield at + 1, lines[at]
    raise UnreadableError("the file ends within it", len(lines))
