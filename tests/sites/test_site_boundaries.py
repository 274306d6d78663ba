"""Look-ups on both sides of each date boundary: a table checked by hand, and every shipped record.

The table was read from the sources that the records name; it does not come from the records.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sweepwright.resources import sites_folder
from sweepwright.sites.match import match_site
from sweepwright.sites.query import SiteQuery
from sweepwright.sites.store import Entry, Sites, load_sites

SITES = load_sites(sites_folder())
DAY = timedelta(days=1)

#: serial, what else the header says, last day before, its record, first day after, its record
HAND_CHECKED = [
    ("60-0114-F", {}, "2016-12-31", "dls-i02-pilatus6mf-0114", "2017-01-01", "dls-vmxi-pilatus6mf-0114"),
    ("24-0107", {}, "2015-10-31", "dls-i04-1-pilatus2m-0107", "2015-11-01", "dls-i19-1-pilatus2m-0107"),
    ("120-0100", {}, "2016-03-31", "dls-i23-pilatus12m-reverse", "2016-04-01", "dls-i23-pilatus12m-kappa"),
    ("60-0119", {"oscillation_axis": "X.CW +SLOW"}, "2014-12-31", "dls-i24-pilatus3-0119-before2015", "2015-01-01", "dls-i24-pilatus3-0119-pin"),
    ("60-0119", {"oscillation_axis": "X.CW +FAST"}, "2014-12-31", "dls-i24-pilatus3-0119-before2015", "2015-01-01", "dls-i24-pilatus3-0119-tray"),
    ("60-0126", {"format": "minicbf"}, "2017-11-22", "dls-i03-pilatus3-0126-minikappa", "2017-11-23", "dls-i03-pilatus3-0126-smargon"),
    ("60-0104", {}, "2015-03-03", "esrf-id29-pilatus6m-0104", "2015-03-04", "esrf-id30b-pilatus6m-0104"),
    ("E-32-0107", {}, "2021-05-21", "petra-p14-eiger16m-0107", "2021-06-22", "petra-p13-eiger16m-0107"),
    ("E-32-0107", {}, "2021-05-22", "ambiguous", "2021-06-21", "ambiguous"),
    ("E-32-0129", {}, "2021-05-21", None, "2021-05-22", "petra-p14-eiger2cdte16m-0129"),
    ("E-32-0111", {}, "2021-02-28", "ssrf-bl17u1-eiger16m-0111", "2021-03-01", "ssrf-bl10u2-eiger16m-0111"),
    ("E-32-0111", {}, "2017-09-30", None, "2017-10-01", "ssrf-bl17u1-eiger16m-0111"),
    ("E-32-0105", {}, "2017-10-18", None, "2017-10-19", "maxiv-biomax-eiger16m-0105"),
    ("910", {}, "2006-12-31", "aps-19id-910", "2007-01-01", "aps-14bmc-q315-910"),
    ("447", {}, "2004-02-29", "als-502-q210-447", "2004-03-01", "als-501-q210-447"),
    ("447", {}, "2009-10-31", "als-501-q210-447", "2009-11-01", "pf-bl5a-447"),
    ("442", {}, "2006-05-13", "als-831-q210-442", "2006-05-14", "als-501-q210-442"),
    ("441", {}, "2004-09-30", "chess-a1-q210-441-before", "2004-10-01", "chess-a1-q210-441-after"),
    ("907", {}, "2012-02-29", "als-1232-q315-907", "2012-03-01", "als-831-q315-907"),
    ("423", {}, "2006-07-31", "als-503-q4r-423", "2006-08-01", None),
    ("923", {}, "2006-07-31", None, "2006-08-01", "als-503-q315r-923"),
    ("458", {}, "2008-12-31", None, "2009-01-01", "aps-19bm-q210r-458"),
]  # fmt: skip


@pytest.mark.parametrize("row", HAND_CHECKED, ids=lambda row: f"{row[0]} {row[4]} {row[1]}")
def test_a_boundary_that_was_checked_by_hand(
    row: tuple[str, dict[str, str], str, str | None, str, str | None],
) -> None:
    serial, more, before, old, after, new = row
    for day, wanted in ((before, old), (after, new)):
        match = match_site(SiteQuery(serial=serial, date=f"{day}T12:00:00", **more), SITES)
        found = match.record.id if match.record else None
        assert (match.outcome if wanted == "ambiguous" else found) == wanted


def keyed() -> list[Entry]:
    """Records that a header can point to, and that have a boundary."""
    return [
        entry
        for entry in SITES.all()
        if (entry.record.detector.serials or entry.record.key.site_texts or entry.record.key.words)
        and (entry.record.valid.start or entry.record.valid.end)
    ]


def query(entry: Entry, day: date) -> SiteQuery:
    """All that a header of this record would say."""
    record = entry.record
    axis, angles = record.key.oscillation_axis, record.key.angles
    words = record.key.words[0] if record.key.words else ""
    return SiteQuery(
        detector=words or None,
        serial=record.detector.serials[0] if record.detector.serials else None,
        site=record.key.site_texts[0] if record.key.site_texts else None,
        size_px=entry.sizes_px[0] if entry.sizes_px else None,
        format=record.key.formats[0] if record.key.formats else None,
        date=day.isoformat(),
        oscillation_axis=f"X.CW {' '.join(axis.has)}",
        angles=set(angles.has) or ({"omega"} if angles.lacks else None),
    )


@pytest.mark.parametrize("entry", keyed(), ids=lambda entry: entry.record.id)
def test_a_record_is_found_within_its_period_and_not_outside(entry: Entry) -> None:
    valid, id_ = entry.record.valid, entry.record.id
    inside = [valid.start, valid.end and valid.end - DAY]
    outside = [valid.start and valid.start - DAY, valid.end]
    for day in filter(None, inside):
        assert id_ in {e.record.id for e in match_site(query(entry, day), SITES).candidates}
    for day in filter(None, outside):
        assert id_ not in {e.record.id for e in match_site(query(entry, day), SITES).candidates}


def test_every_record_with_a_key_is_found_by_what_its_header_says() -> None:
    for entry in SITES.all():
        record = entry.record
        if record.detector.serials or record.key.site_texts or record.key.words:
            day = record.valid.start or (record.valid.end or date(2010, 6, 1)) - DAY
            found = match_site(query(entry, day), SITES)
            ids = {one.record.id for one in found.candidates}
            assert record.id in ids, record.id
            assert ids <= {record.id, *record.not_told_apart}, record.id


def test_a_period_ends_before_its_last_day() -> None:
    assert isinstance(SITES, Sites)
    for entry in SITES.all():
        end = entry.record.valid.end
        assert end is None or not entry.record.valid.holds(end)
