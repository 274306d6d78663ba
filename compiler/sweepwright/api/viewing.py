"""Pictures of the geometry that a job leads to, one of each sweep."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sweepwright.api.front import Options, resolve_job
from sweepwright.emit.write import write_file
from sweepwright.images.errors import ImageError
from sweepwright.model.diagnostic import Diagnostic, error, warning
from sweepwright.model.job_resolved import ResolvedJob, ResolvedSweep
from sweepwright.records.lock import plain
from sweepwright.report.drawing import Picture, svg
from sweepwright.report.geometry_picture import geometry_picture
from sweepwright.report.scene import Strip, scene_of


class Viewed(NamedTuple):
    """The files written, by sweep, and what was found on the way with the texts it points into."""

    files: dict[str, Path]
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, str]


class Wanted(NamedTuple):
    """Where to write, one sweep or all, with the first image or without, as SVG or PNG."""

    folder: Path
    sweep: str | None = None
    image: bool = False
    as_svg: bool = False


def view(path: Path, options: Options, wanted: Wanted) -> Viewed:
    """Writes ``JOB_SWEEP.png`` (or ``.svg``) for each sweep that is wanted."""
    front = resolve_job(path, options)
    if front.job is None:
        return Viewed({}, front.diagnostics, front.sources)
    chosen = [item for item in front.job.sweeps if wanted.sweep in (None, item.name)]
    found, files = list(front.diagnostics), {}
    if not chosen:
        names = ", ".join(item.name for item in front.job.sweeps)
        found.append(error("SW-U004", f"no sweep is called '{wanted.sweep}'", help=f"Say {names}."))
    for sweep in chosen:
        picture, said = _picture(front.job, sweep, wanted.image)
        found += said
        ending, content = (
            (".svg", svg(picture).encode()) if wanted.as_svg else (".png", _png(picture))
        )
        file = wanted.folder / f"{front.job.name}_{sweep.name}{ending}"
        try:
            write_file(file, content)
        except OSError as problem:
            help_ = "Say another folder with '-o', which must be there."
            found.append(error("SW-R033", f"cannot write {file}: {problem.strerror}", help=help_))
        else:
            files[sweep.name] = file
    return Viewed(files, tuple(found), front.sources)


@cache
def gaps_of(size_px: tuple[int, int]) -> list[Strip]:
    """The gaps of the detector family that has frames of this size; none where none is known."""
    from sweepwright.api.sites import open_sites
    from sweepwright.geometry.projection import gaps_px
    from sweepwright.sites.schema import Family

    for item in open_sites().beside():
        if isinstance(item, Family) and item.module_px and item.gap_px and size_px in item.sizes_px:
            return gaps_px(size_px, item.module_px, item.gap_px)
    return []


def _png(picture: Picture) -> bytes:
    from sweepwright.report.raster import png

    return png(picture)


def _picture(
    job: ResolvedJob, sweep: ResolvedSweep, image: bool
) -> tuple[Picture, list[Diagnostic]]:
    values = {key: plain(leaf.value) for key, leaf in sweep.leaves.items()}
    scene = scene_of(sweep.name, values, gaps_of)
    if not image:
        return geometry_picture(scene), []
    first, template = sweep.extent[0], sweep.template
    file = Path(job.places[template.root], template.folder, template.name(first))
    try:
        from sweepwright.images.pixels import read_pixels
        from sweepwright.report.image_picture import image_png

        counts = read_pixels(file, first)
        return geometry_picture(
            scene, image_png(counts, sweep.leaves["geometry.overload"].known)
        ), []
    except (ImageError, OSError) as problem:
        message = f"{file.name} {problem if isinstance(problem, ImageError) else problem.strerror}"
        hint = getattr(problem, "hint", "") or "The picture is drawn without it."
        return geometry_picture(scene), [warning("SW-I042", message, help=hint)]
