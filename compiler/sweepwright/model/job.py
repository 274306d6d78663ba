"""A job as written: frozen models, nothing filled in. Absent means that the author said nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from sweepwright.model import choice_types as c
from sweepwright.model import geometry_types as g
from sweepwright.model import image_types as i
from sweepwright.model import types as t
from sweepwright.model.job_geometry import Geometry, Goniostat
from sweepwright.model.job_processing import Processing
from sweepwright.model.job_running import ImageAccess, Lims, Outputs, Run
from sweepwright.model.section import ADDS_UP, Section

LANGUAGE_VERSION = 1
#: stands for every crystal, and in a macro for every sweep
EVERY = "*"

Order = Annotated[int, t.Parsed(t.whole(1, 100_000)), t.schema(type="integer", minimum=1)]


def _crystal_name(value: Any) -> str:
    return EVERY if value == EVERY else t.name(value)


CrystalName = Annotated[str, t.Parsed(_crystal_name), t.schema(type="string")]
Keywords = Mapping[t.Text, c.KeywordValues]


class Crystal(Section):
    """A crystal: its symmetry, and processing that differs from the job's."""

    space_group: t.Text | None = None
    """In any spelling, the setting is kept; enforced unless `enforce: false`."""
    cell: t.Cell | None = None
    """a, b, c (A), alpha, beta, gamma (deg)."""
    enforce: t.Boolean | None = None
    """false: space group and cell are hints."""
    reference: c.ReferenceData | None = None
    """A reference data set, {file: $raw/ref.mtz, use: [indexing, symmetry, cell, free]}."""
    processing: Processing = Processing.model_construct()


class Dataset(Section):
    """A data set: processing that differs from its crystal's."""

    processing: Processing = Processing.model_construct()


class Sweep(Section):
    """A rotation scan."""

    name: t.NamePattern | None = None
    """Default A, B, C ...; for several sweeps a pattern of {folder}, {stem} and {n}."""
    images: t.Text | None = None
    """Template with # for each digit, one image of the series, a folder, or a pattern with * that
    stands for several sweeps; required."""
    range: i.Range | None = None
    """Images to use, e.g. 1-900; default: all that are found."""
    exclude: i.Exclude | None = None
    """Images to leave out: numbers, ranges, patterns of file names, {images: 17, reason: shutter},
    {every: 20, from: 20}, {degrees: 300..500}."""
    split: i.Split | None = None
    """Parts that are integrated together and separated at scaling."""
    crystal: t.NamePattern | None = None
    """One of `crystals`, or a pattern as for `name`."""
    dataset: t.NamePattern | None = None
    """The data set it is merged into; default: by wavelength."""
    order: Order | None = None
    """Place in the order of collection, where headers do not tell the time."""
    duplicates: Literal["refuse", "allow"] | None = None
    """Whether another sweep may hold the same images."""
    settings: g.Settings | None = None
    """Angles of the axes of the goniostat that were not scanned, e.g. {kappa: -30 deg, phi: 0 deg}."""
    geometry: Geometry = Geometry.model_construct()
    goniostat: Goniostat = Goniostat.model_construct()
    masks: Annotated[g.Masks | None, ADDS_UP] = None
    """Parts of the detector that are not used, in addition to those of the job."""
    processing: Processing = Processing.model_construct()
    keywords: Keywords | None = None
    """Straight through to a program, for this sweep."""


class Job(Section):
    """One job file, or a patch of one: a macro, `--set`."""

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
    site: c.Site | None = None
    """`auto`, `off`, the id of a site record, or {id: dls-i04, date: 2026-03-01}."""
    macros: c.MacroUses | None = None
    """Macros in order, e.g. [anomalous, spots-sampled: {ranges: 4}, ./mine.yaml]."""
    crystals: dict[CrystalName, Crystal] | None = None
    """Crystals by name; "*" stands for every crystal. One: all sweeps belong to it. Several: each
    sweep says which."""
    datasets: dict[t.Name, Dataset] | None = None
    """Data sets by name."""
    sweeps: tuple[Sweep, ...] | None = None
    """Rotation scans; required."""
    goniostat: Goniostat = Goniostat.model_construct()
    geometry: Geometry = Geometry.model_construct()
    masks: Annotated[g.Masks | None, ADDS_UP] = None
    """Parts of the detector that are not used, e.g. [{rectangle: [487, 494, 0, 619]}]; lists of all
    layers add up."""
    processing: Processing = Processing.model_construct()
    keywords: Keywords | None = None
    """Straight through to a program, e.g. {xds: {MINIMUM_ZETA: 0.05}, dials.integrate: {...}}."""
    image_access: ImageAccess = ImageAccess.model_construct()
    run: Run = Run.model_construct()
    outputs: Outputs = Outputs.model_construct()
    expect: c.Expectations | None = None
    """Gates that are judged at the end, e.g. [completeness >= 95 %]."""
    lims: Lims = Lims.model_construct()
    matrix: c.Matrix | None = None
    """Variants: axis -> label -> patch."""


#: what a sweep takes from its data set, its crystal and the job
INHERITED = frozenset({"geometry", "goniostat", "masks", "processing", "keywords"})
