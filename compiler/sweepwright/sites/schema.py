"""What a site file may say. Vectors are in frame sw with all settings at zero, lengths in mm.

Where a detector is mounted otherwise than usual, `mounting` gives its directions, and frame sw is
that of a detector in the usual place. Unknown keys are refused, so that nothing is lost by a slip
of the pen; so is a vector whose length is not 1, and a record without a source.
"""

from __future__ import annotations

import math
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from sweepwright.geometry import goniostat as geometry
from sweepwright.geometry.rotation import unit
from sweepwright.model.job_running import Run
from sweepwright.sites.centres import CentreConvention

#: how far the length of a vector may be from 1: published ones have three digits
UNIT_TOLERANCE = 2e-3

Confidence = Literal["calibrated", "used in code", "documented", "assumed"]
"""`calibrated`: checked on diffraction data, or written by the instrument; `used in code`: readers or
pipelines act on it; `documented`: a text says it; `assumed`: a default or an inference."""


def _unit(vector: tuple[float, float, float]) -> tuple[float, float, float]:
    length = math.hypot(*vector)
    if abs(length - 1) > UNIT_TOLERANCE:
        raise ValueError(f"its length is {length:.6g}, and a direction has length 1")
    return vector


def _written(value: object) -> object:
    """Numbers and booleans as texts, which is how the job language has them."""
    if isinstance(value, dict):
        return {key: _written(item) for key, item in value.items()}
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else value


Direction = Annotated[tuple[float, float, float], AfterValidator(_unit)]
Size = tuple[Annotated[int, Field(gt=0)], Annotated[int, Field(gt=0)]]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
Text = Annotated[str, Field(min_length=1)]
Sources = Annotated[tuple[Text, ...], Field(min_length=1)]


class SiteModel(BaseModel):
    """Frozen, and strict about its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class PathRule(SiteModel):
    """Where data of a facility lie; `{beamline}` and the like are named parts."""

    raw: Text
    processed: Text | None = None
    archive: Text | None = None
    beamline: Text | None = None
    """Only for this beamline."""


class PathMap(SiteModel):
    """A place that is named otherwise elsewhere: a path that begins with `seen` is `here`."""

    seen: Text
    here: Text
    where: Text


class Limits(SiteModel):
    """What a site lets a user take; nothing said is no limit."""

    jobs: int | None = None
    cores: int | None = None
    memory_gb: float | None = None
    hours: float | None = None


class Facility(SiteModel):
    """The first part of a site file: what all records of the file have in common."""

    facility: Text
    name: Text | None = None
    paths: tuple[PathRule, ...] = ()
    path_maps: tuple[PathMap, ...] = ()
    run: Annotated[Run, BeforeValidator(_written)] = Run.model_construct()
    """Defaults of `run` for jobs that run at this place; where images were taken says nothing of it."""
    limits: Limits = Limits.model_construct()
    lims: Text | None = None
    notes: tuple[Text, ...] = ()
    sources: tuple[Text, ...] = ()


class Valid(SiteModel):
    """From the day `from` on, until the day before `to`; a missing end is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, populate_by_name=True)
    start: date | None = Field(None, alias="from")
    end: date | None = Field(None, alias="to")
    basis: Text | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Valid:
        if self.start and self.end and self.start >= self.end:
            raise ValueError(f"it ends ({self.end}) before it begins ({self.start})")
        return self

    def holds(self, day: date) -> bool:
        """Whether a day lies within."""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def __str__(self) -> str:
        if self.start is None and self.end is None:
            return "at all dates"
        start = f"from {self.start}" if self.start else ""
        return " ".join(part for part in (start, f"to {self.end}" if self.end else "") if part)


class Detector(SiteModel):
    """The detector of a record. `family` names an entry of detectors.yaml, which has its sizes."""

    vendor: Text | None = None
    family: Id | None = None
    model: Text | None = None
    serials: tuple[Text, ...] = ()
    """With their suffix: 60-0114-F is not 60-0114."""
    sizes_px: tuple[Size, ...] = ()
    """Frames, only where they are not those of the family."""
    sensor_thickness_mm: float | None = None
    """Only where it is not the usual one of the family."""


class WordRule(SiteModel):
    """What a header must have or must lack; where nothing is known of it the rule is met."""

    has: tuple[Text, ...] = ()
    lacks: tuple[Text, ...] = ()

    def meets(self, text: str) -> bool:
        """Whether a text has one of the words and none of the others; case does not count."""
        text = text.lower()
        wanted = not self.has or any(word.lower() in text for word in self.has)
        return wanted and not any(word.lower() in text for word in self.lacks)


class Key(SiteModel):
    """What tells a record from others, besides serial, frame size and dates."""

    site_texts: tuple[Text, ...] = ()
    """What the header may call the place; another text than these means another record."""
    words: tuple[Text, ...] = ()
    """One of these must stand in format, detector string or place. Blanks part terms that must all
    be there."""
    formats: tuple[Text, ...] = ()
    oscillation_axis: WordRule = WordRule.model_construct()
    """The header's text about the scanned axis, e.g. X.CW +SLOW."""
    angles: WordRule = WordRule.model_construct()
    """Names of the goniostat angles that the header gives."""


class RotationAxis(SiteModel):
    """The axis of a usual scan; `sw` is missing where the header has it or nobody knows."""

    sw: Direction | None = None
    confidence: Confidence
    note: Text | None = None


class Mounting(SiteModel):
    """Directions of the detector at two-theta 0, where they are not 1 0 0 and 0 1 0."""

    fast: Direction
    slow: Direction


class Polarization(SiteModel):
    """Fraction (0.5 is unpolarized) and normal of the plane."""

    fraction: Annotated[float, Field(ge=0, le=1)]
    normal: Direction | None = None


class Conflict(SiteModel):
    """What sources disagree about."""

    about: Literal["axis", "centre", "date", "detector", "place", "sensor"]
    text: Text


class SiteRecord(SiteModel):
    """One detector at one beamline for a time, and what that means for the geometry."""

    id: Id
    facility: Text
    """Filled in from the head of the file."""
    beamline: Text
    detector: Detector = Detector.model_construct()
    key: Key = Key.model_construct()
    valid: Valid = Valid.model_construct()
    rotation_axis: RotationAxis
    goniostat: Id | None = None
    """An entry of goniostats.yaml."""
    beam_centre: CentreConvention | None = None
    two_theta_axis: Direction | None = None
    mounting: Mounting | None = None
    polarization: Polarization | None = None
    untrusted_px: tuple[tuple[int, int, int, int], ...] = ()
    """Dead areas of the full frame: fast from, to, slow from, to; from 0, the end exclusive."""
    plugins: dict[Id, Text] = {}
    """Files of XDS's plug-ins on the machines of the place, by their ids; whole paths."""
    refines: Id | None = None
    """Stands in the place of this record while it is valid."""
    not_told_apart: tuple[Id, ...] = ()
    """Records that no header tells from this one; a job has to name one of them."""
    quirks: tuple[Text, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    sources: Sources
    confidence: Confidence

    @property
    def origin(self) -> str:
        """What values that come from this record say of themselves."""
        return f"site record {self.id} ({self.valid})"

    @property
    def place(self) -> str:
        """Facility and beamline."""
        return " ".join(dict.fromkeys((self.facility, self.beamline)))


class GoniostatAxis(SiteModel):
    """An axis of a goniostat."""

    name: Text
    vector: Direction


class Goniostat(SiteModel):
    """Axes from the base to the crystal. `opening_deg` and `home_deg` describe a kappa stage whose
    kappa is (cos a, -sin a cos h, sin a sin h) in frame sw; h is the omega at which its arm is up."""

    id: Id
    name: Text
    axes: Annotated[tuple[GoniostatAxis, ...], Field(min_length=1)]
    opening_deg: float | None = None
    home_deg: float | None = None
    limits_deg: dict[str, tuple[float, float]] = {}
    measured: date | None = None
    """The day of the calibration."""
    notes: tuple[Text, ...] = ()
    sources: Sources
    confidence: Confidence

    @property
    def chain(self) -> tuple[geometry.GoniostatAxis, ...]:
        """The axes with unit vectors, from the base to the crystal."""
        return tuple(geometry.GoniostatAxis(axis.name, unit(axis.vector)) for axis in self.axes)


class Family(SiteModel):
    """A family of detectors: frame sizes, pixels, modules with their gaps, usual sensors."""

    id: Id
    vendor: Text
    name: Text
    size_px: Size | None = None
    """The full frame, gaps included."""
    other_sizes_px: tuple[Size, ...] = ()
    """Frames of parts of the detector, or of binned pixels."""
    pixel_mm: tuple[float, float]
    module_px: Size | None = None
    gap_px: tuple[int, int] | None = None
    sensor_material: Literal["Si", "CdTe", "phosphor"] | None = None
    sensor_thickness_mm: tuple[float, ...] = ()
    """Thicknesses that were sold, the usual one first."""
    overload: int | None = None
    """The largest good count, where headers do not say it."""
    minimum: int | None = None
    """The smallest good count."""
    sources: Sources
    confidence: Confidence

    @property
    def sizes_px(self) -> tuple[Size, ...]:
        """All frame sizes that are known."""
        return (*([self.size_px] if self.size_px else []), *self.other_sizes_px)
