"""The texts that speak of a job, highest first: ``--set``, the job, its macros, the user's file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from sweepwright.language.folders import MacroFolders
from sweepwright.language.nodes import JobText
from sweepwright.language.text import loads
from sweepwright.language.validate import Patch, validate_patch
from sweepwright.model.diagnostic import Diagnostic, Span, error, has_errors
from sweepwright.model.resolved import Edit, Layer, Origin, Written, settle
from sweepwright.model.types import is_name

if TYPE_CHECKING:
    from sweepwright.language.macros import MacroText

_SETTING = re.compile(r"[+-]?[\w-]+(\[[\w+*-]+\])?(\.[\w+-]+)*")
_SWEEP_KEY = re.compile(r"(sweeps\[[^\]]+\])\.(.+)")
_PLUGINS = "Write e.g. 'plugins: {neggia: /opt/xds/dectris-neggia.so}'."
#: what the user's own file may say
_USER_KEYS = frozenset({"run", "roots", "plugins"})


class LayerText(NamedTuple):
    """One text and its layer; ``name`` is the macro's."""

    layer: Layer
    patch: Patch
    name: str = ""


class Layers(NamedTuple):
    """All texts, highest first, and the macros among them in the order of their use.

    ``plugins`` are the files of plug-ins by their ids, which the user's file alone can say.
    """

    texts: tuple[LayerText, ...]
    macros: tuple[MacroText, ...] = ()
    plugins: Mapping[str, Written] = MappingProxyType({})

    @property
    def job(self) -> LayerText:
        """The job file."""
        return next(text for text in self.texts if text.layer is Layer.JOB)


def gather(
    job: Patch, settings: Sequence[str], folders: MacroFolders
) -> tuple[Layers, list[Diagnostic]]:
    """The layers of a job. Reads macros and the user's file."""
    set_texts, found = _set_texts(settings)
    base = [*set_texts, LayerText(Layer.JOB, job)]
    macros: list[MacroText] = []
    uses = _macro_uses(base)
    if uses:
        from sweepwright.language.macros import read_macros

        macros, more = read_macros(uses, folders)
        found += more
    used = [LayerText(Layer.MACRO, macro.patch, macro.name) for macro in reversed(macros)]
    user, plugins, more = _user_text(folders.user)
    found += more
    return Layers((*base, *used, *user), tuple(macros), plugins), found


def _macro_uses(texts: list[LayerText]) -> list[Written]:
    """The macros asked for, each with the place that asks."""
    stack = []
    for text in texts:
        edit = text.patch.edits.get(("macros",))
        uses = text.patch.job.macros
        if uses is None and edit is None:
            continue
        node = text.patch.text.root.find(("macros",))
        spans: list[Span | None] = [item.span for item in node.items()] or [node.span]
        if text.layer is Layer.SET:  # no file to point at
            spans = [None] * len(uses or ())
        written = tuple(
            Written(use, Origin(text.layer, "macros", span=span))
            for use, span in zip(uses or (), spans, strict=False)
        )
        kind = edit.edit if edit is not None else Edit.SET
        stack.append(Written(written, Origin(text.layer, "macros"), kind))
    return list(settle("macros", stack).known or ()) if stack else []


def _set_texts(settings: Sequence[str]) -> tuple[list[LayerText], list[Diagnostic]]:
    """Each ``key=value`` as a patch of its own, the last one highest."""
    layers: list[LayerText] = []
    diagnostics: list[Diagnostic] = []
    for setting in settings:
        key, equals, value = setting.partition("=")
        source = f"--set {setting}"
        if not equals or not _SETTING.fullmatch(key):
            message = f"'{source}' is not key=value"
            hint = (
                "Write e.g. --set processing.resolution.high=2.0 or --set 'sweeps[A].range=1-90'."
            )
            diagnostics.append(error("SW-L014", message, help=hint))
            continue
        text, found = loads(_nested(key, value), source)
        patch = None
        if text is not None:
            patch, found = validate_patch(text)
        if patch is None:
            diagnostics += [
                error(item.code, f"{source}: {item.message}", help=item.help) for item in found
            ]
            continue
        layers.insert(0, LayerText(Layer.SET, patch))
    return layers, diagnostics


def _nested(key: str, value: str) -> str:
    """``a.b=v`` as flow YAML; ``sweeps[A].k`` as a patch of the sweep of that name."""
    sweep = _SWEEP_KEY.fullmatch(key)
    if sweep:
        return f"{{'{sweep[1]}': {_nested(sweep[2], value)}}}"
    plain = value if re.match(r"\s*[\[{\"']", value) or value == "default" else _quote(value)
    parts = key.split(".")
    if parts[0] == "keywords" and len(parts) > 2:  # a program, and a keyword that may hold dots
        parts = _keyword_parts(parts)
    opened = "".join(f"{{{_quote(part)}: " for part in parts)
    return f"{opened}{plain}{'}' * len(parts)}"


def _keyword_parts(parts: list[str]) -> list[str]:
    end = 3 if parts[1] in ("dials", "xds") and len(parts) > 3 else 2
    return ["keywords", ".".join(parts[1:end]), ".".join(parts[end:])]


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def user_plugins(folder: Path) -> Mapping[str, Written]:
    """The plug-ins that the user's file names; none where something is wrong with the file."""
    return _user_text(folder)[1]


def _user_text(
    folder: Path | None,
) -> tuple[list[LayerText], Mapping[str, Written], list[Diagnostic]]:
    """The user's file, if there is one, and its plug-ins: machine facts, never processing."""
    path = None if folder is None else folder / "user.yaml"
    if path is None or not path.is_file():
        return [], {}, []
    text, found = loads(path.read_text(encoding="utf-8", errors="replace"), str(path))
    if text is None:
        return [], {}, found
    for key, _ in text.root.pairs():
        if key.value not in _USER_KEYS:
            message = f"'{key.value}' cannot stand in the user's file"
            help_ = "It says where things are and how the machine is used: roots, plugins and run."
            found.append(error("SW-L036", message, key.span, help=help_))
    plugins, more = _plugins(text)
    found += more
    if has_errors(found):
        return [], {}, found
    rest = tuple(pair for pair in text.root.pairs() if pair[0].value != "plugins")
    patch, found = validate_patch(text._replace(root=text.root._replace(value=rest)))
    return ([LayerText(Layer.USER, patch)] if patch is not None else []), plugins, found


def _plugins(text: JobText) -> tuple[dict[str, Written], list[Diagnostic]]:
    """SW-E060: ``plugins`` of the user's file is a mapping of ids to absolute paths."""
    node, plugins = text.root.child("plugins"), {}
    if node is None:
        return {}, []
    found = []
    for key, value in node.pairs():
        id_, path = str(key.value), str(value.value) if value.kind == "scalar" else ""
        if not (is_name(id_) and path.startswith("/")):
            message = f"'plugins: {{{id_}: ...}}' is no id with the whole path of a file"
            found.append(error("SW-E060", message, key.span, help=_PLUGINS))
        plugins[id_] = Written(path, Origin(Layer.USER, f"plugins.{id_}", span=value.span))
    if not node.pairs():
        found.append(error("SW-E060", "'plugins' names no plug-in", node.span, help=_PLUGINS))
    return plugins, found
