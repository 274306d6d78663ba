"""Which record an image belongs to, and what there is to say about it.

The key is the serial with its suffix, the frame size, the day, the name of the place, and the
header's word for the scanned axis; never the serial alone. A missing day selects nothing: it leaves
all records that differ by date, and more than one record left is an error that lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sweepwright.sites.query import FORMAT_KINDS, SiteQuery
from sweepwright.sites.schema import SiteRecord
from sweepwright.sites.store import Entry, Sites
from sweepwright.sites.texts import has_words, longest_word, plain, same_place


class Outcome(StrEnum):
    """How many records fit."""

    UNIQUE = "unique"
    AMBIGUOUS = "ambiguous"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record with the right serial that does not fit; ``reason`` goes on behind its id."""

    entry: Entry
    reason: str


@dataclass(frozen=True, slots=True)
class SiteMatch:
    """The answer. ``entry`` is there where the outcome is unique; ``candidates`` are all that fit."""

    query: SiteQuery
    outcome: Outcome
    entry: Entry | None
    candidates: tuple[Entry, ...]
    rejected: tuple[Rejected, ...] = ()

    @property
    def record(self) -> SiteRecord | None:
        """The record, where there is one."""
        return self.entry.record if self.entry else None


def match_site(query: SiteQuery, sites: Sites) -> SiteMatch:
    """The record of an image. Raises SiteFileError where a record that counts is wrong."""
    entries = _asked(query, sites)
    twins = _twins(query, sites) if not entries else []
    rejected = [
        Rejected(entry, reason)
        for entry in entries
        if (reason := next(misfits(query, entry), None)) is not None
    ]
    wrong = {item.entry.record.id for item in rejected}
    left = _narrowed(query, [entry for entry in entries if entry.record.id not in wrong])
    outcome = Outcome.NONE if not left else Outcome.UNIQUE if len(left) == 1 else Outcome.AMBIGUOUS
    entry = left[0] if outcome is Outcome.UNIQUE else None
    return SiteMatch(query, outcome, entry, tuple(left), (*rejected, *twins))


def _asked(query: SiteQuery, sites: Sites) -> list[Entry]:
    """The records that the serial points to, else those that a text points to."""
    serial = query.known_serial
    found = sites.with_serial(serial) if serial else []
    if found:
        return found
    texts = sites.with_text(query.text, query.places)
    return [
        entry
        for entry in texts
        if _says_its_format(query, entry.record) and _told_by_text(query, entry.record)
    ]


def _twins(query: SiteQuery, sites: Sites) -> list[Rejected]:
    """Records of the serial that only the suffix tells from this one."""
    serial = query.known_serial
    if serial is None:
        return []
    twin = serial.removesuffix("-F") if serial.endswith("-F") else f"{serial}-F"
    return [Rejected(entry, f"is of {twin}") for entry in sites.with_serial(twin)]


def _says_its_format(query: SiteQuery, record: SiteRecord) -> bool:
    """A word alone is weak: where it is all there is, the kind of file must not be another."""
    return query.format is None or _fits_format(query, record)


def _told_by_text(query: SiteQuery, record: SiteRecord) -> bool:
    """Whether a text is enough. A detector that has a serial needs one of its words or, where the
    header has no serial at all, a place that names the beamline: not 'Diamond' but 'DLS I04'."""
    if not record.detector.serials or has_words(record.key.words, query.text):
        return True
    beamline = plain(record.beamline.split()[0])
    return query.known_serial is None and any(beamline in plain(place) for place in query.places)


def misfits(query: SiteQuery, entry: Entry) -> Iterator[str]:
    """Why a record does not fit, the weightiest reason first."""
    record, day = entry.record, query.day
    if query.size_px is not None and entry.sizes_px and query.size_px not in entry.sizes_px:
        sizes = ", ".join(f"{fast} x {slow}" for fast, slow in entry.sizes_px)
        yield f"has frames of {sizes} px"
    if day is not None and not record.valid.holds(day):
        yield f"is valid {record.valid}"
    if not _fits_format(query, record):
        yield f"has files of format {', '.join(record.key.formats)}"
    site, names = query.known_site, record.key.site_texts
    if site and names and not same_place(names, site):
        yield f"is called {' or '.join(names)} in headers"
    if record.key.words and not has_words(record.key.words, query.text):
        yield f"has '{record.key.words[0]}' in its headers"
    axis = query.oscillation_axis
    if axis is not None and not record.key.oscillation_axis.meets(axis):
        yield "has another word for the scanned axis"
    if query.angles is not None and not record.key.angles.meets(" ".join(query.angles)):
        yield "has other goniostat angles in its headers"


def _fits_format(query: SiteQuery, record: SiteRecord) -> bool:
    kinds = {FORMAT_KINDS.get(name) for name in record.key.formats}
    kind = FORMAT_KINDS.get(query.format or "")
    return kind is None or not kinds or kind in kinds


def _narrowed(query: SiteQuery, entries: list[Entry]) -> list[Entry]:
    """Of several records those that say expressly what the header says."""
    written = query.known_format
    for weight in (
        lambda record: same_place(record.key.site_texts, *query.places),
        lambda record: longest_word(record.key.words, query.text),
        lambda record: written in record.key.formats,
    ):
        entries = _heaviest(entries, weight)
    refined = {entry.record.refines for entry in entries}
    return [entry for entry in entries if entry.record.id not in refined]


def _heaviest(entries: list[Entry], weight: Callable[[SiteRecord], int]) -> list[Entry]:
    """The entries with the largest weight."""
    weights = [weight(entry.record) for entry in entries]
    return [entry for entry, own in zip(entries, weights, strict=True) if own == max(weights)]


def told_apart(first: Entry, second: Entry) -> bool:
    """Whether headers can tell two records of one serial or place from each other."""
    one, other = first.record, second.record
    if other.id in (one.refines, *one.not_told_apart) or one.id in (
        other.refines,
        *other.not_told_apart,
    ):
        return True
    sizes = set(first.sizes_px), set(second.sizes_px)
    names = {plain(n) for n in one.key.site_texts}, {plain(n) for n in other.key.site_texts}
    formats = set(one.key.formats), set(other.key.formats)
    parts: Sequence[tuple[set[object], set[object]]] = [
        (set(a), set(b)) for a, b in (sizes, names, formats)
    ]
    if any(a and b and not a & b for a, b in parts):
        return True
    rules = ("oscillation_axis", "angles")
    if any(getattr(one.key, rule) != getattr(other.key, rule) for rule in rules):
        return True
    return one.key.words != other.key.words or not overlap(one, other)


def overlap(one: SiteRecord, other: SiteRecord) -> bool:
    """Whether there is a day on which both are valid."""
    starts = [valid.start for valid in (one.valid, other.valid) if valid.start]
    ends = [valid.end for valid in (one.valid, other.valid) if valid.end]
    return not starts or not ends or max(starts) < min(ends)
