"""Links of a run folder to the images of a sweep: to a faster copy, or under names that XDS can use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from sweepwright.api.places import locate
from sweepwright.language.compose import ComposedJob
from sweepwright.model.diagnostic import Diagnostic, advice
from sweepwright.model.facts import SweepFacts
from sweepwright.model.resolved import Written
from sweepwright.programs.xds.names import LONG_PATH, STRANGE
from sweepwright.resolve.access import LinkedImages

#: how XDS's plug-ins want a master to be called
_MASTER = "_master.h5"
#: characters before the folder in a path, ../../../../roots/ROOT/, for a root of any name
_BEFORE = 84


def linked_images(
    composed: ComposedJob, facts: Mapping[str, SweepFacts], places: Mapping[str, str], engine: str
) -> tuple[dict[str, LinkedImages], list[Diagnostic]]:
    """The links by sweep; of the others the images are seen through the links of the roots.

    SW-E064: which place is read, where the job prefers one.
    """
    written = composed.top("image_access.prefer")
    wanted: list[tuple[str, Path]] = []
    if written is not None:
        for text in written.value or ():
            folder, found = _folder(Written(text, written.origin), places)
            if folder is None:
                return {}, found
            wanted.append((text, folder))
    linked, told = {}, []
    for name, one in facts.items():
        place, found = _place(name, one, wanted, places, written)
        told += found
        why = _why(one, engine) or ("preferred place" if wanted else "")
        if why:
            linked[name] = _links(name, one, place, why, engine)
    return linked, told


def _folder(written: Written, places: Mapping[str, str]) -> tuple[Path | None, list[Diagnostic]]:
    """A folder that the job prefers; it may be anywhere, for only equal files are taken of it."""
    if str(written.value).startswith("/"):
        return Path(written.value), []
    located, found = locate("image_access.prefer", str(written.value), written, places)
    return (None, found) if located is None else (Path(places[located[0]], located[1]), found)


def _place(
    name: str,
    facts: SweepFacts,
    wanted: list[tuple[str, Path]],
    places: Mapping[str, str],
    written: Written | None,
) -> tuple[Path, list[Diagnostic]]:
    """The folder that images are read from: the first that has them all, else where the job says."""
    template = facts.template
    usual = Path(places[template.root]) / template.folder
    if not wanted or written is None:
        return usual, []
    lacking = []
    for text, folder in wanted:
        for place in dict.fromkeys((folder / template.folder, folder)):
            wrong = next(_unlike(facts, usual, place), None)
            if wrong is None:
                message = f"sweep {name}: images are read from their copy below {text}"
                return place, [advice("SW-E064", message, written.origin.span)]
        lacking.append(f"{text} ({wrong})")
    message = f"sweep {name}: images are read where they are, for no copy is whole: "
    return usual, [advice("SW-E064", message + ", ".join(lacking), written.origin.span)]


def _unlike(facts: SweepFacts, usual: Path, place: Path) -> Iterator[str]:
    """What is wrong with the copies of the files in a folder; of all from the first to the last."""
    numbers = range(facts.found.first, facts.found.last + 1)
    for file in dict.fromkeys((*facts.sizes, *map(facts.template.name, numbers))):
        size, found = facts.sizes.get(file) or _size(usual / file), _size(place / file)
        if found is None and size is not None:
            yield f"{file} is not there"
        elif found != size:
            yield f"{file} has {found} bytes, not {size}"


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _why(facts: SweepFacts, engine: str) -> str:
    """Why XDS cannot be given the images as they are; empty where it can."""
    template = facts.template
    if engine != "xds":
        return ""
    if template.one_file and not template.name(1).endswith(_MASTER):
        return "XDS wants NAME_master.h5"
    if STRANGE.search(template.folder):
        return "XDS cannot read the folder's name"
    if _BEFORE + len(template.folder) + len(template.hashes()) > LONG_PATH:
        return "the path is long"
    return ""


def _links(name: str, facts: SweepFacts, place: Path, why: str, engine: str) -> LinkedImages:
    """A link to the folder; of a master under another name a link to each of its files."""
    folder, template = f"images/{name}", facts.template
    master = template.name(1)
    if engine != "xds" or not template.one_file or master.endswith(_MASTER):
        return LinkedImages(folder, "", why, {folder: str(place)})
    beside = [file.name for file in sorted(place.glob(f"{template.prefix}*.h5"))]
    files = [file for file in facts.sizes if not (file.startswith("/") or ".." in file.split("/"))]
    links = {f"{folder}/{file}": str(place / file) for file in dict.fromkeys((*files, *beside))}
    called = f"{template.prefix}{_MASTER}"
    return LinkedImages(folder, called, why, links | {f"{folder}/{called}": str(place / master)})
