"""What this machine has: programs, versions, and the engine that ``auto`` means."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sweepwright import __version__
from sweepwright.api.plugins import all_plugins, plugins_of_sites, preferred
from sweepwright.images.xds_plugin import PluginError, load
from sweepwright.language.folders import user_folder
from sweepwright.language.layers import user_plugins
from sweepwright.model.facts import EngineFacts
from sweepwright.programs.probe import missing, probe
from sweepwright.sites.store import SiteFileError

_PACKAGES = ("pydantic", "ruamel.yaml", "jinja2", "gemmi", "numpy", "lxml", "typer", "h5py")


@dataclass(frozen=True)
class PluginHealth:
    """A plug-in of XDS: who says where it is, and what is wrong with it (empty: it loads)."""

    id: str
    path: str
    origin: str
    problem: str


@dataclass(frozen=True)
class Health:
    """Both engines as found here, what ``auto`` chooses, and the plug-ins of XDS."""

    engines: tuple[EngineFacts, ...]
    auto: EngineFacts
    plugins: tuple[PluginHealth, ...]

    @property
    def can_run(self) -> bool:
        """Whether the engine that ``auto`` means has all its programs."""
        return not missing(self.auto)

    def to_json(self) -> dict[str, Any]:
        """For ``doctor --json``."""
        return {
            "sweepwright": __version__,
            "python": platform.python_version(),
            "packages": _packages(),
            "cores": len(os.sched_getaffinity(0))
            if hasattr(os, "sched_getaffinity")
            else os.cpu_count(),
            "auto": {
                "engine": self.auto.engine,
                "reason": self.auto.reason,
                "can_run": self.can_run,
            },
            "engines": {
                facts.engine: {
                    "programs": {tool.program: tool.path for tool in facts.tools.values()},
                    "version": _version(facts),
                    "missing": missing(facts),
                }
                for facts in self.engines
            },
            "plugins": [asdict(plugin) for plugin in self.plugins],
        }

    def text(self) -> str:
        """One screen for people."""
        data = self.to_json()
        lines = [f"sweepwright {__version__}, Python {data['python']}, {data['cores']} cores"]
        for name, engine in data["engines"].items():
            if not engine["missing"]:
                lines.append(f"{name:<6} {engine['version']}, all programs found")
            elif engine["programs"]:
                lines.append(
                    f"{name:<6} {engine['version']}, missing: {', '.join(engine['missing'])}"
                )
            else:
                lines.append(f"{name:<6} not found")
        lines.append(f"auto   means {self.auto.engine} ({self.auto.reason})")
        for plugin in self.plugins:
            lines.append(f"plug-in {plugin.id}: {plugin.path} ({plugin.origin})")
            lines.append(f"       {plugin.problem or 'it loads'}")
        if not self.plugins:
            lines.append("no plug-in of XDS is named or found: XDS reads no HDF5 here")
        if not self.can_run:
            lines.append(
                "No engine can run here. DIALS is free: 'apt-get install dials' on Debian and Ubuntu,"
            )
            lines.append("'conda install -c conda-forge dials' elsewhere.")
        return "\n".join(lines)


def health() -> Health:
    """Looks for the programs of every engine, and for plug-ins, which are loaded."""
    return Health((probe("dials"), probe("xds")), probe("auto"), tuple(_plugins()))


def _plugins() -> Iterator[PluginHealth]:
    """Those of the user's file, of site records, and those that are found."""
    from sweepwright.api.sites import open_sites

    try:
        records = [entry.record for entry in open_sites().all()]
    except SiteFileError:  # 'site lint' says what is wrong with it
        records = []
    named = preferred(user_plugins(user_folder()), plugins_of_sites(records))
    for id_, written in all_plugins(named, os.environ):
        path = Path(written.value)
        try:
            load(path)
            problem = ""
        except PluginError as found:
            problem = str(found) if path.is_file() else "there is no such file"
        yield PluginHealth(id_, str(path), str(written.origin), problem)


def _version(facts: EngineFacts) -> str:
    return next((tool.version for tool in facts.tools.values()), "")


def _packages() -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in _PACKAGES}
