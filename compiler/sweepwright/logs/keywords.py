"""Keywords that XDS repeats in its logs and reflection files: ``KEY= value``, several in a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

from sweepwright.logs.printed import values
from sweepwright.logs.reading import UnreadableError, Value

Convert = Callable[[str], Value]


def _truth(text: str) -> Value:
    if text not in ("TRUE", "FALSE"):
        raise UnreadableError(f"'{text}' is neither TRUE nor FALSE")
    return text == "TRUE"


def _unit(text: str) -> Value:
    """One number, its unit behind it."""
    return values(re.sub(r"\s(DEGREES|ANGSTROM)$", "", text), 1)


one, two, three, six = (partial(values, size=size) for size in (1, 2, 3, 6))

#: keyword -> (name, how to read it)
_KEYS: dict[str, tuple[str, Convert]] = {
    "FORMAT": ("format", str),
    "MERGE": ("merged", _truth),
    "FRIEDEL'S_LAW": ("friedels_law", _truth),
    "OUTPUT_FILE": ("output_file", str),
    "DATE": ("run_date", str),
    "PROFILE_FITTING": ("profile_fitting", _truth),
    "DATA_RANGE": ("data_range", two),
    "STARTING_FRAME": ("starting_frame", one),
    "STARTING_ANGLE": ("starting_angle_deg", one),
    "OSCILLATION_RANGE": ("oscillation_range_deg", _unit),
    "ROTATION_AXIS": ("rotation_axis", three),
    "INCLUDE_RESOLUTION_RANGE": ("resolution_range", two),
    "SPACE_GROUP_NUMBER": ("space_group_number", one),
    "UNIT_CELL_CONSTANTS": ("cell", six),
    "UNIT_CELL_A-AXIS": ("a_axis", three),
    "UNIT_CELL_B-AXIS": ("b_axis", three),
    "UNIT_CELL_C-AXIS": ("c_axis", three),
    "REFLECTING_RANGE": ("reflecting_range_deg", one),
    "REFLECTING_RANGE_E.S.D.": ("reflecting_range_esd_deg", one),
    "BEAM_DIVERGENCE": ("beam_divergence_deg", one),
    "BEAM_DIVERGENCE_E.S.D.": ("beam_divergence_esd_deg", one),
    "X-RAY_WAVELENGTH": ("wavelength", _unit),
    "INCIDENT_BEAM_DIRECTION": ("incident_beam", three),
    "FRACTION_OF_POLARIZATION": ("fraction_of_polarization", one),
    "POLARIZATION_PLANE_NORMAL": ("polarization_plane_normal", three),
    "AIR": ("air", one),
    "SILICON": ("silicon", one),
    "SENSOR_THICKNESS": ("sensor_thickness_mm", one),
    "DETECTOR": ("detector", str),
    "MINIMUM_VALID_PIXEL_VALUE": ("minimum_valid_pixel_value", one),
    "OVERLOAD": ("overload", one),
    "BACKGROUND_PIXEL": ("background_pixel", one),
    "SIGNAL_PIXEL": ("signal_pixel", one),
    "MINPK": ("minpk_percent", one),
    "CUT": ("cut_percent", one),
    "MAXIMUM_IMAGE_GAP_FOR_ADDING_PARTIALS": ("max_image_gap", one),
    "NX": ("nx", one),
    "NY": ("ny", one),
    "QX": ("qx_mm", one),
    "QY": ("qy_mm", one),
    "ORGX": ("orgx", one),
    "ORGY": ("orgy", one),
    "DETECTOR_DISTANCE": ("distance_mm", one),
    "DIRECTION_OF_DETECTOR_X-AXIS": ("detector_x_axis", three),
    "DIRECTION_OF_DETECTOR_Y-AXIS": ("detector_y_axis", three),
    "VARIANCE_MODEL": ("variance_model", two),
    "NUMBER_OF_ITEMS_IN_EACH_DATA_RECORD": ("n_items", one),
}
#: names that make one vector
_PAIRS = {"n_px": ("nx", "ny"), "pixel_size_mm": ("qx_mm", "qy_mm"), "origin_px": ("orgx", "orgy")}
#: a path, to the end of the line; it may look like other keywords
_TEMPLATE = re.compile(r"NAME_TEMPLATE_OF_DATA_FRAMES=(.*)")
_KEY = re.compile(r"(?:^|(?<=\s))(" + "|".join(map(re.escape, _KEYS)) + ")=")


def keywords(line: str) -> dict[str, Value]:
    """The values of a line that starts with a keyword, behind a ``!`` or not.

    Raises UnreadableError for what is no value of its keyword.
    """
    said = line.strip().removeprefix("!")
    if template := _TEMPLATE.match(said):
        return {"name_template": template[1].strip()}
    if not _KEY.match(said):
        return {}
    found = dict(_found(said))
    for vector, names in _PAIRS.items():
        parts = tuple(found.pop(name) for name in names if name in found)
        if len(parts) == len(names):
            found[vector] = parts
    return found


def _found(said: str) -> Iterator[tuple[str, Value]]:
    keys = list(_KEY.finditer(said))
    for key, end in zip(keys, [*(key.start() for key in keys[1:]), len(said)], strict=True):
        name, convert = _KEYS[key[1]]
        yield name, convert(said[key.end() : end].strip())
