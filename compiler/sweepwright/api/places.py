"""Where files of a job are: below its folder or one of its roots, and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from sweepwright.model.diagnostic import Diagnostic, Span, error
from sweepwright.model.proposals import proposal
from sweepwright.model.resolved import Written

#: the root that relative paths belong to: the folder of the job file
JOB_ROOT = "job"


def places_of(
    roots: Mapping[str, Written], job: Path, bind: Mapping[str, str]
) -> tuple[dict[str, str], list[Diagnostic]]:
    """Root -> absolute folder on this machine."""
    base = Path(os.path.abspath(job)).parent
    places = {JOB_ROOT: str(base)}
    found: list[Diagnostic] = []
    for name, written in roots.items():
        places[name] = os.path.normpath(base / Path(str(written.value)).expanduser())
    for name, place in bind.items():
        if name not in roots:
            known = (
                ", ".join(roots)
                or "none; add 'roots: {raw: PATH}' and write $raw/... for the images"
            )
            message = f"--bind names the root '{name}', which the job has not"
            hint = f"Roots of the job: {known}."
            found.append(error("SW-L025", message, **proposal(name, roots, None, hint)))
        places[name] = os.path.abspath(place)
    return places, found


def locate(
    who: str, folder: str, written: Written, places: Mapping[str, str]
) -> tuple[tuple[str, str] | None, list[Diagnostic]]:
    """Root and folder in it. Outside the roots nothing is read: a job that came by mail is safe.

    ``who`` begins the message, e.g. ``sweep A``; ``written`` is the whole text with its place.
    """
    span, name = written.origin.span, str(written.value).rpartition("/")[2]
    if folder.startswith("$"):
        root, _, inner = folder[1:].partition("/")
        if root not in places or root == JOB_ROOT:
            known = ", ".join(f"${name}" for name in places if name != JOB_ROOT) or "none"
            message = f"{who}: '${root}' is not a root of this job"
            hint = f"Roots: {known}. Add it: 'roots: {{{root}: /path}}'."
            return None, [error("SW-L027", message, span, **proposal(root, places, None, hint))]
    elif PurePosixPath(folder).is_absolute():
        for root, place in places.items():
            if PurePosixPath(folder).is_relative_to(place):
                return (root, _portable(str(PurePosixPath(folder).relative_to(place)))), []
        message = f"{who}: '{folder}' is outside the folder of the job and its roots"
        return None, [_outside(message, folder, name, span)]
    else:
        root, inner = JOB_ROOT, folder
    inner = os.path.normpath(inner) if inner else ""
    if inner.split("/")[0] == "..":
        out_of = "the folder of the job" if root == JOB_ROOT else f"${root}"
        return None, [_outside(f"{who}: '{folder}' leads out of {out_of}", folder, name, span)]
    return (root, _portable(inner)), []


def _outside(message: str, folder: str, name: str, span: Span | None) -> Diagnostic:
    hint = f"Name the place: 'roots: {{raw: {folder}}}' and '$raw/{name}'."
    return error("SW-L028", message, span, help=hint)


def _portable(folder: str) -> str:
    return "" if folder in (".", "") else folder
