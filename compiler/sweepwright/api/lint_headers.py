"""A report for those who write headers: what theirs lack or say unusually, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from sweepwright.api.headers import FileHeader, headers_of
from sweepwright.images.errors import ImageError
from sweepwright.images.series import find_series
from sweepwright.images.wording import odd_wording
from sweepwright.model.diagnostic import Diagnostic, error
from sweepwright.model.facts import Doubt, ImageFacts
from sweepwright.sites.query import query_of


class Wanted(NamedTuple):
    """A field that a header should give: why, and how it is written in CBF and in NXmx."""

    why: str
    cbf: str
    nxmx: str


_BEAM, _DETECTOR = "/entry/instrument/beam", "/entry/instrument/detector"
#: in the order of the report
FIELDS: Mapping[str, Wanted] = {
    "convention": Wanted(
        "Readers guess the dialect.",
        '_array_data.header_convention "PILATUS_1.2"',
        "/entry/definition: NXmx",
    ),
    "detector": Wanted(
        "The model tells gaps, sensor and calibration.",
        "# Detector: PILATUS3 6M, S/N 60-0126, SITE BEAMLINE",
        f"{_DETECTOR}/description",
    ),
    "serial": Wanted(
        "Site records are found by it.",
        "# Detector: PILATUS3 6M, S/N 60-0126, SITE BEAMLINE",
        f"{_DETECTOR}/serial_number",
    ),
    "site": Wanted(
        "Detectors move: a serial alone does not tell the beamline.",
        "# Detector: PILATUS3 6M, S/N 60-0126, SITE BEAMLINE",
        "/entry/instrument/name, with short_name",
    ),
    "date": Wanted(
        "What held at a beamline depends on the day; sweeps are put in order by time.",
        "# 2026-03-05T10:00:00.000",
        "/entry/start_time, ISO 8601 with the time zone",
    ),
    "wavelength": Wanted(
        "All cell lengths scale with it.",
        "# Wavelength 0.97918 A",
        f"{_BEAM}/incident_wavelength, A",
    ),
    "polarization": Wanted(
        "Intensities are corrected by it.",
        "# Polarization 0.990",
        f"{_BEAM}/incident_polarization_stokes",
    ),
    "distance": Wanted(
        "No image is indexed without it.",
        "# Detector_distance 0.250000 m",
        f"{_DETECTOR}/transformations/det_z, m or mm, in the chain of depends_on",
    ),
    "beam_center": Wanted(
        "A wrong one is the usual reason why indexing fails.",
        "# Beam_xy (1231.50, 1263.50) pixels, measured, from the outer corner of the first pixel",
        f"{_DETECTOR}/module/module_offset, with the measured centre",
    ),
    "two_theta": Wanted(
        "A swung detector is taken as head-on.",
        "# Detector_2theta 0.0000 deg.",
        "a rotation in the detector's chain of depends_on",
    ),
    "panels": Wanted(
        "The detector's directions are guessed.",
        "axis tables of full imgCIF",
        f"{_DETECTOR}/module/fast_pixel_direction and slow_pixel_direction",
    ),
    "size": Wanted(
        "Every pixel's place depends on it.",
        "X-Binary-Size-Fastest-Dimension, X-Binary-Size-Second-Dimension",
        f"{_DETECTOR}/module/data_size, slow then fast",
    ),
    "pixel_size": Wanted(
        "Every angle is computed from it.",
        "# Pixel_size 172e-6 m x 172e-6 m",
        f"{_DETECTOR}/x_pixel_size and y_pixel_size, m",
    ),
    "start": Wanted(
        "Sweeps of one crystal are related by it.",
        "# Start_angle 0.0000 deg., of the image",
        "/entry/sample/transformations/omega, one angle an image",
    ),
    "width": Wanted(
        "Reflections are predicted from it.",
        "# Angle_increment 0.1000 deg.",
        "/entry/sample/transformations/omega, one angle an image",
    ),
    "scan_axis": Wanted(
        "With a kappa goniostat the axis is not known without its name.",
        "# Oscillation_axis omega",
        "/entry/sample/depends_on and the chain of axes",
    ),
    "rotation_axis": Wanted(
        "A reversed axis together with a mirrored detector inverts the hand silently.",
        "axis tables of full imgCIF",
        "/entry/sample/transformations/omega@vector",
    ),
    "axes": Wanted(
        "Sweeps at different settings cannot be related without the goniostat.",
        "axis tables of full imgCIF",
        "/entry/sample/transformations, from depends_on",
    ),
    "exposure_time": Wanted(
        "It tells images apart, and dose.",
        "# Exposure_time 0.0970000 s",
        f"{_DETECTOR}/count_time, s",
    ),
    "overload": Wanted(
        "Saturated reflections are measured wrongly.",
        "# Count_cutoff 1048500 counts, behind the rate correction",
        f"{_DETECTOR}/saturation_value, behind the rate correction",
    ),
    "sensor_material": Wanted(
        "Oblique incidence is corrected by it.",
        "# Silicon sensor, thickness 0.000450 m",
        f"{_DETECTOR}/sensor_material: Si",
    ),
    "sensor_thickness": Wanted(
        "Oblique incidence is corrected by it.",
        "# Silicon sensor, thickness 0.000450 m",
        f"{_DETECTOR}/sensor_thickness, m",
    ),
    "images": Wanted(
        "The end of the sweep is not known.",
        "# N_oscillations 3600",
        f"{_DETECTOR}/detectorSpecific/nimages",
    ),
}
#: what is not looked for where it is absent: it is said in another field, or only of some detectors
_ONLY_IN_DOUBT = frozenset(("convention", "panels", "axes", "images"))
_HDF5, _CBF = ("eiger", "nxmx"), ("minicbf", "imgcif")


@dataclass(frozen=True)
class Finding:
    """What some files lack (``message`` is empty then) or say unusually, at ``key`` of the header."""

    field: str
    message: str
    key: str
    instead: str
    files: tuple[str, ...]

    @property
    def why(self) -> str:
        """What comes of it."""
        return FIELDS[self.field].why if self.field in FIELDS else ""

    def to_json(self) -> dict[str, Any]:
        """The finding as plain data."""
        return {
            "field": self.field,
            "kind": "unusual" if self.message else "lacking",
            "message": self.message or None,
            "key": self.key or None,
            "why": self.why,
            "instead": self.instead,
            "files": list(self.files),
        }


@dataclass(frozen=True)
class Report:
    """The headers that were read, those that cannot be, and the findings in the order of FIELDS."""

    headers: tuple[FileHeader, ...]
    findings: tuple[Finding, ...]
    errors: tuple[Diagnostic, ...]

    def to_json(self) -> dict[str, Any]:
        """The report as plain data."""
        return {
            "files": [
                {"file": header.file, "format": header.facts.format if header.facts else None}
                for header in self.headers
            ],
            "findings": [finding.to_json() for finding in self.findings],
            "errors": [item.to_json() for item in self.errors],
        }


def lint_headers(paths: Iterable[Path]) -> Report:
    """The report on files; of a folder on the first image of each series in it and below."""
    errors: list[Diagnostic] = []
    files = [file for path in paths for file in _files(path, errors)]
    headers = headers_of(files)
    errors += [header.error for header in headers if header.error is not None]
    gathered: dict[tuple[str, str, str], Finding] = {}
    for path, header in zip(files, headers, strict=True):
        if header.facts is None:
            continue
        for doubt in _found(path, header.facts):
            instead = _instead(doubt.field, header.facts.format)
            # one key is wrong in one way: 'the centre is 1231.5' of many files is told once
            kind = (
                (doubt.field, doubt.key, instead) if doubt.message else (doubt.field, "", instead)
            )
            one = gathered.get(kind) or Finding(*_told(doubt), instead, ())
            gathered[kind] = replace(one, files=(*one.files, header.file))
    order = {field: place for place, field in enumerate(FIELDS)}
    findings = sorted(
        gathered.values(), key=lambda one: (order.get(one.field, len(order)), one.key)
    )
    return Report(tuple(headers), tuple(findings), tuple(errors))


def _files(path: Path, errors: list[Diagnostic]) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    try:
        found = find_series(path, deep=True)
    except OSError as problem:
        errors.append(error("SW-I020", f"cannot read the folder '{path}': {problem.strerror}"))
        return
    if not found:
        errors.append(error("SW-I021", f"there are no images in '{path}' or below it"))
    for series in found:
        image = 1 if series.template.one_file else series.numbers.first
        yield path / series.folder / series.template.name(image)


def _found(path: Path, facts: ImageFacts) -> Iterator[Doubt]:
    """What a header lacks, as doubts without a message, and what it says unusually."""
    doubted = {doubt.field for doubt in facts.doubts}
    for field in FIELDS:
        if field not in _ONLY_IN_DOUBT and field not in doubted and not _says(facts, field):
            yield Doubt(field, "", "")
    yield from (doubt for doubt in facts.doubts if doubt.field != "data")  # not the header's fault
    if facts.get("beam_center") is None and (beam := facts.get("beam_mm")) is not None:
        message = "two numbers in mm, whose order and origin no header says"
        yield Doubt("beam_center", message, beam.key)
    try:
        yield from odd_wording(path, facts)
    except (ImageError, OSError):  # the file went away
        return


def _says(facts: ImageFacts, field: str) -> bool:
    """Whether a header gives a field, in whatever way."""
    if facts.get(field) is not None:
        return True
    if field == "serial":
        return query_of(facts).known_serial is not None
    if field == "site":
        return query_of(facts).known_site is not None
    if field == "beam_center":
        return facts.get("beam_mm") is not None
    if field == "rotation_axis":
        return bool(facts.axes)
    return field == "two_theta" and bool(facts.panels)


def _told(doubt: Doubt) -> tuple[str, str, str]:
    return doubt.field, doubt.message, doubt.key


def _instead(field: str, format_name: str) -> str:
    """How a field is written in a format; of binary formats nobody can add a field."""
    wanted = FIELDS.get(field)
    if wanted is None:
        return "Leave it out where it is not known: a wrong value is worse than none."
    if format_name in _HDF5:
        return wanted.nxmx
    return wanted.cbf if format_name in _CBF else f"in CBF {wanted.cbf}; in NXmx {wanted.nxmx}"
