"""Parameters that a log of XDS or XSCALE repeats: the input, and what its statistics assume."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sweepwright.logs.draft import Draft, paragraph, place
from sweepwright.logs.keywords import keywords
from sweepwright.logs.reading import UnreadableError

_TITLE = r"INPUT PARAMETER VALUES"
#: what a line has behind its values: a remark, or a constant that no reader needs
_BEHIND = re.compile(r" +as used (?:by|in) .*| +WFAC1=.*")
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
