"""Parameters that a log of XDS or XSCALE repeats: the input, and what its statistics assume."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from sweepwright.logs.draft import Draft, paragraph, place
from sweepwright.logs.keywords import keywords
from sweepwright.logs.reading import UnreadableError

_TITLE = r"INPUT PARAMETER VALUES"
#: what a line has behind its values: a remark, or a constant that no reader needs
_BEHIND = re.compile(r" +as used (?:by|in) .*| +WFAC1=.*")
_KEYWORD = re.compile(r"(?:^|(?<=\s))([A-Z][^\s=]*)=")
_ASSUMED = r"THE DATA COLLECTION STATISTICS REPORTED BELOW ASSUMES:"


def echo(lines: Sequence[str], draft: Draft, prefix: str) -> None:
    """The keywords of the paragraph below the title, under ``input.``; rounded."""
    with draft.part("the input repeated"):
        title = place(lines, _TITLE)
        if title is None:
            return
        for _, line in paragraph(lines, title + 2):
            with draft.part("a parameter of the input"):
                for name, value in keywords(_BEHIND.sub("", line)).items():
                    draft.values[f"{prefix}.input.{name}"] = value


def assumed(lines: Sequence[str], draft: Draft, prefix: str) -> None:
    """``space_group_number`` and ``cell`` of the statistics below them."""
    at = place(lines, _ASSUMED)
    if at is not None:
        crystal(lines, at + 1, draft, prefix)


def crystal(lines: Sequence[str], at: int, draft: Draft, prefix: str) -> None:
    """The two lines with group and cell that stand here."""
    found = {name: value for line in lines[at : at + 2] for name, value in keywords(line).items()}
    if list(found) != ["space_group_number", "cell"]:
        raise UnreadableError("no space group and cell", at + 1)
    draft.values |= {f"{prefix}.{name}": value for name, value in found.items()}


def printed_input(text: str) -> dict[str, str]:
    """Keywords of XDS that a log repeats below the title, with what stands behind each as printed.

    The digits say to what the value was rounded. Remarks are not cut off; of a keyword that comes
    twice the first counts.
    """
    lines = iter(text.split("\n"))
    found: dict[str, str] = {}
    if not any(line.strip() == _TITLE for line in lines):
        return found
    for line in takewhile(lambda line: not line.lstrip().startswith("***"), lines):
        keys = list(_KEYWORD.finditer(line))
        starts = [*(key.start() for key in keys), len(line)]
        for key, end in zip(keys, starts[1:], strict=True):
            found.setdefault(key[1], line[key.end() : end].strip())
    return found
