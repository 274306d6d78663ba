"""The part of a job that says what is done with the data; each leaf is marked with its finest scope."""

from __future__ import annotations

from typing import Annotated, Literal

from sweepwright.model import choice_types as c
from sweepwright.model import image_types as i
from sweepwright.model import types as t
from sweepwright.model.section import Scope, Section

_REFINABLE = ("beam", "axis", "orientation", "cell", "distance")
_LATTICES = tuple("aP mP mC mI oP oC oF oI tP tI hP hR cP cF cI".split())

Refined = Annotated[
    tuple[str, ...] | t.Auto,
    t.Parsed(t.auto_or(t.list_of(t.word_of(*_REFINABLE)))),
    t.schema(type=["string", "array"], items={"enum": list(_REFINABLE)}),
]
Lattice = Annotated[
    str,
    t.Parsed(t.word_of("auto", *_LATTICES)),
    t.schema(enum=["auto", *_LATTICES]),
]


class Spots(Section):
    """The search for spots."""

    images: Annotated[i.SpotImages | None, Scope.SWEEP] = None
    """Where to look: `all`, images (1-50), or {total: 10 deg, ranges: 4, within: 180 deg}."""


class Indexing(Section):
    """How spots become a lattice."""

    related: Annotated[t.AutoBoolean | None, Scope.CRYSTAL] = None
    """Carry the orientation of one sweep of a crystal to the next; `auto`: where the goniostat is
    known or unchanged; false: each sweep on its own."""
    lattice: Annotated[Lattice | None, Scope.SWEEP] = None
    """Bravais lattice to take, e.g. oP; `auto`: the best that fits."""
    max_cell: Annotated[t.AutoLength | None, Scope.SWEEP] = None
    """Longest cell axis to look for, A; `auto`: estimated from the spots."""
    attempts: Annotated[t.Count | None, Scope.SWEEP] = None
    """How many rungs of the ladder of attempts may be climbed when indexing fails."""
    beam_search: Annotated[Literal["off", "after-failure", "always"] | None, Scope.SWEEP] = None
    """Search the beam centre near the given one."""
    refine: Annotated[Refined | None, Scope.SWEEP] = None
    """What is refined while indexing, out of beam, axis, orientation, cell, distance; `auto`: all
    that the engine refines by itself."""


class Integration(Section):
    """How reflections are integrated."""

    cycles: Annotated[t.Count | None, Scope.SWEEP] = None
    """How many times, each with the geometry refined by the one before."""


class Scaling(Section):
    """How observations are put on one scale."""

    program: Annotated[Literal["auto", "aimless", "xscale", "dials"] | None, Scope.JOB] = None
    """`auto`: the one that belongs to the engine."""
    absorption: Annotated[t.AutoBoolean | None, Scope.CRYSTAL] = None
    """Model absorption by spherical harmonics; `auto`: when a sweep turns by more than 60 degrees."""


class Merging(Section):
    """What is scaled and merged together."""

    group: Annotated[c.MergingGroup | None, Scope.JOB] = None
    """`crystal`: each crystal for itself; `all`; or {NAME: [crystals]}."""


class Criteria(Section):
    """Where the resolution ends; `off` switches a criterion off. The worst limit counts."""

    cc_half: Annotated[t.Criterion | None, Scope.CRYSTAL] = None
    """CC1/2 of a shell."""
    i_over_sigma: Annotated[t.Criterion | None, Scope.CRYSTAL] = None
    """Mean I/sigma(I) of the merged reflections of a shell."""
    r_pim: Annotated[t.Criterion | None, Scope.CRYSTAL] = None
    """R_pim of a shell."""
    completeness: Annotated[t.Criterion | None, Scope.CRYSTAL] = None
    """Completeness of a shell."""


class ResolutionLimits(Section):
    """Resolution limits in A."""

    high: Annotated[t.Resolution | None, Scope.SWEEP] = None
    """High-resolution limit; `auto`: by the criteria; `off`: no cut."""
    low: Annotated[t.Resolution | None, Scope.SWEEP] = None
    """Low-resolution limit; `auto` or `off`: none."""
    criteria: Criteria = Criteria.model_construct()


class Damage(Section):
    """Radiation damage."""

    report: Annotated[t.Boolean | None, Scope.CRYSTAL] = None
    """Analyse and report it."""
    zero_dose: Annotated[t.Boolean | None, Scope.CRYSTAL] = None
    """Extrapolate intensities to zero dose."""
    cut_back: Annotated[t.Boolean | None, Scope.CRYSTAL] = None
    """Leave the last, damaged images out when that is better."""


class Free(Section):
    """Free flags."""

    fraction: Annotated[t.Fraction | None, Scope.JOB] = None
    """Part of the reflections that gets flag 0."""
    seed: Annotated[t.Integer | None, Scope.JOB] = None
    """Another seed gives another set; equal for all data of a crystal form."""


class Processing(Section):
    """What is done with the data."""

    engine: Annotated[Literal["auto", "xds", "dials"] | None, Scope.JOB] = None
    """`auto`: XDS when its programs and a valid licence are found, else DIALS."""
    until: Annotated[Literal["end", "indexing", "integration"] | None, Scope.JOB] = None
    """Where processing stops: a look at the crystal needs no merged data."""
    anomalous: Annotated[t.AutoBoolean | None, Scope.CRYSTAL] = None
    """Treat Friedel mates apart in scaling and rejection; `auto`: decided from the signal."""
    protect_anomalous: Annotated[Literal["off", "integration", "all"] | None, Scope.CRYSTAL] = None
    """Keep large anomalous differences from being rejected as outliers: in integration, or also in
    scaling."""
    wavelengths: Annotated[c.Wavelengths | None, Scope.JOB] = None
    """When wavelengths belong to one data set: {tolerance: 0.00005 A}, {decimals: 5} or
    {significant_digits: 4}."""
    spots: Spots = Spots.model_construct()
    indexing: Indexing = Indexing.model_construct()
    integration: Integration = Integration.model_construct()
    scaling: Scaling = Scaling.model_construct()
    merging: Merging = Merging.model_construct()
    resolution: ResolutionLimits = ResolutionLimits.model_construct()
    ice_rings: Annotated[Literal["auto", "exclude", "keep"] | None, Scope.SWEEP] = None
    """Reflections on ice rings; `auto`: left out where ice is found."""
    damage: Damage = Damage.model_construct()
    free: Free = Free.model_construct()
