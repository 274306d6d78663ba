"""What is wrong with site files: their form, records that no header tells apart, gaps in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from sweepwright.model.diagnostic import Diagnostic, Related, Span, error, warning
from sweepwright.sites.match import told_apart
from sweepwright.sites.store import Entry, Layer, SiteFile, SiteFileError, Sites
from sweepwright.sites.texts import plain


def lint(sites: Sites) -> list[Diagnostic]:
    """Everything that is wrong with the files, the form first: records with errors are left out."""
    found: list[Diagnostic] = []
    entries: list[Entry] = []
    for id_ in sites.ids():
        try:
            entry = sites.get(id_)
        except SiteFileError as problem:
            found += [item for item in problem.found if item not in found]
        else:
            entries += [entry] if entry else []
    try:
        sites.beside()
    except SiteFileError as problem:
        found += problem.found
    for file in sites.files:
        found += _form(file)
    known = {entry.record.id for entry in entries}
    found += _references(entries, known)
    for group in _groups(entries):
        found += _overlaps(group)
        found += _gaps(group)
    return list(dict.fromkeys(found))


def _form(file: SiteFile) -> Iterator[Diagnostic]:
    """Ids that stand twice or not at all, and lists that a look-up cannot see."""
    seen: dict[str, Related] = {}
    for part in file.records:
        if not part.id:
            yield _bad_form(
                f"a record of {part.file.name} has no id on a line of its own", part.span()
            )
        elif part.id in seen:
            yield _bad_form(f"record {part.id} stands twice", part.span(), seen[part.id])
        seen[part.id] = Related("first here", part.span())
        if file.layer is Layer.SHIPPED:
            for name in ("serials", "site_texts", "words"):
                if f"  {name}:" in part.text and name not in part.lists():
                    message = f"'{name}' of record {part.id} must be a list on one line: [a, b]"
                    yield _bad_form(message, part.span(name))


def _references(entries: Sequence[Entry], known: set[str]) -> Iterator[Diagnostic]:
    for entry in entries:
        record = entry.record
        named = [*record.not_told_apart, *([record.refines] if record.refines else [])]
        for other in named:
            if other not in known:
                word = "refines" if other == record.refines else "not_told_apart"
                message = f"record {record.id} names {other}, and there is no such record"
                yield _bad_form(message, entry.part.span(word))


def _groups(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Records that share a serial; and those without one that share a name of the place."""
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        record = entry.record
        keys = [("serial", serial.upper()) for serial in record.detector.serials]
        keys = keys or [("place", plain(name)) for name in record.key.site_texts]
        for key in keys:
            groups.setdefault(key, []).append(entry)
    return [group for group in groups.values() if len(group) > 1]


def _overlaps(group: Sequence[Entry]) -> Iterator[Diagnostic]:
    for first, second in combinations(group, 2):
        if not told_apart(first, second):
            one, other = first.record, second.record
            yield error(
                "SW-S009",
                f"no header tells {one.id} ({one.valid}) from {other.id} ({other.valid})",
                second.part.span("valid"),
                help="Give them periods that do not overlap, or other keys. If nobody knows better, "
                "name each in 'not_told_apart' of the other.",
                related=(Related("the other record", first.part.span("valid")),),
            )


def _gaps(group: Sequence[Entry]) -> Iterator[Diagnostic]:
    """Days between two dated records of one key, of which nothing is known."""
    dated = [entry for entry in group if entry.record.valid.start or entry.record.valid.end]
    order = sorted(dated, key=lambda entry: str(entry.record.valid.start or ""))
    if len(dated) < len(group):
        return  # a record without dates fills every gap
    for first, second in pairwise(order):
        end, start = first.record.valid.end, second.record.valid.start
        if end and start and end < start:
            yield warning(
                "SW-S010",
                f"nothing is known from {end}, when {first.record.id} ends, to {start}, when {second.record.id} begins",
                second.part.span("from"),
                help="Let one end where the next begins, or say in 'basis' why nobody knows.",
            )


def _bad_form(message: str, span: Span, other: Related | None = None) -> Diagnostic:
    return error(
        "SW-S012",
        message,
        span,
        help="sitedb/README.md says how a site file is written.",
        related=(other,) if other else (),
    )
