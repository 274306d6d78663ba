"""What image headers say, for people and for other programs: any format, file by file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sweepwright.geometry.goniostat import GoniostatAxis, scan_geometry
from sweepwright.images.errors import ImageError
from sweepwright.images.formats import read_facts
from sweepwright.model.diagnostic import Diagnostic, error
from sweepwright.model.facts import Fact, ImageFacts

#: key of the JSON -> field of the facts
KEYS = {
    "wavelength_A": "wavelength",
    "distance_mm": "distance",
    "beam_center_px": "beam_center",
    "pixel_size_mm": "pixel_size",
    "size_px": "size",
    "start_deg": "start",
    "width_deg": "width",
    "scan_axis": "scan_axis",
    "rotation_axis_xds": "rotation_axis",
    "two_theta_deg": "two_theta",
    "detector": "detector",
    "serial": "serial",
    "date": "date",
    "exposure_s": "exposure_time",
    "overload": "overload",
    "sensor_material": "sensor_material",
    "sensor_thickness_mm": "sensor_thickness",
    "site": "site",
}


@dataclass(frozen=True)
class FileHeader:
    """The header of one file as it was named, or why there is none."""

    file: str
    facts: ImageFacts | None
    error: Diagnostic | None = None

    def get(self, field: str) -> Fact | None:
        """A fact of the header; the rotation axis also where the axes of the goniostat give it."""
        if self.facts is None:
            return None
        return self.facts.get(field) or (
            _rotation_axis(self.facts) if field == "rotation_axis" else None
        )

    def to_json(self) -> dict[str, Any]:
        """All keys, those that the header does not give as null."""
        facts = {key: fact for key, field in KEYS.items() if (fact := self.get(field)) is not None}
        return {
            "file": self.file,
            "format": None if self.facts is None else self.facts.format,
            "error": None if self.error is None else _error_json(self.error),
            **{key: _plain(facts[key].value) if key in facts else None for key in KEYS},
            "origins": {key: fact.key for key, fact in facts.items()},
        }


def headers_of(paths: Iterable[Path]) -> list[FileHeader]:
    """The headers of files in their order; one that cannot be read is an error in its place.

    What only a site record can read in a header, the beam centre of ADSC detectors and the axis where
    nothing is said of it, is taken from the record that fits, and its origin says so.
    """
    read = [_header(path) for path in paths]
    if any(_asks_for_site(header.facts) for header in read):
        from sweepwright.api.siting import with_record

        read = [
            replace(header, facts=with_record(header.facts))
            if header.facts is not None and _asks_for_site(header.facts)
            else header
            for header in read
        ]
    return read


def _asks_for_site(facts: ImageFacts | None) -> bool:
    return facts is not None and (
        facts.get("beam_mm") is not None or not (facts.axes or facts.get("rotation_axis"))
    )


def _header(path: Path) -> FileHeader:
    try:
        if path.is_dir():
            raise ImageError(
                "is a folder", "Name the images in it; 'sweepwright discover' finds sweeps."
            )
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise ImageError("is no file", "Name an image.")
        return FileHeader(str(path), read_facts(path))
    except ImageError as problem:
        found = error("SW-I030", f"{path} {problem}", help=problem.hint or None)
    except OSError as problem:
        found = error("SW-I030", f"{path} cannot be read: {problem.strerror or problem}")
    return FileHeader(str(path), None, found)


def _rotation_axis(facts: ImageFacts) -> Fact | None:
    """The scanned axis as the axes that carry it have turned it."""
    scanned = facts.get("scan_axis")
    names = [axis.name for axis in facts.axes]
    if scanned is None or scanned.value not in names:
        return None
    carriers = facts.axes[: names.index(str(scanned.value)) + 1]
    settings = {axis.name: axis.angle_deg for axis in carriers[:-1] if axis.angle_deg is not None}
    if len(settings) < len(carriers) - 1:  # an unknown setting is not 0
        return None
    chain = [GoniostatAxis(axis.name, axis.vector) for axis in carriers]
    axis = scan_geometry(chain, carriers[-1].name, settings).axis
    return Fact(axis, ", ".join(axis.key for axis in carriers))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _error_json(found: Diagnostic) -> dict[str, str]:
    return {
        "code": found.code,
        "message": f"{found.message}. {found.help}" if found.help else found.message,
    }
