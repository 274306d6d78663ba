"""Digests of all images of a sweep; the one step that reads every byte, so it knows a broken one."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from sweepwright.emit.write import json_bytes, write_file
from sweepwright.images.errors import ImageError
from sweepwright.images.minicbf import check_complete, read_header
from sweepwright.model.facts import ImageTemplate
from sweepwright.run import StepCall, StepError

_CHUNK = 1 << 20


def manifest(call: StepCall) -> None:
    """``images.json``: name, size and SHA-256 of each image from the first to the last.

    Raises StepError that names every image which is missing, truncated or not an image.
    """
    asked = call.parameters
    template = ImageTemplate("", "", asked["prefix"], asked["width"], asked["suffix"])
    folder = call.folder / asked["folder"]
    first, last = asked["range"]
    images: list[dict[str, Any]] = []
    bad: list[str] = []
    for number in range(first, last + 1):
        path = folder / template.name(number)
        try:
            check_complete(path, read_header(path))
            images.append(
                {"name": path.name, "bytes": path.stat().st_size, "sha256": _digest(path)}
            )
        except (ImageError, OSError) as problem:
            what = problem.strerror if isinstance(problem, OSError) else str(problem)
            bad.append(f"{path.name} {what}")
    if bad:
        shown = "; ".join(bad[:5]) + (f"; and {len(bad) - 5} more" if len(bad) > 5 else "")
        raise StepError(
            f"images cannot be read: {shown}",
            "Copy them again, or leave them out with 'range:' in the job.",
        )
    write_file(call.folder / "images.json", json_bytes({"algorithm": "sha256", "images": images}))


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_CHUNK):
            digest.update(block)
    return digest.hexdigest()
