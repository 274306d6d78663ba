"""Which plug-in XDS gets for each sweep, of those that are named and those that are found here."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from sweepwright.language.compose import ComposedJob
from sweepwright.model.diagnostic import Diagnostic, Span, advice, error
from sweepwright.model.facts import SweepFacts
from sweepwright.model.proposals import proposal
from sweepwright.model.resolved import Layer, Origin, Written
from sweepwright.programs.xds.plugins import known_plugins, search
from sweepwright.resolve.access import PluginFacts
from sweepwright.sites.schema import SiteRecord

#: files of plug-ins by id, with who named them
Named = Mapping[str, Written]


def given_plugins(files: Mapping[str, str]) -> dict[str, Written]:
    """The plug-ins that a command line names."""
    return {
        id_: Written(os.path.abspath(file), Origin(Layer.SET, f"--plugin {id_}"))
        for id_, file in files.items()
    }


def plugins_of_sites(records: Iterable[SiteRecord]) -> dict[str, Written]:
    """The plug-ins that site records name, the first record's word for each."""
    named: dict[str, Written] = {}
    for record in records:
        for id_, file in record.plugins.items():
            origin = Origin(Layer.SITE, f"plugins.{id_}", record.id)
            named.setdefault(id_, Written(file, origin))
    return named


def preferred(first: Named, then: Named) -> dict[str, Written]:
    """Both, those of ``first`` before the others and in their stead."""
    return {**first, **then, **first}


def plugins_of(
    composed: ComposedJob,
    facts: Mapping[str, SweepFacts],
    named: Named,
    environment: Mapping[str, str],
) -> tuple[dict[str, PluginFacts], list[Diagnostic]]:
    """The plug-in of each sweep that needs one and has one; the first in ``named`` is preferred.

    Where none of those is here they are looked for in the environment of the programs.

    SW-E061: the one that is asked for is not here. SW-E062: no sweep needs it.
    """
    written = composed.top("image_access.plugin")
    asked = str(written.value) if written is not None and written.value else "auto"
    choice = composed.top("image_access.compressed")
    unpacked = choice is not None and choice.value == "unpack"
    kinds = {
        name: kind
        for name, one in facts.items()
        if not (unpacked and one.template.packed) and (kind := _kind(one, asked))
    }
    found = _lost(named)
    if found or (asked == "auto" and not kinds):
        return {}, found
    span = written.origin.span if written is not None else None
    if not kinds:
        message = f"image_access.plugin: no sweep needs the plug-in '{asked}'"
        return {}, [advice("SW-E062", message, span, help="XDS reads these images itself.")]
    if asked == "auto":
        chosen = {kind: _first_for(kind, named, environment) for kind in set(kinds.values())}
    else:
        one = _here(asked, named, environment)
        if one is None:
            return {}, [_not_here(asked, named, span)]
        chosen = dict.fromkeys(kinds.values(), one)
    return {name: one for name, kind in kinds.items() if (one := chosen[kind]) is not None}, []


def all_plugins(named: Named, environment: Mapping[str, str]) -> Iterator[tuple[str, Written]]:
    """Every plug-in that is named or found here."""
    for id_ in dict.fromkeys((*named, *known_plugins())):
        written = named.get(id_) or _searched(id_, environment)
        if written is not None:
            yield id_, written


def _kind(facts: SweepFacts, asked: str) -> str:
    """The format of images that XDS is to read through a plug-in; empty where it reads them itself."""
    if facts.template.one_file:
        return facts.first_header.format
    packed = f"{facts.first_header.format}{facts.template.packed}"
    plugin = known_plugins().get(asked) if asked != "auto" else None
    return packed if plugin is not None and packed in plugin.reads else ""


def _not_here(asked: str, named: Named, span: Span | None) -> Diagnostic:
    message = f"image_access.plugin: there is no plug-in '{asked}' here"
    hint = f"Say where it is: --plugin {asked}=FILE, or 'plugins: {{{asked}: FILE}}' in the user's file."
    known = {*named, *known_plugins()}
    more = {"help": hint} if asked in known else proposal(asked, sorted(known), None, hint)
    return error("SW-E061", message, span, **more)


def _lost(named: Named) -> list[Diagnostic]:
    """Files of the command line that are not there; records and users' files serve many machines."""
    return [
        error(
            "SW-E061", f"{one.origin.key}: there is no file {one.value}", help="Look at its path."
        )
        for one in named.values()
        if one.origin.layer is Layer.SET and not Path(one.value).is_file()
    ]


def _first_for(kind: str, named: Named, environment: Mapping[str, str]) -> PluginFacts | None:
    """The first that reads a format; of one that the table does not know the user knows it."""
    known = known_plugins()
    ids = [id_ for id_ in named if id_ not in known or kind in known[id_].reads]
    ids += [id_ for id_, plugin in known.items() if kind in plugin.reads]
    return next((one for id_ in ids if (one := _here(id_, named, environment)) is not None), None)


def _here(id_: str, named: Named, environment: Mapping[str, str]) -> PluginFacts | None:
    """A plug-in where it is named, else where it is found."""
    written = named.get(id_)
    if written is None or not Path(written.value).is_file():
        written = _searched(id_, environment)
    if written is None:
        return None
    from sweepwright.records.digest import digest_file

    return PluginFacts(id_, written.value, digest_file(Path(written.value)).sha256, written.origin)


def _searched(id_: str, environment: Mapping[str, str]) -> Written | None:
    plugin = known_plugins().get(id_)
    found = search(plugin, environment) if plugin is not None else None
    if found is None:
        return None
    path, place = found
    return Written(str(path), Origin(Layer.MACHINE, f"plugins.{id_}", f"found in {place}"))
