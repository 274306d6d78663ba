"""The page of the macros that are built in: what each is for, what it costs, and its file."""

from __future__ import annotations

from ruamel.yaml import YAML

from sweepwright.resources import macros_folder

_INTRODUCTION = """\
# Macros

A job uses a macro by its name: `macros: [anomalous, spots-sampled: {total: 5 deg}]`. The later of
two wins, and the job wins over both. `sweepwright macro show NAME --expanded` shows what one sets beside
the defaults. [Write your own](../howto/write-a-macro.md).
"""


def macros_page() -> str:
    """Every macro that is built in."""
    parts = [_INTRODUCTION]
    for path in sorted(macros_folder().glob("*.yaml")):
        text = path.read_text(encoding="utf-8").strip()
        said = YAML(typ="safe").load(text)
        parts += [f"## {said['macro']}", said["doc"]]
        parts += [f"*Caveat: {said['caveat']}.*"] if "caveat" in said else []
        parts.append(f"```yaml\n{text}\n```")
    return "\n\n".join(part.strip() for part in parts) + "\n"
