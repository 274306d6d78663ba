"""The resolved job: every leaf with its origin, nothing ``auto``, nothing left to ask."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sweepwright.model.facts import EngineFacts, ImageTemplate, SweepFacts
from sweepwright.model.ranges import ImageSet
from sweepwright.model.resolved import Leaves, Resolved


@dataclass(frozen=True)
class ResolvedSweep:
    """One sweep. ``images`` are those to process; ``extent`` runs from the first to the last of them.

    Leaves are keyed as in the job (``geometry.distance``), their paths begin with ``sweeps[NAME].``.
    ``geometry.beam_center`` is in px; ``detector.panels`` are those of a detector that is not flat;
    ``scan.axis`` (frame sw), ``scan.start``, ``scan.width`` (deg, positive) and ``scan.fixed_rotation``
    (nine numbers, frame sw) describe the scan for engines with one axis.
    """

    name: str
    crystal: str
    dataset: str
    images: ImageSet
    facts: SweepFacts
    leaves: Leaves

    @property
    def template(self) -> ImageTemplate:
        """The files."""
        return self.facts.template

    @property
    def seen(self) -> ImageTemplate:
        """The files as they are named in the run folder, where they may have links of their own."""
        folder, name = self.leaves.known("images.folder"), self.leaves.known("images.name")
        if folder is None:
            return self.template
        linked = replace(self.template, root="", folder=folder)
        if name is None:
            return linked
        prefix, dot, suffix = name.rpartition(".")
        return replace(linked, prefix=prefix, suffix=dot + suffix)

    @property
    def extent(self) -> tuple[int, int]:
        """First and last image."""
        return self.images.first, self.images.last

    @property
    def said_of_images(self) -> tuple[Resolved[Any], ...]:
        """The leaves that choose the images: the range, and what is excluded from it."""
        return tuple(self.leaves[key] for key in ("range", "exclude") if key in self.leaves)

    @property
    def excluded(self) -> ImageSet:
        """Images between first and last that are left out."""
        return ImageSet((self.extent,)) - self.images


@dataclass(frozen=True)
class DataSet:
    """Sweeps of a group that are merged together: ``name`` and mean wavelength (A).

    ``leaves`` are those that may differ from the group's.
    """

    name: str
    sweeps: tuple[str, ...]
    wavelength_a: float
    leaves: Leaves


@dataclass(frozen=True)
class ResolvedGroup:
    """Sweeps that are scaled together, in the order of collection, and the leaves that hold for them."""

    name: str
    sweeps: tuple[ResolvedSweep, ...]
    datasets: tuple[DataSet, ...]
    leaves: Leaves


@dataclass(frozen=True)
class UsedMacro:
    """A macro that a job uses: what it is for, what it costs, and the digest of its file."""

    name: str
    file: str
    source: str
    doc: str
    caveat: str
    digest: str


@dataclass(frozen=True)
class UsedSite:
    """A site record that a job uses: its id, its period, and its text with all that it refers to."""

    id: str
    origin: str
    source: str

    @property
    def digest(self) -> str:
        """Of the text."""
        return hashlib.sha256(self.source.encode()).hexdigest()


@dataclass(frozen=True)
class ResolvedJob:
    """All that planning and rendering need.

    `places` and `links` alone know where things are on this machine: the roots by name, and other
    links of the run folder by their paths in it.
    """

    name: str
    engine: Resolved[str]
    machine: EngineFacts
    leaves: Leaves
    groups: tuple[ResolvedGroup, ...]
    places: Mapping[str, str]
    macros: tuple[UsedMacro, ...] = ()
    sites: tuple[UsedSite, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)

    @property
    def caveats(self) -> tuple[str, ...]:
        """What to bear in mind because of macros."""
        return tuple(
            f"Non-default because of macro {macro.name}: {macro.caveat}."
            for macro in self.macros
            if macro.caveat
        )

    @property
    def all_links(self) -> dict[str, str]:
        """Every link of the run folder by its path in it, with what it points to here."""
        return {f"roots/{name}": place for name, place in self.places.items()} | dict(self.links)

    @property
    def sweeps(self) -> tuple[ResolvedSweep, ...]:
        """All sweeps, group by group."""
        return tuple(sweep for group in self.groups for sweep in group.sweeps)

    def all_leaves(self) -> Iterator[Resolved[Any]]:
        """Every leaf of the job, of its groups and data sets, and of its sweeps."""
        yield from self.leaves.values()
        for group in self.groups:
            yield from group.leaves.values()
            for dataset in group.datasets:
                yield from dataset.leaves.values()
        for sweep in self.sweeps:
            yield from sweep.leaves.values()
