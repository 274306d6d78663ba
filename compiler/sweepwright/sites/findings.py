"""What is to be said of a match: the diagnostics SW-S001 to SW-S011 of records in use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sweepwright.model.diagnostic import Diagnostic, advice, error, warning
from sweepwright.sites.match import Outcome, SiteMatch
from sweepwright.sites.store import Entry, Layer

#: dates of headers have no time zone, and moves are known to the day at best
_NEAR = timedelta(days=2)
#: conflicts that may change the geometry; one about the place does so only with another record
_WEIGHTY = ("axis", "date", "place")


def findings(match: SiteMatch, *, asked: bool = False, anomalous: bool = False) -> list[Diagnostic]:
    """The diagnostics of a match. ``asked``: a record must be there, so its lack is an error.

    ``anomalous``: the hand of the data matters, so doubts about the axis are said more strongly.
    """
    said = list(_without_date(match))
    if match.outcome is Outcome.NONE:
        said.append(_none(match, asked))
    if match.outcome is Outcome.AMBIGUOUS:
        said.append(_ambiguous(match))
    if match.entry is not None:
        said += in_use(match.entry, anomalous=anomalous)
        said += _near_a_move(match)
    return said


def in_use(entry: Entry, *, anomalous: bool = False) -> Iterator[Diagnostic]:
    """What a record says against itself, however it was chosen."""
    record = entry.record
    axis = record.rotation_axis
    if axis.confidence == "assumed":
        weight = (
            "with the wrong sign the anomalous differences change theirs"
            if anomalous
            else "a wrong sign shows as poor indexing"
        )
        known = "only assumed" if axis.sw else "not known"
        yield warning(
            "SW-S004",
            f"the rotation axis of site record {record.id} is {known}; {weight}",
            help="Compare the indexing of a wide wedge with both signs, and write the right one as "
            "'geometry: {rotation_axis: [x, y, z]}'.",
        )
    for conflict in record.conflicts:
        if conflict.about in _WEIGHTY:
            make = advice if conflict.about == "place" else warning
            yield make(
                "SW-S005",
                f"sources of site record {record.id} disagree about the {conflict.about}: {conflict.text}",
                help=f"'sweepwright site show {record.id}' lists the sources; the job's own geometry wins.",
            )
    if entry.replaces:
        where = "the user's folder" if entry.layer is Layer.USER else "--sitedb"
        yield advice(
            "SW-S008",
            f"site record {record.id} is that of {entry.part.file.name} ({where}), not the one that comes with the program",
        )


def _none(match: SiteMatch, asked: bool) -> Diagnostic:
    query = match.query
    said = (query.detector, query.serial and f"S/N {query.serial}", query.site)
    what = ", ".join(text for text in said if text) or "this image"
    near = [f"{item.entry.record.id} {item.reason}" for item in match.rejected]
    message = f"no site record is known for '{what}'"
    if near:
        message = f"no site record fits '{what}': {'; '.join(near)}"
    return (error if asked else advice)(
        "SW-S001",
        message,
        help="Geometry comes from the header and the job alone. A record of your own belongs in "
        "~/.config/sweepwright/sites/.",
    )


def _ambiguous(match: SiteMatch) -> Diagnostic:
    listed = "\n".join(
        f"{record.id}: {record.place}, {record.valid}, rotation axis {_axis(entry)}"
        for entry in match.candidates
        for record in [entry.record]
    )
    return error(
        "SW-S002",
        f"{len(match.candidates)} site records fit the detector, and nothing here tells which is right",
        help=f"Name the right one in the job, as in 'site: ID':\n{listed}",
    )


def _axis(entry: Entry) -> str:
    vector = entry.record.rotation_axis.sw
    return "not known" if vector is None else " ".join(f"{number:g}" for number in vector)


def _without_date(match: SiteMatch) -> Iterator[Diagnostic]:
    dated = any(entry.record.valid.start or entry.record.valid.end for entry in match.candidates)
    if match.query.day is None and dated:
        written = match.query.date
        lacks = f"'{written}' is no date of an image" if written else "the image has no date"
        yield warning(
            "SW-S003",
            f"{lacks}, so the periods of site records could not be checked",
            help="'site: {id: ID, date: 2026-03-01}' in the job says when the images were taken.",
        )


def _near_a_move(match: SiteMatch) -> Iterator[Diagnostic]:
    """The day is close to one on which another record of the detector ends or begins."""
    day, record = match.query.day, match.record
    if day is None or record is None:
        return
    for other in (item.entry.record for item in match.rejected):
        if other.beamline == record.beamline and other.rotation_axis.sw == record.rotation_axis.sw:
            continue
        ends = [end for end in (other.valid.start, other.valid.end) if end]
        if not other.valid.holds(day) and any(abs(end - day) <= _NEAR for end in ends):
            yield warning(
                "SW-S011",
                f"the images were taken within two days of a move: before or after it {other.id} ({other.place}) is right",
                help=f"Make sure that they are of {record.place}.",
            )
