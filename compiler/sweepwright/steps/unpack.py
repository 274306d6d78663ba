"""Packed images unpacked into the folder of an attempt, once for all steps that read them."""

from __future__ import annotations

import shutil
import zlib
from pathlib import Path

from sweepwright.images.formats import open_image
from sweepwright.model.facts import ImageTemplate
from sweepwright.run import StepCall, StepError
from sweepwright.steps.decided import write_decision


def unpack(call: StepCall) -> None:
    """``decision.json``: the template of the unpacked images as seen from an attempt of any step.

    Each image is written under another name first, so that one that is there is whole. Raises
    StepError where one cannot be read or there is no room.
    """
    asked = call.parameters
    template = ImageTemplate("", "", asked["prefix"], asked["width"], asked["suffix"])
    plain = ImageTemplate("", "", asked["prefix"], asked["width"], Path(asked["suffix"]).stem)
    first, last = asked["range"]
    size = 0
    for number in range(first, last + 1):
        source = call.folder / asked["folder"] / template.name(number)
        size += _unpack(source, call.folder / plain.name(number))
    step, attempt = call.folder.parent.name, call.folder.name
    place = f"../../{step}/{attempt}/{plain.hashes(asked['mark'])}"
    write_decision(call, {"template": place}, {"images": last - first + 1, "bytes": size})


def _unpack(source: Path, target: Path) -> int:
    """Bytes of the unpacked file."""
    part = target.with_name(f".{target.name}.part")
    try:
        with open_image(source) as packed, part.open("wb") as file:
            shutil.copyfileobj(packed, file, 1 << 20)
        part.replace(target)
        return target.stat().st_size
    except (OSError, EOFError, zlib.error) as problem:
        part.unlink(missing_ok=True)
        said = getattr(problem, "strerror", None) or problem
        help_ = "Copy the image again, make room, or write 'image_access: {compressed: allow}'."
        raise StepError(f"{source.name} cannot be unpacked: {said}", help_) from problem
