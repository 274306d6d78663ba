"""What the steps of CCP4 programs share: the script beside them, and names that CCP4 can read."""

from __future__ import annotations

import re
from typing import Any

from sweepwright.engines.base import TemplateUse, constant
from sweepwright.model.resolved import Leaves, Resolved, Verbatim, computed

Context = dict[str, Any]

#: what the names of a project, crystal or data set may not hold (they end at a blank)
_STRANGE = re.compile(r"[^A-Za-z0-9_.+-]")


def by_hand(
    path: str, program: str, argv: tuple[str, ...], stdin: str | None, job: Leaves
) -> TemplateUse:
    """``PROGRAM.sh``: runs the step in its folder as the runner does."""
    import shlex

    command = f"{program} {shlex.join(argv)}" + (f" < {stdin}" if stdin else "")
    context = {
        "program": constant(f"{path}program", program.upper(), "program"),
        "command": constant(f"{path}command", Verbatim(command), "command"),
        "modules": job["run.modules"],
    }
    return TemplateUse("ccp4/by_hand.sh.j2", f"{program}.sh", "text", context)


def named(leaf: Resolved[Any], path: str) -> Resolved[Any]:
    """A name for an MTZ file: one word."""
    return computed(path, _STRANGE.sub("_", str(leaf.known)) or "_", "as one word", leaf)
