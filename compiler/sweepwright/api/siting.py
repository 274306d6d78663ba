"""The site record of each sweep, and the goniostats that a job names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from sweepwright.geometry.rotation import unit
from sweepwright.language.compose import ComposedJob, ComposedSweep
from sweepwright.model.choice_types import SiteChoice
from sweepwright.model.diagnostic import Diagnostic, Span, error, warning
from sweepwright.model.facts import Fact, ImageFacts, SweepFacts
from sweepwright.model.proposals import proposal

if TYPE_CHECKING:
    from sweepwright.resolve.site import SweepSite
    from sweepwright.sites.query import SiteQuery
    from sweepwright.sites.store import Entry, Sites


def sites_of(
    composed: ComposedJob, facts: Mapping[str, SweepFacts]
) -> tuple[dict[str, SweepSite], list[Diagnostic]]:
    """Record and device by sweep; sweeps without either are left out."""
    written = composed.top("site")
    choice = written.value if written is not None and written.value else SiteChoice("auto")
    span = written.origin.span if written is not None else None
    wanted = {
        sweep.name: (facts[sweep.name].first_header, _model(sweep)) for sweep in composed.sweeps
    }
    asks = choice.id not in ("off", "auto")
    if not any(asks or model or _is_known(choice, header) for header, model in wanted.values()):
        return {}, []
    from sweepwright.api.sites import open_sites
    from sweepwright.sites.store import SiteFileError

    try:
        return _Choosing(open_sites(), choice, span, _anomalous(composed)).all(wanted, composed)
    except SiteFileError as problem:
        return {}, list(problem.found)


def with_record(facts: ImageFacts) -> ImageFacts:
    """A header with the beam centre and the axis that its site record gives where it does not.

    The axis is that of usual scans, about omega; of others nothing is added.
    """
    from sweepwright.api.sites import open_sites
    from sweepwright.checks.geometry import is_usual
    from sweepwright.resolve.site import site_values
    from sweepwright.sites.match import match_site
    from sweepwright.sites.query import query_of
    from sweepwright.sites.store import SiteFileError

    try:
        entry = match_site(query_of(facts), open_sites()).entry
    except SiteFileError:  # 'site lint' says what is wrong with it
        return facts
    if entry is None:
        return facts
    fields = dict(facts.fields)
    for key, written in site_values(entry, facts).items():
        field = key.removeprefix("geometry.")
        if field == "beam_center" or (field == "rotation_axis" and is_usual(facts)):
            value = unit(written.value) if field == "rotation_axis" else written.value
            fields.setdefault(field, Fact(value, f"site record {entry.record.id}"))
    return replace(facts, fields=fields)


def _model(sweep: ComposedSweep) -> str | None:
    written = sweep.top("goniostat.model")
    return str(written.value) if written is not None and written.value else None


def _anomalous(composed: ComposedJob) -> bool:
    """Whether the job wants anomalous differences for sure, so that the hand matters."""
    written = composed.top("processing.anomalous")
    return written is not None and written.value is True


def _is_known(choice: SiteChoice, header: ImageFacts) -> bool:
    """Whether a header says anything by which a record could be found."""
    return choice.id == "auto" and any(
        header.get(field) for field in ("detector", "serial", "site")
    )


def _is_of_its_size(entry: Entry, header: ImageFacts) -> bool:
    """Whether a record that does not fit has at least frames of this size: then it is worth a word."""
    size = header.get("size")
    return size is None or not entry.sizes_px or size.value in entry.sizes_px


class _Choosing:
    """One look into the site files for all sweeps; each diagnostic is said once."""

    def __init__(
        self, sites: Sites, choice: SiteChoice, span: Span | None, anomalous: bool
    ) -> None:
        self.sites, self.choice, self.span, self.anomalous = sites, choice, span, anomalous
        self.found: dict[tuple[str, str], Diagnostic] = {}

    def all(
        self,
        wanted: Mapping[str, tuple[ImageFacts, str | None]],
        composed: ComposedJob,
    ) -> tuple[dict[str, SweepSite], list[Diagnostic]]:
        from sweepwright.resolve.site import NO_SITE, SweepSite

        chosen = {}
        for sweep in composed.sweeps:
            header, model = wanted[sweep.name]
            device = self.sites.goniostat(model) if model else None
            if model and device is None:
                self._no_device(sweep, model)
            site = SweepSite(self._entry(sweep, header), device)
            if site != NO_SITE:
                chosen[sweep.name] = site
        return chosen, list(self.found.values())

    def _entry(self, sweep: ComposedSweep, header: ImageFacts) -> Entry | None:
        if self.choice.id == "off":
            return None
        if self.choice.id == "auto":
            return self._matched(sweep, header)
        from sweepwright.api.sites import unknown_site
        from sweepwright.sites.findings import in_use

        entry = self.sites.get(self.choice.id)
        if entry is None:
            self._say([replace(unknown_site(self.choice.id, self.sites), span=self.span)])
            return None
        self._say(replace(item, span=self.span) for item in in_use(entry, anomalous=self.anomalous))
        self._say(self._misfits(entry, header))
        return entry

    def _matched(self, sweep: ComposedSweep, header: ImageFacts) -> Entry | None:
        from sweepwright.sites.findings import findings
        from sweepwright.sites.match import match_site

        match = match_site(self._query(header), self.sites)
        near = any(_is_of_its_size(item.entry, header) for item in match.rejected)
        if match.candidates or near or self.choice.date:
            said = findings(match, anomalous=self.anomalous)
            self._say(replace(item, span=self.span or sweep.span) for item in said)
        return match.entry

    def _query(self, header: ImageFacts) -> SiteQuery:
        from sweepwright.sites.query import query_of

        query = query_of(header)
        return replace(query, date=self.choice.date) if self.choice.date else query

    def _misfits(self, entry: Entry, header: ImageFacts) -> Iterator[Diagnostic]:
        """What in a header speaks against the record that the job names."""
        from sweepwright.sites.match import misfits

        query, id_ = self._query(header), entry.record.id
        serial, serials = query.known_serial, entry.record.detector.serials
        if serial and serials and serial not in [known.upper() for known in serials]:
            reason: str | None = f"has serial {', '.join(serials)}, and the header says {serial}"
        else:
            reason = next(misfits(query, entry), None)
        if reason:
            message = f"site record {id_} is named by the job, but it {reason}"
            hint = "'sweepwright site match IMAGE' shows the records that fit."
            yield warning("SW-G031", message, self.span, help=hint)

    def _no_device(self, sweep: ComposedSweep, model: str) -> None:
        written = sweep.top("goniostat.model")
        from sweepwright.sites.schema import Goniostat

        known = [item.id for item in self.sites.beside() if isinstance(item, Goniostat)]
        meant = proposal(model, known, None, "'sweepwright site list --goniostats' shows all.")
        message = f"no goniostat is called '{model}'"
        self._say([error("SW-G030", message, written.origin.span if written else None, **meant)])

    def _say(self, items: Iterable[Diagnostic]) -> None:
        for item in items:
            self.found.setdefault((item.code, item.message), item)
