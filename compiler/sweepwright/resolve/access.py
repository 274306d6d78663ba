"""How the images of a sweep are read: through a plug-in of XDS, unpacked first, or as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sweepwright.model.job_resolved import ResolvedSweep
from sweepwright.model.resolved import Decision, Leaves, Origin, Resolved, Written, computed


@dataclass(frozen=True)
class PluginFacts:
    """A plug-in as it was found: id, file on this machine, digest, and who said where it is."""

    id: str
    path: str
    sha256: str
    origin: Origin

    @property
    def link(self) -> str:
        """Its name in the run folder."""
        return f"plugins/{self.id}.so"


@dataclass(frozen=True)
class LinkedImages:
    """Links to the images of a sweep in a folder of the run folder, and why they are made.

    ``name`` is what a master is called there, where that is another name than its own; ``links`` are
    paths in the run folder with what they point to on this machine.
    """

    folder: str
    name: str
    why: str
    links: Mapping[str, str]


@dataclass(frozen=True)
class Access:
    """What was observed of the ways to the images, by sweep; most sweeps need neither."""

    plugins: Mapping[str, PluginFacts]
    linked: Mapping[str, LinkedImages]

    @property
    def links(self) -> dict[str, str]:
        """All links of the run folder that come of it."""
        links = {plugin.link: plugin.path for plugin in self.plugins.values()}
        for linked in self.linked.values():
            links |= linked.links
        return links


def with_access(
    sweep: ResolvedSweep, job: Mapping[str, Resolved[Any]], access: Access
) -> ResolvedSweep:
    """The sweep with the leaves that say how its images are read; ``job`` has the job's wishes."""
    sweep = with_plugin(sweep, job["image_access.plugin"], access.plugins.get(sweep.name))
    sweep = with_links(sweep, job["image_access.prefer"], access.linked.get(sweep.name))
    return unpacked(sweep, job["image_access.compressed"])


def with_links(
    sweep: ResolvedSweep, wanted: Resolved[Any], linked: LinkedImages | None
) -> ResolvedSweep:
    """The sweep with ``images.folder`` below the run folder, and ``images.name`` of a master.

    Neither says what place the links point to: that belongs to the machine.
    """
    if linked is None:
        return sweep
    path, images = f"sweeps[{sweep.name}].images.", sweep.leaves["images"]
    sources = [images, wanted] if wanted.known else [images]
    leaves = {"images.folder": computed(path + "folder", linked.folder, linked.why, *sources)}
    if linked.name:
        leaves["images.name"] = computed(path + "name", linked.name, linked.why, images)
    return replace(sweep, leaves=Leaves({**sweep.leaves, **leaves}))


def with_plugin(
    sweep: ResolvedSweep, asked: Resolved[Any], facts: PluginFacts | None
) -> ResolvedSweep:
    """The sweep with ``plugin.file``, a path in the run folder, and ``plugin.sha256``.

    ``asked`` is the job's word. A sweep that needs no plug-in, or has none, stays as it is.
    """
    if facts is None:
        return sweep
    path = f"sweeps[{sweep.name}].plugin."
    hidden = (Written(asked.value, asked.origin), *asked.hidden)
    file = Resolved(path + "file", facts.link, facts.origin, hidden)
    digest = computed(path + "sha256", facts.sha256, "digest", file)
    leaves = {**sweep.leaves, "plugin.file": file, "plugin.sha256": digest}
    return replace(sweep, leaves=Leaves(leaves))


def unpacked(sweep: ResolvedSweep, choice: Resolved[Any]) -> ResolvedSweep:
    """The sweep with ``images.unpacked``, their template, where the job wants packed images unpacked."""
    if choice.known != "unpack" or not sweep.template.packed:
        return sweep
    decided = Decision(f"unpack@{sweep.name}", "template", "unpacked before they are read")
    path = f"sweeps[{sweep.name}].images.unpacked"
    leaf = computed(path, decided, "unpacked", sweep.leaves["images"], choice)
    return replace(sweep, leaves=Leaves({**sweep.leaves, "images.unpacked": leaf}))
