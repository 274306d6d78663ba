"""What this machine has: programs, versions, and the engine that ``auto`` means."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from dataclasses import dataclass
from typing import Any

from sweepwright import __version__
from sweepwright.model.facts import EngineFacts
from sweepwright.programs.probe import missing, probe

_PACKAGES = ("pydantic", "ruamel.yaml", "jinja2", "gemmi", "numpy", "lxml", "typer", "h5py")


@dataclass(frozen=True)
class Health:
    """Both engines as found here, and what ``auto`` chooses."""

    engines: tuple[EngineFacts, ...]
    auto: EngineFacts

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
        if not self.can_run:
            lines.append(
                "No engine can run here. DIALS is free: 'apt-get install dials' on Debian and Ubuntu,"
            )
            lines.append("'conda install -c conda-forge dials' elsewhere.")
        return "\n".join(lines)


def health() -> Health:
    """Looks for the programs of every engine."""
    return Health((probe("dials"), probe("xds")), probe("auto"))


def _version(facts: EngineFacts) -> str:
    return next((tool.version for tool in facts.tools.values()), "")


def _packages() -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in _PACKAGES}
