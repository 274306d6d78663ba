"""How the images of a sweep are read: through a plug-in of XDS, unpacked first, or as they are."""

from __future__ import annotations

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
