"""Jobs compiled without images: what their headers would say is given as a value."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from xds_input import WHOLE

from sweepwright.api.build import files_of
from sweepwright.api.front import Options, compose_job, resolve_observed
from sweepwright.api.places import locate
from sweepwright.images.discover import parse_pattern
from sweepwright.images.observe import image_template
from sweepwright.language.compose import ComposedSweep
from sweepwright.language.text import loads
from sweepwright.model.diagnostic import Diagnostic
from sweepwright.model.facts import Fact, ImageFacts, SweepFacts
from sweepwright.model.ranges import ImageSet
from sweepwright.model.resolved import settle


class Compiled(NamedTuple):
    """The files of the run folder by name, and what was said on the way."""

    files: Mapping[str, str]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def xds_inp(self) -> str:
        """What XDS is told of the only sweep in all its steps, as one XDS.INP."""
        return self.files.get(WHOLE, "")


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
    front = resolve_observed(read, read.job, facts)
    if front.job is None:
        return Compiled({}, front.diagnostics)
    _, files = files_of(front.job, job.encode())
    texts = {name: content.decode() for name, content in files.items()}
    return Compiled(texts, front.diagnostics)


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
