"""Site records for people who look them up, and the record of an image."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sweepwright.language.folders import user_folder
from sweepwright.model.diagnostic import Diagnostic, error
from sweepwright.resources import sites_folder
from sweepwright.sites.findings import findings
from sweepwright.sites.lint import lint
from sweepwright.sites.match import SiteMatch, match_site
from sweepwright.sites.query import SiteQuery, query_of
from sweepwright.sites.schema import Goniostat
from sweepwright.sites.store import Entry, SiteFileError, Sites, load_sites
from sweepwright.sites.strings import parse_detector

__all__ = ["SiteQuery", "all_sites", "find_site", "image_query", "lint_sites", "show_site"]


def open_sites(given: Sequence[Path] = ()) -> Sites:
    """The shipped site files, those of the user, and those that are given; the later win.

    Raises SiteFileError.
    """
    return load_sites(sites_folder(), user_folder() / "sites", given)


def find_site(
    query: SiteQuery, given: Sequence[Path] = ()
) -> tuple[SiteMatch | None, list[Diagnostic]]:
    """The record of an image, and what is to be said of it; no match where a file is wrong."""
    try:
        match = match_site(query, open_sites(given))
    except SiteFileError as problem:
        return None, list(problem.found)
    return match, findings(match, asked=True)


def image_query(path: Path) -> SiteQuery:
    """What the header of an image says of its site. Raises ImageError, OSError."""
    from sweepwright.images.formats import read_facts

    return query_of(read_facts(path))


def all_sites(word: str, given: Sequence[Path] = ()) -> tuple[list[Entry], list[Diagnostic]]:
    """The records that hold a word in id or place; all, with an empty word."""
    try:
        entries = open_sites(given).all()
    except SiteFileError as problem:
        return [], list(problem.found)
    word = word.lower()
    return [
        entry
        for entry in entries
        if word in f"{entry.record.id} {entry.record.place} {entry.record.detector.model}".lower()
    ], []


def all_goniostats(word: str) -> list[Goniostat]:
    """The goniostats that hold a word in id or name; all, with an empty word."""
    known = (item for item in open_sites().beside() if isinstance(item, Goniostat))
    return [item for item in known if word.lower() in f"{item.id} {item.name}".lower()]


def show_site(id_: str, given: Sequence[Path] = ()) -> tuple[Entry | None, list[Diagnostic]]:
    """The record of an id."""
    try:
        sites = open_sites(given)
        entry = sites.get(id_)
    except SiteFileError as problem:
        return None, list(problem.found)
    return (entry, []) if entry else (None, [unknown_site(id_, sites)])


def unknown_site(id_: str, sites: Sites) -> Diagnostic:
    """That there is no such record, with the nearest ids."""
    near = difflib.get_close_matches(id_, sites.ids(), 3, 0.6)
    near += [known for known in sites.ids() if id_ in known and known not in near][:5]
    said = f"Perhaps {', '.join(near)}. " if near else ""
    return error(
        "SW-S006",
        f"there is no site record {id_}",
        help=f"{said}'sweepwright site list' shows all.",
    )


def lint_sites(files: Sequence[Path]) -> list[Diagnostic]:
    """What is wrong with site files; with all that there are, where none is named."""
    try:
        found = lint(open_sites(files))
    except SiteFileError as problem:
        return list(problem.found)
    asked = {str(path) for place in files for path in _files(place)}
    return [item for item in found if not asked or (item.span and item.span.file in asked)]


def match_json(match: SiteMatch, found: Sequence[Diagnostic]) -> dict[str, Any]:
    """A match for ``--json``; what belongs to the record is null where there is none."""
    record = match.record
    axis = record.rotation_axis if record else None
    text = match.query.detector
    return {
        "detector": asdict(parse_detector(text)) if text else None,
        "outcome": match.outcome.value,
        "record": record.id if record else None,
        "facility": record.facility if record else None,
        "beamline": record.beamline if record else None,
        "rotation_axis": list(axis.sw) if axis and axis.sw else None,
        "rotation_axis_confidence": axis.confidence if axis else None,
        "goniostat": record.goniostat if record else None,
        "beam_centre": record.beam_centre if record else None,
        "origin": record.origin if record else None,
        "layer": match.entry.layer.value if match.entry else None,
        "candidates": [entry.record.id for entry in match.candidates],
        "rejected": [
            {"id": item.entry.record.id, "reason": item.reason} for item in match.rejected
        ],
        "diagnostics": [item.to_json() for item in found],
    }


def record_json(entry: Entry) -> dict[str, Any]:
    """A record for ``--json``."""
    said = entry.record.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return {**said, "layer": entry.layer.value, "file": entry.part.file.name}


def _files(place: Path) -> list[Path]:
    return sorted(place.glob("*.yaml")) if place.is_dir() else [place]
