"""A diagnostic for people: what is wrong, a picture of its place, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sweepwright.cli.rendering.cells import plain
from sweepwright.cli.rendering.snippet import BLUE, Mark, snippet
from sweepwright.language.lines import lines
from sweepwright.model.diagnostic import Diagnostic, Severity

#: pictures of one rule; what comes after them is counted
MOST = 50
_SEVERITY = {Severity.ERROR: "31;1", Severity.WARNING: "33;1", Severity.ADVICE: "36;1"}
_BOLD = "1"


@dataclass(frozen=True)
class Page:
    """What pictures are drawn on: the texts that may be shown by file name, width, and colour."""

    sources: Mapping[str, str]
    width: int = 100
    colour: bool = False

    def ink(self, text: str, colour: str) -> str:
        """Text in a colour of the terminal, where colour is wanted."""
        return f"\x1b[{colour}m{text}\x1b[0m" if self.colour and text else text


def picture(item: Diagnostic, page: Page) -> str:
    """One diagnostic with the lines that it speaks of; only files of the page are shown."""
    colour = _SEVERITY[item.severity]
    head = page.ink(f"{item.severity.value}[{item.code}]", colour)
    shown = [f"{head}: {page.ink(plain(item.message), _BOLD)}"]
    marks = [] if item.span is None else [Mark(item.span, "^", colour, "")]
    marks += [Mark(other.span, "-", BLUE, plain(other.message)) for other in item.related]
    for file in dict.fromkeys(mark.span.file for mark in marks):
        shown += _place(file, [mark for mark in marks if mark.span.file == file], page)
    for label, text in (("help:", item.help), ("fix", _fix(item))):
        first, *rest = (text or "").split("\n")
        if first:
            shown.append(f"  {page.ink(label, _BOLD)} {plain(first)}")
        shown += [" " * 8 + plain(line) for line in rest]
    return "\n".join(shown)


def _fix(item: Diagnostic) -> str:
    if item.fix is None:
        return ""
    return f"({'safe' if item.fix.safe else 'unsafe'}): {item.fix.message}"


def _place(file: str, marks: list[Mark], page: Page) -> list[str]:
    """The place of the first mark, and the lines of all marks of its file."""
    first, *others = marks
    said = [f"  note: {first.label}"] if first.sign == "-" else []
    said.append(f"  {page.ink('-->', BLUE)} {plain(str(first.span))}")
    if file in page.sources:
        return [*said, *snippet(lines(page.sources[file]), marks, page.width, page.ink)]
    return [*said, *(f"  note: {mark.label}: {plain(str(mark.span))}" for mark in others)]


def limited(items: Iterable[Diagnostic]) -> tuple[list[Diagnostic], dict[str, int]]:
    """The first 50 of each code, and how many more there are of which code."""
    kept: list[Diagnostic] = []
    count: dict[str, int] = {}
    for item in items:
        count[item.code] = count.get(item.code, 0) + 1
        if count[item.code] <= MOST:
            kept.append(item)
    return kept, {code: number - MOST for code, number in count.items() if number > MOST}


def tally(items: Iterable[Diagnostic]) -> str:
    """``3 errors, 1 warning (--fix mends 2)``; empty when there is nothing to count."""
    found = list(items)
    severities = [item.severity for item in found]
    parts = []
    for severity in Severity:
        number = severities.count(severity)
        plural = "s" if number > 1 and severity is not Severity.ADVICE else ""
        if number:
            parts.append(f"{number} {severity.value}{plural}")
    offer = _offer(found)
    return ", ".join(parts) + (f" ({offer})" if offer else "")


def _offer(items: Iterable[Diagnostic]) -> str:
    """What ``--fix`` could do about diagnostics; empty when it is nothing."""
    fixes = [item.fix for item in items if item.fix is not None]
    safe = sum(fix.safe for fix in fixes)
    parts = [f"--fix mends {safe}"] if safe else []
    if len(fixes) > safe:
        parts.append(f"--fix --unsafe-fixes mends {len(fixes) - safe}{' more' if safe else ''}")
    return ", ".join(parts)
