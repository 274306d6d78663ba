"""A master file: one HDF5 file that stands for all images of a sweep, and the files it leads to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sweepwright.model.facts import Fact, ImageFacts
from sweepwright.model.ranges import ImageSet


def images_of(facts: ImageFacts) -> ImageSet:
    """The numbers of a master's images, from 1; none where it does not say how many it has."""
    count = facts.get("images")
    return ImageSet(((1, int(str(count.value))),)) if count is not None else ImageSet()


def files_of(master: Path) -> dict[str, Path]:
    """A master and the data files that it leads to, as far as they are there, by the name it gives.

    HDF5 finds a data file as it is named, or by that name beside the master. Raises ImageError,
    OSError.
    """
    from sweepwright.images.hdf5 import data_files

    files = {master.name: master}
    for name in data_files(master):
        places = (master.parent / name, master.parent / Path(name).name)
        found = next((path for path in places if path.is_file()), None)
        if found is not None:
            files[name] = found
    return files


def at_image(facts: ImageFacts, image: int) -> ImageFacts:
    """The header of a master, which is that of image 1, as it is for another of its images."""
    start, width, axis = (facts.get(name) for name in ("start", "width", "scan_axis"))
    if start is None or width is None or image == 1:
        return facts
    turned = float(str(width.value)) * (image - 1)
    fields = dict(facts.fields)
    for name in {"start", str(axis.value) if axis is not None else "start"} & set(fields):
        fields[name] = Fact(_sum(fields[name].value, turned), fields[name].key)
    axes = tuple(
        replace(item, angle_deg=_sum(item.angle_deg, turned))
        if axis is not None and item.name == axis.value and item.angle_deg is not None
        else item
        for item in facts.axes
    )
    return replace(facts, fields=fields, axes=axes)


def _sum(angle: object, turned: float) -> float:
    # of decimals: 30 + 7 x 0.1 is 30.7, not 30.700000000000003
    return float(f"{float(str(angle)) + turned:.12g}")
