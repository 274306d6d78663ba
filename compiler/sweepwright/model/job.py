"""A job as written: frozen models, nothing filled in. Absent means that the author said nothing.

A `Section` is a mapping whose keys are leaves of their own; anything else is one leaf, replaced
whole by a higher layer. Where a leaf may stand (its levels) is stated beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from sweepwright.model import types as t

LANGUAGE_VERSION = 1
#: parts of the language that this release refuses by name instead of misunderstanding them
PLANNED = frozenset("site macros masks keywords image_access outputs expect lims matrix".split())


class Section(BaseModel):
    """Keys that are leaves of their own; unknown keys are errors."""

    # built once, with the job, when it is first used: not each section on its own at import
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    def leaves(self, prefix: str = "") -> Iterator[tuple[str, Any]]:
        """Dotted key and value of every leaf that was written."""
        for key in type(self).model_fields:
            value = getattr(self, key)
            if isinstance(value, Section):
                yield from value.leaves(f"{prefix}{key}.")
            elif value is not None:
                yield f"{prefix}{key}", value


class Axis(BaseModel):
    """An axis of the goniostat: name and direction in frame sw with all settings at zero."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    name: t.Name
    vector: t.Vector


class Oscillation(Section):
    """The scan, when the header is wrong or silent."""

    start: t.Angle | None = None
    """Angle of the scanned axis at the beginning of the first image, degrees."""
    width: t.Angle | None = None
    """Rotation in one image, degrees; negative turns against the axis."""


class Polarization(Section):
    """Polarization of the beam."""

    fraction: t.Fraction | None = None
    """Fraction, 0.5 unpolarized to 1 (XDS FRACTION_OF_POLARIZATION)."""
    normal: t.Vector | None = None
    """Normal of the plane of polarization in frame sw."""


class Sensor(Section):
    """The sensor layer of the detector."""

    material: Literal["Si", "CdTe", "GaAs"] | None = None
    """Material."""
    thickness: t.PositiveLength | None = None
    """Thickness, mm."""


class Geometry(Section):
    """What overrides headers and site record; vectors are in frame sw."""

    wavelength: t.Wavelength | None = None
    """Wavelength in A; also eV, keV, or the anode (Cu)."""
    distance: t.PositiveLength | None = None
    """From the crystal to the detector along its normal, mm."""
    beam_center: t.BeamCenter | None = None
    """Where the direct beam hits, from the outer corner of the first pixel, [fast, slow], px or mm."""
    rotation_axis: t.Vector | None = None
    """The scanned axis; a positive turn follows the right-hand rule."""
    overload: t.Integer | None = None
    """Largest trusted pixel value, counts."""
    oscillation: Oscillation = Oscillation()
    polarization: Polarization = Polarization()
    sensor: Sensor = Sensor()


class Goniostat(Section):
    """The device that turns the crystal."""

    axes: tuple[Axis, ...] | None = None
    """Axes from the base to the crystal."""


class Criteria(Section):
    """Where the resolution ends; `off` switches a criterion off. The worst limit counts."""

    cc_half: t.Criterion | None = None
    """CC1/2 of a shell."""
    i_over_sigma: t.Criterion | None = None
    """Mean I/sigma(I) of the merged reflections of a shell."""
    r_pim: t.Criterion | None = None
    """R_pim of a shell."""
    completeness: t.Criterion | None = None
    """Completeness of a shell."""


class ResolutionLimits(Section):
    """Resolution limits in A."""

    high: t.Resolution | None = None
    """High-resolution limit, or `auto`: by the criteria."""
    low: t.Resolution | None = None
    """Low-resolution limit, or `auto`: none."""
    criteria: Criteria = Criteria()


class Indexing(Section):
    """How spots become a lattice."""

    max_cell: t.AutoLength | None = None
    """Longest cell axis to look for, A, or `auto`: estimated from the spots."""


class Scaling(Section):
    """How observations are put on one scale."""

    absorption: t.AutoBoolean | None = None
    """Model absorption by spherical harmonics; `auto`: when a sweep turns by more than 60 degrees."""


class Free(Section):
    """Free flags."""

    fraction: t.Fraction | None = None
    """Part of the reflections that gets flag 0."""
    seed: t.Integer | None = None
    """Another seed gives another set; equal for all data of a crystal form."""


class Processing(Section):
    """What is done with the data."""

    engine: Literal["auto", "xds", "dials"] | None = None
    """`auto`: XDS when its programs and a valid licence are found, else DIALS. Job only."""
    anomalous: t.AutoBoolean | None = None
    """Treat Friedel mates apart in scaling and rejection. Job, crystal."""
    resolution: ResolutionLimits = ResolutionLimits()
    indexing: Indexing = Indexing()
    scaling: Scaling = Scaling()
    free: Free = Free()


class Run(Section):
    """How the machine is used; never changes results."""

    threads: t.AutoInteger | None = None
    """Threads of the whole run, or `auto`: all cores of the allocation."""


class Crystal(Section):
    """A crystal: its symmetry, and processing that differs from the job's."""

    space_group: t.Text | None = None
    """In any spelling; enforced."""
    cell: t.Cell | None = None
    """a, b, c (A), alpha, beta, gamma (deg)."""
    processing: Processing = Processing()


class Sweep(Section):
    """A rotation scan."""

    name: t.Name | None = None
    """Default A, B, C ..."""
    images: t.Text | None = None
    """Template with # for each digit, or one image of the series; required."""
    range: t.Range | None = None
    """Images to use; default: all that are found."""
    exclude: t.Images | None = None
    """Images to leave out."""
    crystal: t.Name | None = None
    """One of `crystals`."""
    settings: t.Settings | None = None
    """Angles of the axes of the goniostat that were not scanned."""
    geometry: Geometry = Geometry()
    goniostat: Goniostat = Goniostat()


class Job(Section):
    """One job file (or a patch of one: a macro, `--set`)."""

    sweepwright: Literal["1"] | None = None
    """Version of the job language; required."""
    name: t.Name | None = None
    """Names the run folder; default: the file's stem."""
    title: t.Text | None = None
    """One line for reports."""
    project: t.Text | None = None
    """Project, visit or proposal; goes into MTZ and reports."""
    roots: dict[t.Name, t.Text] | None = None
    """Named places of data; bound per machine with --bind NAME=PATH."""
    crystals: dict[t.Name, Crystal] | None = None
    """Crystals by name. One: all sweeps belong to it. Several: each sweep says which."""
    sweeps: tuple[Sweep, ...] | None = None
    """Rotation scans, in the order of collection; required."""
    goniostat: Goniostat = Goniostat()
    geometry: Geometry = Geometry()
    processing: Processing = Processing()
    run: Run = Run()


#: leaves of a section that may stand in it only at certain scopes
JOB_ONLY = frozenset({"processing.engine", "processing.free.fraction", "processing.free.seed"})
