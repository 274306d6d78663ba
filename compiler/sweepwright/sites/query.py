"""What a header says that may tell the beamline of an image."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from sweepwright.model.facts import ImageFacts
from sweepwright.sites.dates import day_of
from sweepwright.sites.strings import clean_serial, parse_detector

#: names of formats, ours and those of records -> kind of file; one detector writes one kind
FORMAT_KINDS = {
    "minicbf": "dectris",
    "full-cbf": "dectris",
    "imgcif": "dectris",
    "bruker-cbf": "dectris",
    "hdf5": "dectris",
    "nxmx": "dectris",
    "nxmx-hdf5": "dectris",
    "dectris-hdf5": "dectris",
    "eiger": "dectris",
    "hdf5-lima": "dectris",
    "smv": "smv",
    "adsc-smv": "smv",
    "dtrek-smv": "smv",
    "dtrek": "smv",
    "marccd": "marccd",
    "mar345": "mar345",
    "mar": "mar",
    "raxis": "raxis",
    "bruker": "bruker",
    "bruker-sfrm": "bruker",
    "rigaku": "rod",
    "rod": "rod",
    "esperanto": "rod",
    "edf": "edf",
    "kcd": "kcd",
    "ipf": "ipf",
    "dm4": "dm4",
    "ser": "ser",
    "mrc": "mrc",
    "tiff": "dectris",
    "trpx": "trpx",
}
#: names of formats that mean the same as one of a record
_SAME_FORMAT = {
    "imgcif": "full-cbf",
    "rigaku": "rod",
    "bruker": "bruker-sfrm",
    "nxmx": "nxmx-hdf5",
    "eiger": "dectris-hdf5",
}
_ANGLES = ("omega", "kappa", "chi", "phi")


@dataclass(frozen=True, slots=True)
class SiteQuery:
    """What a header says that may tell its beamline; what it does not say is None.

    ``detector`` is the detector string, ``date`` as written, ``site`` a name of the place that
    stands elsewhere in the header, ``format`` a name of FORMAT_KINDS, ``oscillation_axis`` the
    header's text about the scanned axis, ``angles`` the names of the goniostat angles it gives.
    """

    detector: str | None = None
    serial: str | None = None
    size_px: tuple[int, int] | None = None
    date: str | None = None
    site: str | None = None
    format: str | None = None
    oscillation_axis: str | None = None
    angles: Collection[str] | None = None

    @property
    def known_serial(self) -> str | None:
        """The serial, from its own field or from the detector string."""
        own = clean_serial(self.serial)
        return own if own else parse_detector(self.detector or "").serial

    @property
    def known_site(self) -> str | None:
        """The name of the place, from the detector string or from elsewhere."""
        return parse_detector(self.detector or "").site or self.site

    @property
    def places(self) -> tuple[str, ...]:
        """What may name the place; the whole detector string may, as in HDF5 files."""
        return tuple(text for text in (self.known_site, self.detector) if text)

    @property
    def known_format(self) -> str | None:
        """The format, by the name that records use."""
        return _SAME_FORMAT.get(self.format or "", self.format)

    @property
    def day(self) -> datetime.date | None:
        """The day, where the date names one."""
        return day_of(self.date)

    @property
    def text(self) -> str:
        """What words are looked for in."""
        parts = (self.known_format, self.detector, self.serial, self.site)
        return " ".join(part for part in parts if part)


def query_of(facts: ImageFacts) -> SiteQuery:
    """The query of an image header."""

    def text(name: str) -> str | None:
        fact = facts.get(name)
        return str(fact.value) if fact else None

    size = facts.get("size")
    angles = {name for name in _ANGLES if facts.get(name)} | {axis.name for axis in facts.axes}
    return SiteQuery(
        detector=text("detector"),
        serial=text("serial"),
        size_px=(int(size.value[0]), int(size.value[1]))
        if size and isinstance(size.value, tuple)
        else None,
        date=text("date"),
        site=text("site"),
        format=facts.format if facts.format in FORMAT_KINDS else None,
        oscillation_axis=text("axis_text"),
        angles=angles or None,
    )
