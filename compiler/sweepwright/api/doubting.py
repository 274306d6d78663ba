"""What headers say but cannot mean, told where neither the job nor a site record says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sweepwright.images.doubts import doubt_diagnostics
from sweepwright.language.compose import ComposedJob, ComposedSweep
from sweepwright.model.diagnostic import Diagnostic
from sweepwright.model.facts import ImageFacts, SweepFacts
from sweepwright.resolve.defaults import FROM_HEADER
from sweepwright.resolve.site import NO_SITE, SweepSite, site_values

#: leaf of a sweep -> field of `ImageFacts` that it stands for, besides those read from headers
_ALSO = {
    "geometry.orgx_orgy": "beam_center",
    "geometry.detector.origin": "panels",
    "goniostat.axes": "axes",
    "goniostat.model": "axes",
}


def doubts_of(
    composed: ComposedJob, facts: Mapping[str, SweepFacts], sites: Mapping[str, SweepSite]
) -> list[Diagnostic]:
    """Diagnostics of all sweeps; silent where no header is in doubt."""
    found = []
    for sweep in composed.sweeps:
        header = facts[sweep.name].first_header
        if header.doubts:
            given = frozenset(_given(sweep, header, sites.get(sweep.name, NO_SITE)))
            images = sweep.top("images")
            span = images.origin.span if images is not None else sweep.span
            found += doubt_diagnostics(sweep.name, header, given, span)
    return found


def _given(sweep: ComposedSweep, header: ImageFacts, site: SweepSite) -> Iterator[str]:
    """The fields that the job, or else the site record gives."""
    of_site = site_values(site.entry, header) if site.entry is not None else {}
    for key, field in (*FROM_HEADER.items(), *_ALSO.items()):
        written = sweep.top(key)
        if (written is not None and written.value is not None) or key in of_site:
            yield field
    settings = sweep.top("settings")
    yield from (settings.value if settings is not None else None) or ()
