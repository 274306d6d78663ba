"""The files and headers of every sweep of a composed job."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from sweepwright.api.places import locate
from sweepwright.images.discover import Listing, Pattern, parse_pattern
from sweepwright.images.observe import Wanted, image_template, observe
from sweepwright.language.compose import ComposedJob, ComposedSweep
from sweepwright.language.lines import lines
from sweepwright.language.nodes import JobText
from sweepwright.model.diagnostic import Diagnostic, Fix, Span, advice, error
from sweepwright.model.facts import SweepFacts
from sweepwright.model.resolved import Written, settle

_BRACED_ROOT = re.compile(r"\{([\w+-]+)\}(?=/)")
#: ``data/lyso ####.cbf``, with or without a true comment behind it
_TEMPLATE_CUT = re.compile(
    r"\s*(?P<whole>(?:[^\s#][^#]*\s)?(?P<rest>#+[^\s#]*\.\w+))\s*(?:\s#.*)?$"
)


def observe_sweeps(
    composed: ComposedJob, places: Mapping[str, str], all_headers: bool = False
) -> tuple[dict[str, SweepFacts], list[Diagnostic]]:
    """Facts by sweep; sweeps whose images are not as they should be are left out.

    ``all_headers``: the header of every image is read and compared, too.
    """
    facts: dict[str, SweepFacts] = {}
    diagnostics: list[Diagnostic] = []
    listing = Listing()
    for sweep in composed.sweeps:
        wanted, found = _wanted(sweep, places, composed.source)
        diagnostics += found
        if wanted is None:
            continue
        seen, found = observe(wanted._replace(all_headers=all_headers), listing)
        diagnostics += found
        if seen is not None:
            facts[sweep.name] = seen
        if seen is not None and all_headers:
            from sweepwright.images.allheaders import check_all_headers

            diagnostics += check_all_headers(sweep.name, wanted.folder, seen, wanted.span)
    return facts, diagnostics


def _wanted(
    sweep: ComposedSweep, places: Mapping[str, str], source: JobText
) -> tuple[Wanted | None, list[Diagnostic]]:
    """Where the images of a sweep are, and which of them are asked for."""
    images = sweep.stacks["images"][0]
    pattern, found = _pattern(sweep.name, images, source)
    if pattern is None:
        return None, found
    located, more = locate(f"sweep {sweep.name}", pattern.folder, images, places)
    if located is None:
        return None, more
    root, folder = located
    span = images.origin.span
    if pattern.single is not None:
        found = [_single(sweep.name, str(images.value), pattern, span)]
    range_, exclude, width = (
        sweep.top(key) for key in ("range", "exclude", "geometry.oscillation.width")
    )
    wanted = Wanted(
        sweep=sweep.name,
        template=image_template(root, folder, pattern),
        folder=Path(places[root]) / folder,
        shown_folder=pattern.folder or ".",
        span=span,
        single=pattern.single,
        range=range_.value if range_ is not None else None,
        range_span=range_.origin.span if range_ is not None else None,
        exclude=settle("", sweep.stacks["exclude"]).known or () if exclude is not None else (),
        exclude_span=exclude.origin.span if exclude is not None else None,
        width=width.value if width is not None else None,
    )
    return wanted, found


def _pattern(
    sweep: str, images: Written, source: JobText
) -> tuple[Pattern | None, list[Diagnostic]]:
    span, text = images.origin.span, str(images.value)
    braced = _BRACED_ROOT.match(text)
    if braced is not None:
        return None, [_braced_root(sweep, braced, source, span)]
    try:
        return parse_pattern(text), []
    except ValueError as problem:
        cut = _cut_by_comment(source, span) if span is not None else None
        if cut is None:
            return None, [error("SW-L026", f"sweep {sweep}: {problem}", span)]
        fix = Fix("put it in quotes", cut.span, f'"{cut.text}"', safe=True)
        message = f"sweep {sweep}: the template of the images is cut by a comment"
        hint = "A blank before '#' starts a comment in YAML: put the text in quotes."
        return None, [error("SW-L026", message, cut.span, help=hint, fix=fix)]


def _braced_root(
    sweep: str, braced: re.Match[str], source: JobText, span: Span | None
) -> Diagnostic:
    """``{raw}/`` as other languages write it, for ``$raw/``."""
    message, fix = f"sweep {sweep}: a root is written ${braced[1]}, not {braced[0]}", None
    if span is not None and span.file == source.name:
        at = lines(source.source)[span.line - 1].find(braced[0], span.column - 1) + 1
        place = Span(span.file, span.line, at, span.line, at + len(braced[0]))
        fix = Fix(f"write '${braced[1]}'", place, f"${braced[1]}", safe=True) if at else None
    return error("SW-L027", message, span, help=f"Write '${braced[1]}'.", fix=fix)


class _Cut(NamedTuple):
    """A template with what YAML took for a comment."""

    text: str
    span: Span


def _cut_by_comment(source: JobText, span: Span) -> _Cut | None:
    """The whole template where a comment cuts it off; a comment does not end like a file name."""
    if source.name != span.file:
        return None
    line = lines(source.source)[span.line - 1]
    match = _TEMPLATE_CUT.match(line, span.column - 1)
    if match is None or match.start("rest") < span.end_column - 1:
        return None
    begin, end = match.span("whole")
    return _Cut(match["whole"], Span(span.file, span.line, begin + 1, span.line, end + 1))


def _single(sweep: str, text: str, pattern: Pattern, span: Span | None) -> Diagnostic:
    folder, slash, _ = text.rpartition("/")
    hashes = f"{pattern.prefix}{'#' * pattern.width}{pattern.suffix}"
    message = f"sweep {sweep}: one image is named; the whole series {hashes} is taken"
    template = f"{folder}{slash}{hashes}"
    fix = Fix(f"write '{template}'", span, template, safe=True) if span is not None else None
    return advice("SW-I009", message, span, help=f"Write '{template}'.", fix=fix)
