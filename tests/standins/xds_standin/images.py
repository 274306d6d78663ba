"""The image files: which there are, and experiments that read their pixels.

HDF5 is read by DIALS too, but only where LIB= names a library with the functions of a plug-in, as XDS
wants it.
"""

from __future__ import annotations

import ctypes
import re
from pathlib import Path
from typing import Any

from xds_standin.geometry import Geometry, models
from xds_standin.inputs import Inputs
from xds_standin.logs import Log

_MARKS = re.compile(r"\?+")
#: links for DIALS, which wants a file for every number
_LINKS = Path(".standin-images")
_MASTER, _SIX = "master.h5", "??????.h5"
_PLUGIN = ("plugin_open", "plugin_get_header", "plugin_get_data", "plugin_close")


def data_range(inputs: Inputs) -> tuple[int, int]:
    first, last, *_ = inputs.numbers("DATA_RANGE")
    return int(first), int(last)


def excluded(inputs: Inputs) -> set[int]:
    ranges = inputs.ranges("EXCLUDE_DATA_RANGE")
    return {number for first, last in ranges for number in range(first, last + 1)}


def image_path(template: str, number: int) -> Path:
    """The file of an image: of HDF5 the master that a plug-in opens for its template."""
    if template.endswith(_SIX):
        return Path(template.removesuffix(_SIX) + _MASTER)
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
    if template.endswith(_SIX):
        _load_plugin(inputs, log)
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
    pixels = form(name).get_raw_data(*([0] if template.endswith(_SIX) else []))
    ny, nx = (pixels[0] if isinstance(pixels, tuple) else pixels).all()
    if (nx, ny) != (inputs.integer("NX"), inputs.integer("NY")):
        raise log.error("INCORRECT NX OR NY")


def _load_plugin(inputs: Inputs, log: Log) -> None:
    """Ends the run where there is no plug-in, as XDS cannot read HDF5 itself."""
    name = inputs.text("LIB")
    try:
        library = ctypes.CDLL(name) if name else None
    except OSError:
        library = None
    if not all(hasattr(library, function) for function in _PLUGIN):
        raise log.error(f"CANNOT LOAD THE LIBRARY LIB= {name}")


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
    from dxtbx.format.Registry import get_format_class_for_file
    from dxtbx.imageset import ImageSetFactory
    from dxtbx.model import Scan

    beam, detector, goniometer = models(geometry, inputs)
    angle = geometry.start_angle + (images[0] - geometry.start_frame) * geometry.width
    scan = Scan(images, (angle, geometry.width))
    numbers = list(range(images[0], images[1] + 1))
    if pixels and template_of(inputs).endswith(_SIX):
        name = str(image_path(template_of(inputs), 1).resolve())
        imageset = get_format_class_for_file(name).get_imageset(
            [name],
            beam=beam,
            detector=detector,
            goniometer=goniometer,
            scan=scan,
            single_file_indices=[number - 1 for number in numbers],
            as_sequence=True,
        )
        return _one(imageset, beam, detector, goniometer, scan, crystal, inputs)
    template = _readable(template_of(inputs), numbers) if pixels else template_of(inputs)
    marked = _MARKS.sub(lambda found: "#" * len(found[0]), str(Path(template).resolve()))
    imageset = ImageSetFactory.make_sequence(
        marked, numbers, None, beam, detector, goniometer, scan, check_format=pixels
    )
    return _one(imageset, beam, detector, goniometer, scan, crystal, inputs)


def _one(
    imageset: Any,
    beam: Any,
    detector: Any,
    goniometer: Any,
    scan: Any,
    crystal: Any,
    inputs: Inputs,
) -> Any:
    from dxtbx.model.experiment_list import Experiment, ExperimentList

    first, last = scan.get_image_range()
    for number in excluded(inputs).intersection(range(first, last + 1)):
        imageset.mark_for_rejection(number - first, True)
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
