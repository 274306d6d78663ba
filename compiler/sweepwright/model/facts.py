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


@dataclass(frozen=True, slots=True)
class AxisFact:
    """An axis of the goniostat: its direction in frame sw with all settings at zero, and its angle.

    ``angle_deg`` is that of the image, None where it is not said; a positive turn is right-handed.
    """

    name: str
    vector: tuple[float, float, float]
    angle_deg: float | None
    key: str


@dataclass(frozen=True, slots=True)
class PanelFact:
    """A flat piece of the detector in frame sw; ``origin_mm`` is the outer corner of its first pixel.

    ``first_px`` is where that pixel stands in the whole image, fast then slow, from 0.
    """

    fast: tuple[float, float, float]
    slow: tuple[float, float, float]
    origin_mm: tuple[float, float, float]
    size_px: tuple[int, int]
    pixel_mm: tuple[float, float]
    first_px: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a header says but cannot mean, so that it is no fact; ``message`` is a sentence."""

    field: str
    message: str
    key: str


@dataclass(frozen=True)
class ImageFacts:
    """One image header, normalised; a field that the header does not give is absent.

    Keys of ``fields``:

    - ``detector`` (its string), ``serial``, ``date`` (as written), ``site`` (text), ``axis_text`` (the
      header's word for the scanned axis, by which site records are told apart)
    - ``wavelength`` (A), ``distance`` (mm, positive), ``two_theta`` (deg)
    - ``size`` (px), ``pixel_size`` (mm), ``beam_center`` (px, corner based: 0 is the outer edge of
      the first pixel), each fast then slow; ``beam_mm``: two numbers of the header, mm, whose order
      and mirror only a site record knows (``beam_center`` is absent then); ``beam_denzo_mm``: the
      pair as DENZO reads it
    - ``start`` and ``width`` (deg, of the scanned axis; 0 for a still), ``scan_axis`` (its name),
      ``rotation_axis`` (frame sw); ``omega kappa phi chi`` (deg)
    - ``images`` (how many the file holds), ``overload`` (counts), ``exposure_time`` (s)
    - ``sensor_material``, ``sensor_thickness`` (mm), ``polarization`` (fraction)

    ``axes`` is the goniostat from the base to the crystal, ``panels`` the detector, where a format
    says them; with panels ``distance`` and ``beam_center`` are computed from them. ``modules`` are those
    that one flat panel was put together from.
    """

    format: str
    fields: Mapping[str, Fact] = field(default_factory=dict)
    axes: tuple[AxisFact, ...] = ()
    panels: tuple[PanelFact, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    modules: tuple[PanelFact, ...] = ()

    def get(self, name: str) -> Fact | None:
        """The fact of this name, if the header gives it."""
        return self.fields.get(name)


@dataclass(frozen=True, slots=True)
class ImageTemplate:
    """A series of files: ``prefix``, as many digits as ``width``, ``suffix``; ``folder`` portable.

    ``width`` 0 is one file with all images. ``root`` names the place that ``folder`` is relative to.
    """

    root: str
    folder: str
    prefix: str
    width: int
    suffix: str

    @property
    def one_file(self) -> bool:
        """Whether all images are in one file: the master of a series in HDF5."""
        return self.width == 0

    @property
    def packed(self) -> str:
        """The suffix of files that are packed as a whole, ``.gz`` or ``.bz2``; empty for others."""
        suffix = self.suffix[self.suffix.rfind(".") :]
        return suffix if suffix in (".gz", ".bz2") else ""

    def name(self, number: int) -> str:
        """The name of the file that holds an image."""
        digits = f"{number:0{self.width}d}" if self.width else ""
        return f"{self.prefix}{digits}{self.suffix}"

    def hashes(self, mark: str = "#") -> str:
        """The file name with ``mark`` for each digit, as engines write templates."""
        return f"{self.prefix}{mark * self.width}{self.suffix}"

    @property
    def text(self) -> str:
        """Root, folder and template, portable: ``$raw/scan1/x_####.cbf``."""
        return "/".join(part for part in (f"${self.root}", self.folder, self.hashes()) if part)


@dataclass(frozen=True)
class SweepFacts:
    """The files of one sweep and some of its headers (first, last, a few between) by number.

    ``sizes`` are the bytes of its files by name: of a master also the data files that it leads to,
    as it names them.
    """

    template: ImageTemplate
    found: ImageSet
    headers: Mapping[int, ImageFacts]
    sizes: Mapping[str, int]

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
    """Which engine `auto` means here, why, and its programs by name.

    ``build`` is the date of the build of XDS as a number (20230630), where it is known.
    """

    engine: str
    reason: str
    tools: Mapping[str, ToolFacts] = field(default_factory=dict)
    build: int | None = None
