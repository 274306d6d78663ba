"""The modules of an NXmx detector as panels.

Source: NeXus manual, NXdetector_module. The first pixel's outer corner is where the chain of the module
puts it (DIAMOND and nexgen write beam_center times the pixel size there, dxtbx reads it so). Sizes are
slow, fast by the definition; DIAMOND until 2021, Jungfraujoch and some firmware of DECTRIS write fast,
slow: the order that fits the image is taken.
"""

from __future__ import annotations

from collections.abc import Sequence

from sweepwright.geometry.rotation import Vector, apply, combine, dot
from sweepwright.images.hdf5_nodes import Node, Parts, UnitError, numbers_in, text_in
from sweepwright.images.nxmx_chain import (
    ChainError,
    Link,
    absolute,
    chain,
    direction,
    in_sw,
    placed,
    read_link,
)
from sweepwright.model.facts import PanelFact

Size = tuple[int, int]
#: the cosine between rows and columns of a flat module
_SQUARE = 1e-3
_MODULES = 1024
_ROWS = ("fast", "slow")


def read_panels(
    root: Node, parts: Parts, image: Size | None
) -> tuple[tuple[PanelFact, ...], tuple[Link, ...]]:
    """The panels, and the axes that carry the first of them; ``image``: its size, fast then slow.

    Raises ChainError.
    """
    modules = parts.detector.members("NXdetector_module") if parts.detector is not None else []
    if not modules:
        raise ChainError("belong to no module of the detector")
    if len(modules) > _MODULES:
        raise ChainError(f"belong to {len(modules)} modules")
    extents = _extents(modules, image)
    found = [
        _panel(root, module, _carrier(parts), *extent)
        for module, extent in zip(modules, extents, strict=True)
    ]
    return tuple(panel for panel, _ in found), found[0][1]


def two_theta(links: Sequence[Link]) -> Link | None:
    """The arm: the one rotation across the beam that carries a translation of the detector."""
    arms = [
        link
        for place, link in enumerate(links)
        if link.kind == "rotation"
        and any(link.vector[:2])
        and any(other.kind == "translation" for other in links[place:])
    ]
    return arms[0] if len(arms) == 1 else None


def _carrier(parts: Parts) -> str:
    """The axis that carries the whole detector."""
    group = parts.detector.path if parts.detector is not None else "/"
    return absolute(text_in(parts.detector, "depends_on"), group)


def _panel(
    root: Node, module: Node, carrier: str, size: Size, first: Size
) -> tuple[PanelFact, tuple[Link, ...]]:
    fast, slow = (read_link(root, module.at(f"{name}_pixel_direction")) for name in _ROWS)
    offset = module.at("module_offset")
    start = fast.parent
    if start == ".":  # some firmware ends the chain at the pixels, though the module has a place
        start = offset if root.child(offset) is not None else carrier
    links = chain(root, start)
    if links and links[0].path == offset and carrier != ".":
        links = (*chain(root, carrier), *links)
    turn, origin = placed(links)
    corner = fast.offset if any(fast.offset) else slow.offset
    rows = [apply(turn, direction(link)) for link in (fast, slow)]
    if abs(dot(*rows)) > _SQUARE:
        raise ChainError(f"do not put rows and columns of {module.path} square to each other")
    pixel = [link.setting or 0.0 for link in (fast, slow)]
    if not all(0.001 < side < 10 for side in pixel):
        raise ChainError(f"give {module.path} pixels of {pixel[0]:g} x {pixel[1]:g} mm")
    place: Vector = combine((1.0, origin), (1.0, apply(turn, corner)))
    panel = PanelFact(
        in_sw(rows[0]), in_sw(rows[1]), in_sw(place), size, (pixel[0], pixel[1]), first
    )
    return panel, links


def _extents(modules: Sequence[Node], image: Size | None) -> list[tuple[Size, Size]]:
    """Size and first pixel of each module, fast then slow. Raises ChainError."""
    sizes, firsts = (
        [_pixels(module, name) for module in modules] for name in ("data_size", "data_origin")
    )
    as_defined = list(zip(sizes, firsts, strict=True))
    for extents in (
        [((b, a), (d, c)) for (a, b), (c, d) in as_defined],  # slow first
        as_defined,
    ):
        if image is None or all(_within(size, first, image) for size, first in extents):
            return extents
    raise ChainError("have modules that do not fit into the image")


def _pixels(module: Node, name: str) -> tuple[int, int]:
    """Two whole numbers, of three the last: the images of some detectors are stacks of modules."""
    try:
        listed = numbers_in(module, name, "pixels", "")
    except UnitError:
        listed = None
    if listed is None or len(listed) not in (2, 3):
        raise ChainError(f"give {module.path} no {name} of two numbers")
    if name == "data_origin" and listed[0] and len(listed) == 3:
        raise ChainError("stack the modules in a third dimension, which no image has")
    a, b = (int(number) for number in listed[-2:])
    if min(a, b) < (1 if name == "data_size" else 0) or max(a, b) > 100_000:
        raise ChainError(f"give {module.path} a {name} of {a} x {b} pixels")
    return a, b


def _within(size: Size, first: Size, image: Size) -> bool:
    return all(f + n <= whole for f, n, whole in zip(first, size, image, strict=True))
