"""The detector string of a header -> family, size class, fast read-out, serial and place.

``PILATUS 6M-F, S/N 60-0114-F`` and its many dialects. The serial counts with its suffix. The first
part of a DECTRIS serial is the number of modules (read off public strings), so it gives the size
class where the text does not. ``(null)``, ``XX-XXX`` and 0 are no serials.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_DECTRIS = re.compile(r"(?<![\w-])((?:E-)?\d{1,3}-\d{4}(?:-F)?)(?![\w-])", re.IGNORECASE)
_WORD = r"(?:S/?N|(?:DETECTOR[_ ]|SCANNER[_ ]|MARCCD )?(?:SERIAL|NUMBER)(?:[_ ](?:NUMBER|NO))?|DETECTOR_SN)"
_OTHER = re.compile(
    rf"(?<![A-Za-z]){_WORD}\W{{0,3}}((?:SN)?[A-Z]?\d+(?:-\d+)*)(?![\w-])", re.IGNORECASE
)
_MARK = re.compile(rf"(?<![A-Za-z]){_WORD}(?![A-Za-z])[\s:=.]*", re.IGNORECASE)
#: a whole text that is nothing but a serial, as HDF5 files have it; I03 is a place
_BARE = re.compile(r"(?:SN|[A-Z])?\d{3,}|\d{1,2}", re.IGNORECASE)
_REIT = re.compile(r"_(SN\d{6,})\b")
_JOINED = re.compile(r"\bPILATUS\d? ?\w+?M-?F-(\d{4})\b", re.IGNORECASE)
_NO_SERIAL = re.compile(r"\(null\)|XX-XXX|unknown", re.IGNORECASE)
_FAMILY = re.compile(
    r"PILATUS\d?|EIGER2?|HF(?=-)|D19|SINGLA|QUADRO|JUNGFRAU|TIMEPIX|TRISTAN|MARCCD|RAYONIX|MAR345",
    re.IGNORECASE,
)
_SIZE = re.compile(r"(?<![\w.])(\d+(?:M|K))(?:-?F|-W)?(?![A-Za-z])", re.IGNORECASE)
_FAST_MODEL = re.compile(r"\d+[MK]-?F(?![A-Za-z])", re.IGNORECASE)
_PILATUS_CLASS = {"1": "100K", "3": "300K", "10": "1M", "24": "2M", "60": "6M", "120": "12M"}
_EIGER_CLASS = {"E-02": "1M", "E-08": "4M", "E-18": "9M", "E-32": "16M"}


@dataclass(frozen=True, slots=True)
class DetectorString:
    """A detector string, taken apart. What it does not say is None; ``site`` is as written.

    ``fast`` is the version with fast read-out (-F), told by the model or by the serial.
    """

    family: str | None
    size_class: str | None
    fast: bool
    serial: str | None
    site: str | None


def parse_detector(text: str) -> DetectorString:
    """A detector string as headers have it; any text is taken."""
    text = " ".join(text.strip(" #\t\r\n").split())
    family = _FAMILY.search(text)
    name = family[0].upper().replace(" ", "") if family else None
    serial, before, after = _serial(text)
    size = _SIZE.search(before) or _SIZE.search(text if serial is None else "")
    size_class = size[1].upper() if size else _class_of(serial)
    if size_class and serial and _class_of(serial) not in (None, size_class):
        size_class = _class_of(serial)  # a slip of the pen, as PILATUS2 3M, S/N 24-0118
    if name is None and serial and serial.startswith("E-"):
        name = "EIGER"
    fast = bool(_FAST_MODEL.search(before)) or (serial or "").endswith("-F")
    return DetectorString(name, size_class, fast, serial, _site(text, after))


def clean_serial(serial: str | None) -> str | None:
    """A serial as records have it; None for those that only stand for one."""
    serial = (serial or "").strip(" ,;").upper()
    if not serial.strip("0") or _NO_SERIAL.search(serial):
        return None
    return serial


def _serial(text: str) -> tuple[str | None, str, str]:
    """The serial, and the texts before and after it."""
    if _BARE.fullmatch(text):
        return clean_serial(text), "", ""
    for pattern in (_DECTRIS, _REIT, _OTHER):
        found = pattern.search(text)
        if found:
            mark = _MARK.search(text[: found.start(1)])
            before = text[: mark.start() if mark else found.start(1)]
            return clean_serial(found[1]), before, text[found.end(1) :]
    joined = _JOINED.search(text)
    if joined:  # PILATUS 6MF-0109: the class is that of the model
        size = _SIZE.search(text[: joined.start(1) - 1])
        prefixes = {size_class: prefix for prefix, size_class in _PILATUS_CLASS.items()}
        prefix = prefixes.get(size[1].upper()) if size else None
        serial = f"{prefix}-{joined[1]}" if prefix else None
        return serial, text[: joined.start(1) - 1], text[joined.end(1) :]
    nothing = _NO_SERIAL.search(text, 1)
    if nothing:
        return None, text[: nothing.start()], text[nothing.end() :]
    return None, text, ""


def _class_of(serial: str | None) -> str | None:
    if serial is None:
        return None
    head = re.match(r"(E-\d\d|\d+)-\d{4}", serial)
    return {**_PILATUS_CLASS, **_EIGER_CLASS}.get(head[1]) if head else None


def _site(text: str, after: str) -> str | None:
    """What follows the serial, or the word behind an @."""
    site = after.strip(" ,;")
    if not site and "@" in text and "," not in text:
        site = text.partition("@")[2].split()[0]
    return site or None
