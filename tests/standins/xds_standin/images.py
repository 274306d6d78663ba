"""The image files: which there are, and experiments that read their pixels."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from xds_standin.geometry import Geometry, models
from xds_standin.inputs import Inputs
from xds_standin.logs import Log

_MARKS = re.compile(r"\?+")
#: links for DIALS, which wants a file for every number
_LINKS = Path(".standin-images")


def data_range(inputs: Inputs) -> tuple[int, int]:
    first, last, *_ = inputs.numbers("DATA_RANGE")
    return int(first), int(last)


def excluded(inputs: Inputs) -> set[int]:
    ranges = inputs.ranges("EXCLUDE_DATA_RANGE")
    return {number for first, last in ranges for number in range(first, last + 1)}


def image_path(template: str, number: int) -> Path:
    marks = _MARKS.search(template)
    if marks is None:
        return Path(template)
    digits = str(number).zfill(len(marks[0]))
    return Path(template[: marks.start()] + digits + template[marks.end() :])


def template_of(inputs: Inputs) -> str:
    return inputs.words("NAME_TEMPLATE_OF_DATA_FRAMES")[0]


def check_images(inputs: Inputs, numbers: range, log: Log) -> None:
    """Ends the run when an image that is wanted is not there, or has another size."""
    template = template_of(inputs)
    for number in numbers:
        path = image_path(template, number)
        if number not in excluded(inputs) and not path.is_file():
            raise log.error(f"CANNOT READ IMAGE {path}")
    first = next(number for number in numbers if number not in excluded(inputs))
    from dxtbx.format.Registry import get_format_class_for_file

    name = str(image_path(template, first))
    form = get_format_class_for_file(name)
    if form is None:
        raise log.error(f"CANNOT READ IMAGE {name}")
    pixels = form(name).get_raw_data()
    ny, nx = (pixels[0] if isinstance(pixels, tuple) else pixels).all()
    if (nx, ny) != (inputs.integer("NX"), inputs.integer("NY")):
        raise log.error("INCORRECT NX OR NY")


def experiments(
    geometry: Geometry,
    inputs: Inputs,
    images: tuple[int, int],
    *,
    crystal: Any = None,
    pixels: bool = False,
) -> Any:
    """A list of one experiment whose models are those of ``geometry``.

    With ``pixels`` DIALS can read its images; without, there need not be any.
    """
    from dxtbx.imageset import ImageSetFactory
    from dxtbx.model import Scan
    from dxtbx.model.experiment_list import Experiment, ExperimentList

    beam, detector, goniometer = models(geometry, inputs)
    angle = geometry.start_angle + (images[0] - geometry.start_frame) * geometry.width
    scan = Scan(images, (angle, geometry.width))
    numbers = list(range(images[0], images[1] + 1))
    template = _readable(template_of(inputs), numbers) if pixels else template_of(inputs)
    marked = _MARKS.sub(lambda found: "#" * len(found[0]), str(Path(template).resolve()))
    imageset = ImageSetFactory.make_sequence(
        marked, numbers, None, beam, detector, goniometer, scan, check_format=pixels
    )
    for number in excluded(inputs).intersection(numbers):
        imageset.mark_for_rejection(number - images[0], True)
    one = Experiment(
        beam=beam,
        detector=detector,
        goniometer=goniometer,
        scan=scan,
        crystal=crystal,
        imageset=imageset,
        identifier="standin",
    )
    return ExperimentList([one])


def _readable(template: str, numbers: list[int]) -> str:
    """A template with a file for each number: where one is missing, a link to another.

    Only excluded images can be missing when this is asked for, and their pixels are not used.
    """
    there = [number for number in numbers if image_path(template, number).is_file()]
    if len(there) == len(numbers):
        return template
    _LINKS.mkdir(exist_ok=True)
    for number in numbers:
        link = _LINKS / image_path(template, number).name
        link.unlink(missing_ok=True)
        link.symlink_to(image_path(template, number if number in there else there[0]).resolve())
    return str(_LINKS / Path(template).name)
