"""Jobs compiled without images: what their headers would say is given as a value."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from xds_input import STAGES, whole

from sweepwright.api.build import files_of
from sweepwright.api.front import Options, compose_job
from sweepwright.api.places import locate
from sweepwright.checks.coverage import check_coverage
from sweepwright.engines.registry import check_of
from sweepwright.images.discover import parse_pattern
from sweepwright.images.observe import image_template
from sweepwright.language.compose import ComposedSweep
from sweepwright.language.text import loads
from sweepwright.model.diagnostic import Diagnostic, has_errors
from sweepwright.model.facts import EngineFacts, Fact, ImageFacts, SweepFacts
from sweepwright.model.ranges import ImageSet
from sweepwright.model.resolved import settle
from sweepwright.resolve.resolve import resolve


class Compiled(NamedTuple):
    """The files of the run folder by name, and what was said on the way."""

    files: Mapping[str, str]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def xds_inp(self) -> str:
        """What XDS is told of the only sweep in all its steps, as one XDS.INP."""
        return whole(self.files.get(f"sweeps/A/{stage}/XDS.INP", "") for stage in STAGES)


def header(**fields: Any) -> ImageFacts:
    """A header that says these fields of `ImageFacts`."""
    return ImageFacts("replayed", {name: Fact(value, name) for name, value in fields.items()})


def compile_replayed(job: str, said: ImageFacts, folder: Path) -> Compiled:
    """A job that stands in ``folder`` and names the range of each sweep; ``said`` is every header."""
    text, found = loads(job, "job.yaml")
    assert text is not None, found
    read = compose_job(folder / "job.yaml", Options(), text, look=False)
    assert read.job is not None, read.diagnostics
    facts = {sweep.name: _facts(sweep, said, read.places) for sweep in read.job.sweeps}
    wanted = read.job.top("processing.engine")
    machine = EngineFacts(str(wanted.value) if wanted is not None else "dials", "replayed")
    resolved, found = resolve(read.job, facts, machine, read.places, {}, {})
    assert resolved is not None, found
    found += [*check_coverage(resolved), *check_of(resolved.engine.known)(resolved)]
    if has_errors(found):
        return Compiled({}, tuple(found))
    _, files = files_of(resolved, job.encode())
    texts = {name: content.decode() for name, content in files.items()}
    return Compiled(texts, (*read.diagnostics, *found))


def _facts(sweep: ComposedSweep, said: ImageFacts, places: Mapping[str, str]) -> SweepFacts:
    """All images of the range without the excluded ones, as if they were there."""
    images = sweep.stacks["images"][0]
    pattern = parse_pattern(str(images.value))
    located, found = locate(sweep.name, pattern.folder, images, places)
    assert located is not None, found
    range_ = sweep.top("range")
    assert range_ is not None
    used: ImageSet = range_.value
    for item in (
        settle("", sweep.stacks.get("exclude", ())).known or () if sweep.top("exclude") else ()
    ):
        assert item.images is not None
        used -= item.images
    return SweepFacts(image_template(*located, pattern), used, {used.first: said}, {})
