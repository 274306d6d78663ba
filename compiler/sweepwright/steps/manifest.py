"""Digests of all images of a sweep; the one step that reads every byte, so it knows a broken one."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from sweepwright.emit.write import json_bytes, write_file
from sweepwright.images.doubts import check_usable
from sweepwright.images.errors import ImageError
from sweepwright.images.formats import read_facts
from sweepwright.images.masters import files_of
from sweepwright.model.facts import ImageTemplate
from sweepwright.run import StepCall, StepError

_CHUNK = 1 << 20


def manifest(call: StepCall) -> None:
    """``images.json``: name, size and SHA-256 of each image from the first to the last.

    Of a master it is the master and the data files that it leads to; with them the plug-in that
    reads them. Raises StepError that names every image which is missing, truncated or not an image,
    or says that the plug-in is another one than the job was compiled with.
    """
    asked = call.parameters
    template = ImageTemplate("", "", asked["prefix"], asked["width"], asked["suffix"])
    folder = call.folder / asked["folder"]
    first, last = asked["range"]
    images: list[dict[str, Any]] = []
    bad: list[str] = []
    for name in dict.fromkeys(map(template.name, range(first, last + 1))):
        try:
            check_usable(read_facts(folder / name))
            files = files_of(folder / name) if template.one_file else {name: folder / name}
            for file, path in files.items():
                size = path.stat().st_size
                images.append({"name": file, "bytes": size, "sha256": _digest(path)})
        except (ImageError, OSError) as problem:
            what = problem.strerror if isinstance(problem, OSError) else str(problem)
            bad.append(f"{name} {what}")
    if bad:
        shown = "; ".join(bad[:5]) + (f"; and {len(bad) - 5} more" if len(bad) > 5 else "")
        raise StepError(
            f"images cannot be read: {shown}",
            "Copy them again, or leave them out with 'range:' in the job.",
        )
    found = {"algorithm": "sha256", "images": images} | _plugin(call, asked["plugin"])
    write_file(call.folder / "images.json", json_bytes(found))


def _plugin(call: StepCall, asked: dict[str, str] | None) -> dict[str, Any]:
    if asked is None:
        return {}
    try:
        found = _digest(call.folder / asked["file"])
    except OSError as problem:
        why = f"the plug-in of XDS cannot be read: {problem.strerror}"
        raise StepError(why, "Compile the job again: it finds the plug-in anew.") from problem
    if found != asked["sha256"]:
        why = "the plug-in of XDS is not the one that the job was compiled with"
        raise StepError(why, "Compile the job again, and say with --plugin which one is meant.")
    return {"plugin": {"sha256": found}}


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_CHUNK):
            digest.update(block)
    return digest.hexdigest()
