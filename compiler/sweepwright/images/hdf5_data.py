"""How many images an HDF5 master has, of what size, in which files; pixels are never touched."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from sweepwright.images.hdf5_nodes import Found, Node, Parts, below, count_in
from sweepwright.model.facts import Fact

_LINK = re.compile(r"data_\d+")
_SPECIFIC = "detectorSpecific"
_SIZES = (("x_pixels_in_detector", "y_pixels_in_detector"), ("x_pixels", "y_pixels"))
_SHOWN = 3


class Stack(NamedTuple):
    """The images as stored: how many, and their size, fast then slow; None where files lack."""

    images: int | None
    size_px: tuple[int, int] | None
    key: str


_NOTHING = Stack(None, None, "")


def file_names(data: Node | None) -> tuple[str, ...]:
    """The files that a group of data leads to, as they are named there, each once."""
    files = [file for file in _linked(data).values() if file]
    if not files and data is not None:
        whole = data.links().get("data", "")
        node = below(data, "data") if not whole else None
        files = [whole] if whole else node.sources() if node is not None else []
    return tuple(dict.fromkeys(files))


def told_size(parts: Parts) -> tuple[tuple[int, int], str] | None:
    """The pixels that the header tells, fast then slow, and where."""
    for names in _SIZES:
        fast, slow = (count_in(parts.detector, f"{_SPECIFIC}/{name}") for name in names)
        if parts.detector is not None and fast is not None and slow is not None:
            return (fast, slow), parts.detector.at(f"{_SPECIFIC}/{names[0]}")
    return None


def read_stack(parts: Parts, path: Path, found: Found) -> Stack:
    """The images of a master; files that lack become a doubt, and so do counts that differ."""
    each, triggers = (count_in(parts.detector, f"{_SPECIFIC}/n{x}") for x in ("images", "trigger"))
    files = file_names(parts.data)
    missing = [name for name in files if not _there(path, name)]
    stack = _stack(parts, bool(missing))
    if missing and parts.data is not None:
        shown = ", ".join(missing[:_SHOWN]) + (", ..." if len(missing) > _SHOWN else "")
        message = f"{len(missing)} of its {len(files)} data files not found: {shown}"
        found.doubt("data", message, parts.data.path)
    asked = each * (triggers or 1) if each else None
    count = stack.images or asked
    if count is not None and parts.detector is not None:
        key = parts.detector.at(f"{_SPECIFIC}/nimages")
        found.fields["images"] = Fact(count, stack.key if stack.images else key)
        # some beamlines write the number of all images, others that of one trigger
        if stack.images and asked and stack.images not in (asked, each):
            message = f"nimages x ntrigger are {asked} images, but {stack.images} are stored"
            found.doubt("images", message, key)
    return stack


def _stack(parts: Parts, lacks: bool) -> Stack:
    """What the data files hold; where there are none, what the master holds or combines.

    A virtual data set over linked files says no more than these, and is left alone: on a damaged one
    HDF5 2.0 crashes or never returns.
    """
    links = [*_linked(parts.data)]
    if links and parts.data is not None:
        if lacks:
            return _NOTHING
        first = _shape(parts.data.child(links[0]))
        last = first if len(links) == 1 else _shape(parts.data.child(links[-1]))
        if first is None or last is None:
            return _NOTHING
        # all files but the last hold the same number of images (DECTRIS, "images_per_file")
        images = (len(links) - 1) * first[0] + last[0]
        return Stack(images, (last[-1], last[-2]), parts.data.at(links[-1]))
    for group in (parts.data, parts.detector):
        whole = _shape(below(group, "data"))
        if whole is not None and group is not None:
            return Stack(whole[0], (whole[-1], whole[-2]), group.at("data"))
    return _NOTHING


def _shape(node: Node | None) -> tuple[int, ...] | None:
    """The shape of a stack of images; that of a single image is made one."""
    shape = node.shape if node is not None else None
    if shape is None or len(shape) not in (2, 3, 4):
        return None
    return (1, *shape) if len(shape) == 2 else shape


def _linked(data: Node | None) -> dict[str, str]:
    """The data sets of a master that are in files of their own, and these."""
    links = data.links() if data is not None else {}
    return {name: links[name] for name in sorted(links) if _LINK.fullmatch(name)}


def _there(master: Path, name: str) -> bool:
    """Whether HDF5 would find a file: as it is named, or by that name beside the master."""
    folder = master.parent
    return (folder / name).is_file() or (folder / Path(name).name).is_file()
