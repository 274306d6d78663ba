"""Plug-ins of XDS: what each reads, and where they usually are. The table is ``plugins.yaml``."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple


class Plugin(NamedTuple):
    """A plug-in: the usual name of its file, and the formats of images that it reads."""

    id: str
    file: str
    reads: tuple[str, ...]


class Place(NamedTuple):
    """A folder where plug-ins are looked for, and what it is for the reader."""

    folder: Path
    what: str


@cache
def known_plugins() -> Mapping[str, Plugin]:
    """Id -> plug-in, the preferred ones first."""
    return {
        id_: Plugin(id_, row["file"], tuple(row["reads"]))
        for id_, row in _table()["plugins"].items()
    }


def usual_places(environment: Mapping[str, str]) -> Iterator[Place]:
    """The folders where a plug-in is looked for that nobody has named, in their order."""
    program = shutil.which("xds_par", path=environment.get("PATH", ""))
    if program is not None:
        yield Place(Path(program).parent, "the folder of xds_par")
        yield Place(Path(program).resolve().parent, "the folder of xds_par")
    for variable in ("LD_LIBRARY_PATH", "PATH"):
        for folder in environment.get(variable, "").split(os.pathsep):
            if Path(folder).is_absolute():
                yield Place(Path(folder), f"a folder of {variable}")
    for pattern in _table()["places"]["folders"]:
        for usual in sorted(Path("/").glob(pattern.lstrip("/"))):
            yield Place(usual, "a usual place")


def search(plugin: Plugin, environment: Mapping[str, str]) -> tuple[Path, str] | None:
    """Where a plug-in is found, and what place that is; ``environment`` is what programs run in."""
    for place in usual_places(environment):
        path = place.folder / plugin.file
        if path.is_file():
            return path, place.what
    return None


@cache
def _table() -> Mapping[str, Any]:
    from ruamel.yaml import YAML

    table: Mapping[str, Any] = YAML(typ="safe").load(Path(__file__).with_name("plugins.yaml"))
    return table
