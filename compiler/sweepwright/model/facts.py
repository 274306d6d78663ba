"""What was observed: image headers, the files of a sweep, the programs of this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sweepwright.model.ranges import ImageSet


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that a header gave, and the header's own word for it."""

    value: float | int | str | tuple[float, ...]
    key: str


@dataclass(frozen=True)
class ImageFacts:
    """One image header, normalised; a field that the header does not give is absent.

    Keys of ``fields``: ``detector``, ``serial``, ``date``, ``wavelength`` (A), ``distance`` (mm),
    ``beam_center`` (px, corner based: 0 is the outer edge of the first pixel, fast then slow),
    ``pixel_size`` (mm, fast and slow), ``size`` (px, fast and slow), ``start`` and ``width`` (deg,
    of the scanned axis), ``scan_axis``, ``omega kappa phi chi two_theta`` (deg), ``overload``
    (counts), ``sensor_material``, ``sensor_thickness`` (mm), ``polarization`` (fraction),
    ``exposure_time`` (s).
    """

    format: str
    fields: Mapping[str, Fact] = field(default_factory=dict)

    def get(self, name: str) -> Fact | None:
        """The fact of this name, if the header gives it."""
        return self.fields.get(name)


@dataclass(frozen=True, slots=True)
class ImageTemplate:
    """A series of files: ``prefix``, as many digits as ``width``, ``suffix``; ``folder`` portable.

    ``root`` is the name of the place that ``folder`` is relative to.
    """

    root: str
    folder: str
    prefix: str
    width: int
    suffix: str

    def name(self, number: int) -> str:
        """The file name of one image."""
        return f"{self.prefix}{number:0{self.width}d}{self.suffix}"

    def hashes(self, mark: str = "#") -> str:
        """The file name with ``mark`` for each digit, as engines write templates."""
        return f"{self.prefix}{mark * self.width}{self.suffix}"

    @property
    def text(self) -> str:
        """Root, folder and template, portable: ``$raw/scan1/x_####.cbf``."""
        return "/".join(part for part in (f"${self.root}", self.folder, self.hashes()) if part)


@dataclass(frozen=True)
class SweepFacts:
    """The files of one sweep and some of its headers (first, last, a few between) by number."""

    template: ImageTemplate
    found: ImageSet
    headers: Mapping[int, ImageFacts]
    sizes: Mapping[int, int]

    @property
    def first_header(self) -> ImageFacts:
        """The header that geometry is read from: the lowest image that was read."""
        return self.headers[min(self.headers)]


@dataclass(frozen=True)
class ToolFacts:
    """A program found on this machine; ``digest`` is that of the file that starts it."""

    program: str
    path: str
    version: str
    digest: str


@dataclass(frozen=True)
class EngineFacts:
    """Which engine `auto` means here, why, and its programs by name."""

    engine: str
    reason: str
    tools: Mapping[str, ToolFacts] = field(default_factory=dict)
