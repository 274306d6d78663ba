"""The small logs: XYCORR, INIT, COLSPOT, DEFPIX, XPLAN and XDSCONV, and what XDS prints itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from sweepwright.logs.draft import TIMING, Draft, N, finished, paragraph, place, places, read_log
from sweepwright.logs.printed import value
from sweepwright.logs.reading import Reading, Trouble, UnreadableError, Value
from sweepwright.logs.xds_banner import banner, log_of
from sweepwright.logs.xds_messages import messages

_STDOUT = "XDS standard output"
KINDS = ("XYCORR.LP", "INIT.LP", "COLSPOT.LP", "DEFPIX.LP", "XPLAN.LP", "XDSCONV.LP", _STDOUT)

_EXPIRED = re.compile(r"\s*Sorry, licen[sc]e expired on\b", re.IGNORECASE)
#: a file name, with the extension that it had until about 2010 or has now
_FILE = r' +"[A-Z-]+\.(?:pck|cbf)"'
_NUMBERS: dict[str, dict[str, str]] = {
    "XYCORR": {},
    "INIT": {
        "dark_current": rf"DARK CURRENT LOOK-UP TABLE IS SET CONSTANT TO +{N}",
        "n_gain_values": rf"NUMBER OF GAIN VALUES IN TABLE +{N}",
        "mean_gain": rf"MEAN GAIN VALUE +{N}",
        "minimum_gain": rf"MINIMUM GAIN VALUE IN TABLE +{N}",
        "maximum_gain": rf"MAXIMUM GAIN VALUE IN TABLE +{N}",
        "n_pixels": rf"NUMBER OF PIXELS USED FOR DATA COLLECTION +{N}",
        "mean_background_counts": rf"(?:AVERAGE )?BACKGROUND COUNTS IN A (?:DATA IMAGE )?PIXEL +{N}",
        "minimum_background_counts": rf"MINIMUM BACKGROUND VALUE IN TABLE +{N}",
        "maximum_background_counts": rf"MAXIMUM BACKGROUND VALUE IN TABLE +{N}",
    },
    "COLSPOT": {
        "n_strong_pixels": rf"NUMBER OF STRONG PIXELS EXTRACTED FROM IMAGES +{N}",
        "n_spots_located": rf"NUMBER OF DIFFRACTION SPOTS LOCATED +{N}",
        "n_out_of_center": rf"IGNORED BECAUSE OF SPOT MAXIMUM OUT OF CENTER +{N}",
        "n_near_untrusted": rf"IGNORED BECAUSE OF SPOT CLOSE TO UNTRUSTED REGION +{N}",
        "n_weak": rf"WEAK SPOTS OMITTED +{N}",
        "n_spots_accepted": rf"NUMBER OF DIFFRACTION SPOTS ACCEPTED +{N}",
    },
    "DEFPIX": {
        "trusted_pixel_range": rf"VALUE_RANGE_FOR_TRUSTED_DETECTOR_PIXELS= +{N} +{N}",
        "resolution_range_given": rf"INCLUDE_RESOLUTION_RANGE= +{N} +{N}",
        "resolution_range_recorded": rf"RESOLUTION RANGE RECORDED BY DETECTOR \(ANGSTROM\) +{N} +{N}",
        "n_removed_pixels": rf"NUMBER OF PIXELS REMOVED FROM{_FILE} +{N}",
        "n_trusted_pixels": rf"NUMBER OF TRUSTED PIXELS IN{_FILE} +{N}",
        "mean_trusted_pixel": rf"MEAN VALUE OF TRUSTED PIXELS IN{_FILE} +{N}",
    },
    "XPLAN": {},
    "XDSCONV": {
        "n_records_in": rf"NUMBER OF REFLECTION RECORDS ON INPUT FILE +{N}",
        "n_ignored": rf"NUMBER OF IGNORED REFLECTIONS \(I< *-\d+\.\d\*SIGMA\) +{N}",
        "n_accepted": rf"NUMBER OF REFLECTIONS ACCEPTED FROM INPUT FILE +{N}",
        "n_assigned_to_test_set": rf"NUMBER OF UNIQUE REFLECTIONS ASSIGNED TO TEST SET +{N}",
        "n_test_inherited": rf"NUMBER OF UNIQUE TEST REFLECTIONS INHERITED +{N}",
        "n_test_new": rf"NUMBER OF UNIQUE TEST REFLECTIONS NEWLY GENERATED +{N}",
        "scale_applied": rf"SCALING FACTOR APPLIED TO \S+ DATA= +{N}",
        "n_records_out": rf"NUMBER OF REFLECTION RECORDS ON OUTPUT FILE +{N}",
        "n_working_set": rf"NUMBER OF RECORDS ASSIGNED TO WORKING SET +{N}",
        "n_test_set": rf"NUMBER OF RECORDS ASSIGNED TO TEST SET +{N}",
    },
}
#: table of images: title -> columns; the words of a title are those of its columns, `#` aside
_IMAGES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "INIT": {
        "FRAME # GAIN MGAIN": ("gain.images", "image", "gain", "n_sampled"),
        "FRAME # SCALE COUNTS MBKG MSCALE MSPOT": (
            "background.images",
            "image",
            "scale",
            "counts",
            "n_background_px",
            "n_scale_px",
            "n_spot_px",
        ),
        "FRAME# SCALE BACKGND GAIN #PIXEL": (
            "background.images",
            "image",
            "scale",
            "counts",
            "gain",
            "n_pixels",
        ),
    },
    "COLSPOT": {
        "FRAME # NBKG NSTRONG I/O-FLAG": (
            "images",
            "image",
            "n_background_px",
            "n_strong_px",
            "io_flag",
        )
    },
}
_SPOT_RANGE = re.compile(r" *SPOT_RANGE= *(\d+) +(\d+)")


def recognises(head: str) -> str | None:
    """By the banner; the standard output also by the line of a licence that has expired."""
    program = log_of(head)
    if program == "XDS" or (program is None and _EXPIRED.match(head)):
        return _STDOUT
    return f"{program}.LP" if program in _NUMBERS else None


def read(text: str, kind: str) -> Reading:
    """Numbers under the name of the step in small letters; of the standard output its messages."""
    if kind == _STDOUT:
        found = {**banner(text).values(), **messages(text)}
        return Reading(kind, "XDS", banner(text).version, banner(text).built, found)
    step = kind.removesuffix(".LP")
    prefix = step.lower()
    lines, draft = read_log(text, step)
    draft.numbers(lines, prefix, {**_NUMBERS[step], "elapsed_s": TIMING})
    for title, names in _IMAGES.get(step, {}).items():
        _images(lines, draft, prefix, title, names)
    if further := _FURTHER.get(step):
        further(lines, draft)
    proof = "xdsconv.n_records_out" if step == "XDSCONV" else f"{prefix}.elapsed_s"
    return finished(text, kind, draft, proof)


def _images(
    lines: Sequence[str], draft: Draft, prefix: str, title: str, names: tuple[str, ...]
) -> None:
    """One row an image, ``image_{image}``."""
    table, *columns = names
    with draft.part(f"the table of {table}"):
        at = place(lines, re.escape(title).replace(r"\ ", " +"))
        if at is None:
            return
        rows: list[tuple[Value, ...]] = []
        for number, line in paragraph(lines, at + 1):
            words = line.split()
            if len(words) != len(columns) or not words[0].isdecimal():
                raise UnreadableError("a row that is not of this table", number)
            rows.append(tuple(map(value, words)))
        draft.table(f"{prefix}.{table}", columns, rows, "image_{image}")


def _spot_ranges(lines: Sequence[str], draft: Draft) -> None:
    """The images searched, which must be those of the table."""
    with draft.part("the ranges of images"):
        found: list[tuple[int, int]] = []
        if "colspot.images" not in draft.tables:
            return
        for at in places(lines, "SPOT_RANGE=.*"):
            row = _SPOT_RANGE.fullmatch(lines[at])
            if not row:
                raise UnreadableError("no two numbers", at + 1)
            found.append((int(row[1]), int(row[2])))
        images = draft.tables["colspot.images"].column("image")
        if len(images) != sum(last - first + 1 for first, last in found):
            raise UnreadableError("they are not those of the table of images")
        draft.values["colspot.spot_ranges"] = tuple(found)


def _corrections(lines: Sequence[str], draft: Draft) -> None:
    zero = bool(places(lines, "XY-CORRECTION LOOK-UP TABLES SET TO ZERO"))
    if zero:
        draft.values["xycorr.set_to_zero"] = True


def _plan(_: Sequence[str], draft: Draft) -> None:
    draft.troubles.append(Trouble("the strategy of XPLAN", 0, "its layout is not known"))


_FURTHER: Mapping[str, Callable[[Sequence[str], Draft], None]] = {
    "XYCORR": _corrections,
    "COLSPOT": _spot_ranges,
    "XPLAN": _plan,
}
