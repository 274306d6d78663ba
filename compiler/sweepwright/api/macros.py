"""The macros that a job can use, for people who look them up."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sweepwright.language.compose import written_leaves
from sweepwright.language.folders import MacroFolders, user_folder
from sweepwright.language.layers import LayerText
from sweepwright.language.macros import (
    Macro,
    MacroText,
    apply,
    find_macro,
    read_macro,
    shown_name,
)
from sweepwright.model.diagnostic import Diagnostic
from sweepwright.model.resolved import Edit, Layer
from sweepwright.model.section import Scope
from sweepwright.records.lock import plain
from sweepwright.resolve.defaults import GROUP_DEFAULTS, JOB_DEFAULTS, SWEEP_DEFAULTS


@dataclass(frozen=True)
class Setting:
    """A leaf that a macro sets: its key, the new value, and the language's default."""

    key: str
    value: Any
    default: Any
    edit: str


@dataclass(frozen=True)
class ShownMacro:
    """A macro as it is looked up."""

    name: str
    file: str
    doc: str
    caveat: str
    parameters: dict[str, dict[str, str]]
    settings: tuple[Setting, ...]
    source: str

    def to_json(self) -> dict[str, Any]:
        """For ``--json``; without the text of the file."""
        return {key: value for key, value in asdict(self).items() if key != "source"}

    def expanded(self) -> str:
        """Every leaf with its default, for people."""
        lines = [f"{self.name}: {self.doc}"]
        if self.caveat:
            lines.append(f"caveat: {self.caveat}")
        for name, said in self.parameters.items():
            lines.append(f"parameter {name} ({said['type']}, {said['default']}): {said['doc']}")
        width = max((len(setting.key) for setting in self.settings), default=0)
        for setting in self.settings:
            default = "" if setting.default is None else f"   default {_text(setting.default)}"
            verb = "" if setting.edit == "set" else f"{setting.edit} "
            lines.append(f"  {setting.key:<{width}}  {verb}{_text(setting.value)}{default}")
        return "\n".join(lines)


def folders_of(job: Path) -> MacroFolders:
    """Where macros of a job are looked for."""
    return MacroFolders(Path(os.path.abspath(job)).parent, user_folder())


def all_macros(job: Path) -> tuple[list[ShownMacro], list[Diagnostic]]:
    """Every macro by name; those that cannot be read are left out, with the reason."""
    folders = folders_of(job)
    shown: list[ShownMacro] = []
    problems: list[Diagnostic] = []
    for name in folders.names():
        one, found = _one(name, folders)
        problems += found
        if one is not None:
            shown.append(one)
    return shown, problems


def expand_macro(name: str, job: Path) -> tuple[ShownMacro | None, list[Diagnostic]]:
    """A macro by name or path, with its parameters at their defaults."""
    return _one(name, folders_of(job))


def _one(name: str, folders: MacroFolders) -> tuple[ShownMacro | None, list[Diagnostic]]:
    path, found = find_macro(name, None, folders)
    if path is None:
        return None, found
    macro, found = read_macro(path, shown_name(path))
    if macro is None:
        return None, found
    text, found = apply(macro, {}, None)
    return (None if text is None else _shown(macro, text)), found


def _shown(macro: Macro, text: MacroText) -> ShownMacro:
    return ShownMacro(
        macro.name,
        macro.file,
        macro.doc,
        macro.caveat,
        {name: asdict(parameter) for name, parameter in macro.parameters.items()},
        tuple(_settings(text)),
        macro.source,
    )


def _settings(text: MacroText) -> Iterator[Setting]:
    layer = LayerText(Layer.MACRO, text.patch, text.name)
    job = text.patch.job
    defaults = {**SWEEP_DEFAULTS, **GROUP_DEFAULTS, **JOB_DEFAULTS}
    for key, written in written_leaves(layer, Scope.JOB, (), job):
        default = defaults.get(key)
        yield Setting(key, plain(written.value), plain(default), written.edit.value)
    for name, crystal in (job.crystals or {}).items():
        path = ("crystals", name)
        for key, written in written_leaves(layer, Scope.CRYSTAL, path, crystal):
            yield Setting(f"crystals[{name}].{key}", plain(written.value), None, written.edit.value)
    for index, sweep in enumerate(job.sweeps or ()):
        for key, written in written_leaves(layer, Scope.SWEEP, ("sweeps", index), sweep):
            if key != "name" or written.edit is not Edit.SET:
                yield Setting(f"sweeps[*].{key}", plain(written.value), None, written.edit.value)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(_text(item) for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
