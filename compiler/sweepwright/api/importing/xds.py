"""XDS.INP -> a job for the engine ``xds``, and the fate of every statement.

A statement becomes a key of the job, is kept as a keyword of XDS, is written anyway, or is not carried
over, with the reason. What a keyword becomes that stands for itself, the table of autoPROC's keywords
of XDS says; images, scan, geometry and crystal are of several keywords.
"""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from sweepwright.api.importing.draft import Draft, Imported, Leaf
from sweepwright.api.importing.files import File, check_folder, check_path
from sweepwright.api.importing.finishing import place_files
from sweepwright.api.importing.pieces import Source
from sweepwright.api.importing.reading import not_text
from sweepwright.api.importing.table import Row, table
from sweepwright.api.importing.values import read, resolution
from sweepwright.api.importing.work import Work
from sweepwright.api.importing.xds_geometry import (
    GEOMETRY,
    SCAN,
    Given,
    put_geometry,
    put_scan,
    turned,
)
from sweepwright.geometry.frames import XDS, Frame
from sweepwright.images.discover import HDF5, parse_pattern
from sweepwright.model.diagnostic import Diagnostic, error, has_errors, warning
from sweepwright.programs.keyword_tables import table as keyword_table
from sweepwright.programs.keyword_values import wrong_value
from sweepwright.programs.keywords import check_keyword
from sweepwright.programs.xds_input import Misread, parse
from sweepwright.programs.xds_lint import doubts

_MOST_BYTES = 500_000
_CRYSTAL = "x1"
#: what became of a statement, as the ledger says it and as people count it
FATES = {
    "turned": "turned into keys",
    "kept": "kept as keywords",
    "written": "written anyway",
    "not": "not carried over",
    "said": "replaced by later ones",
    "refused": "refused",
}
_ALL_THREADS = "a job that says nothing takes all threads there are"
#: values that need no key, and why
_ANYWAY = {
    "MINIMUM_VALID_PIXEL_VALUE": ((0.0,), "it stands in every XDS.INP"),
    "TRUSTED_REGION": ((0.0, 1.41), "it stands in every XDS.INP"),
    "MAXIMUM_NUMBER_OF_PROCESSORS": ((0.0,), _ALL_THREADS),
}
#: statements that have no place in a job of this release, where the table of keywords does not say why
_NOT_CARRIED = {
    "NUMBER_OF_FORKED_INTEGRATE_JOBS": "COLSPOT and INTEGRATE get the same number, 'jobs' of 'run'",
    "CLUSTER_NODES": "a job says how many nodes, with 'nodes' of 'run', and Slurm gives the names",
    "REFERENCE_DATA_SET": "a job names it as 'reference' of its crystal",
}
#: where values go that the table puts aside
_GATHERED: Mapping[str, tuple[str | int, ...]] = {
    "threads": ("run", "threads"),
    "data range": ("sweeps", 0, "range"),
    "exclude": ("sweeps", 0, "exclude"),
}
_IMAGES, _JOB, _LIMITS = "NAME_TEMPLATE_OF_DATA_FRAMES", "JOB", "INCLUDE_RESOLUTION_RANGE"
_GROUP, _CELL = "SPACE_GROUP_NUMBER", "UNIT_CELL_CONSTANTS"
_CELL_AXES = ("UNIT_CELL_A-AXIS", "UNIT_CELL_B-AXIS", "UNIT_CELL_C-AXIS")
_TOGETHER = frozenset((*GEOMETRY, *SCAN, _IMAGES, _JOB, _LIMITS, _GROUP, _CELL))
_CODES = {"unknown": "SW-M013", "no value": "SW-M004", "text": "SW-M018"}
_CORRECTED, _INTEGRATED = {"ALL", "CORRECT"}, {"DEFPIX", "INTEGRATE"}
#: steps that are done of every job, whatever JOB says; XPLAN is not
_STEPS = {"XYCORR", "INIT", "COLSPOT", "IDXREF", "DEFPIX", "INTEGRATE", "CORRECT"}

#: the statements of a file by keyword, in their order
Statements = Mapping[str, Sequence[Given]]


def import_file(name: str, job_folder: Path | None = None) -> Imported:
    """A job from an XDS.INP, or from the folder that it is in; ``-`` is standard input."""
    path = os.path.join(name, "XDS.INP") if os.path.isdir(name) else name  # noqa: PTH112, PTH118
    text, problem = _text(path)
    if problem is not None:
        return Imported(None, (), (problem,), {})
    here = os.path.dirname(os.path.abspath(path)) if path != "-" else os.path.abspath(".")  # noqa: PTH120
    return import_text(Source("standard input" if path == "-" else path, text), here, job_folder)


def import_text(source: Source, here: str, job_folder: Path | None = None) -> Imported:
    """A job that stands in ``job_folder``, by default the current folder.

    ``here`` is the folder of the XDS.INP, which its names of files are relative to.
    """
    work = Work(Draft(), here, os.path.abspath(job_folder or "."), {"CRYSTAL": _CRYSTAL})
    draft, whole = work.draft, source.whole()
    draft.sources[source.name] = source.text
    draft.origin = [f"Made from {source.name}, an input of XDS."]
    problem = not_text(whole)
    if problem is not None:
        draft.refuse(problem, [whole])
        return draft.finish()
    found = parse(source.text)
    given: dict[str, list[Given]] = {}
    for statement in found.statements:
        one = Given(statement, whole.part(statement.begin, statement.end))
        given.setdefault(statement.name, []).append(one)
        draft.account([one.piece], "not carried over: there are errors")
    for misread in found.problems:
        _misread(misread, work, source)
    _refuse_segments(given, work)
    _check_values(given, work)
    if not has_errors(draft.found):
        draft.found += _doubts(given)
    if not has_errors(draft.found):
        _carry(_counting(given, work), work)
    return draft.finish()


def _doubts(given: Statements) -> list[Diagnostic]:
    """What is known of XDS and speaks against the file as it stands."""
    spans = {one.statement: one.piece.span for several in given.values() for one in several}
    return doubts(spans, "xds", spans.__getitem__)


def summary(made: Imported) -> str:
    """How many statements became what, e.g. ``31 turned into keys, 4 written anyway``."""
    counts = Counter(FATES[one.what.split()[0].rstrip(":")] for one in made.ledger)
    return ", ".join(f"{counts[fate]} {fate}" for fate in FATES.values() if counts[fate])


def _text(path: str) -> tuple[str, Diagnostic | None]:
    """The text of a file. XDS reads bytes: what is not UTF-8 stands in comments."""
    try:
        if path == "-":
            raw = sys.stdin.buffer.read(_MOST_BYTES + 1)
        else:
            with Path(path).open("rb") as file:
                raw = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "no file has such a name"
        help_ = "Name an XDS.INP, or the folder that it is in."
        return "", error("SW-M012", f"cannot read '{path}': {why}", help=help_)
    if len(raw) > _MOST_BYTES:
        return "", error("SW-M012", f"'{path}' is larger than 500 kB")
    try:
        return raw.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        return raw.decode("latin-1"), None


def _misread(misread: Misread, work: Work, source: Source) -> None:
    """SW-M013, SW-M004, SW-M018: what is no statement of XDS; SW-M003: what it may not read."""
    piece = source.whole().part(misread.begin, misread.end)
    if misread.kind == "blank":
        found = warning("SW-M003", misread.message, piece.span, help=misread.help)
        work.draft.found.append(found)
        return
    problem = error(_CODES[misread.kind], misread.message, piece.span, help=misread.help)
    work.draft.refuse(problem, [piece])


def _refuse_segments(given: dict[str, list[Given]], work: Work) -> None:
    """SW-M002: several panels; without them the others would not be where they are."""
    names = [name for name in given if "SEGMENT" in name and name in keyword_table("xds")]
    pieces = [one.piece for name in names for one in given[name]]
    if "SEGMENT" in names:
        message = "SEGMENT: a job cannot say where the panels of a detector are"
        help_ = "Images that describe their panels need no such lines: write a job that names them. Or take the segments out, if one flat detector is near enough."
        span = given["SEGMENT"][0].piece.span
        work.draft.refuse(error("SW-M002", message, span, help=help_), pieces)


def _check_values(given: Statements, work: Work) -> None:
    """SW-M013: values that the keyword does not take."""
    for name, several in given.items():
        row = keyword_table("xds").get(name)
        if row is None or row.kinds == ("file",):
            continue
        for one in several:
            words = one.statement.words
            wrong = wrong_value(row, " ".join(words)) if words else ""
            if wrong:
                begin = one.statement.value_begin - one.statement.begin
                place = one.piece.part(begin, len(one.piece.text)).span
                problem = error("SW-M013", wrong, place, help=f"{name}: {row.meaning}")
                work.draft.refuse(problem, [one.piece])


def _counting(given: Statements, work: Work) -> dict[str, Sequence[Given]]:
    """The statements that count: all of a list, else the last one."""
    found: dict[str, Sequence[Given]] = {}
    for name, several in given.items():
        lists = keyword_table("xds")[name].repeat
        found[name] = several if lists else several[-1:]
        for one in () if lists else several[:-1]:
            work.draft.replaced([one.piece], [several[-1].piece])
    return found


def _carry(given: Statements, work: Work) -> None:
    """Every statement that counts into the draft."""
    work.draft.leaves[("processing", "engine")] = Leaf("xds", ())
    last = {name: several[-1] for name, several in given.items()}
    put_scan(given, work)
    frame = put_geometry(last, work)
    for put in (_images, _job, _limits, _crystal):
        put(last, work)
    for name, several in given.items():
        if name not in _TOGETHER:
            _one(name, several, frame, work)
    masks = [mask for leaf in work.masks.values() for mask in leaf.value]
    if masks:
        words = [word for leaf in work.masks.values() for word in leaf.words]
        work.draft.put(("masks",), masks, words)
    place_files(work)


def _one(name: str, several: Sequence[Given], frame: Frame, work: Work) -> None:
    """A keyword that stands for itself."""
    draft, keyword = work.draft, keyword_table("xds")[name]
    pieces = [one.piece for one in several]
    row = table("autoproc_xds")["keywords"].get(name, Row())
    numbers, anyway = _ANYWAY.get(name, (None, ""))
    if name in ("NX", "NY"):
        draft.account(pieces, "written anyway: it comes from the image header")
    elif anyway and several[-1].numbers == numbers:
        draft.account(pieces, f"written anyway: {anyway}")
    elif row.values:
        for key, value in row.values[several[-1].statement.value.upper()].set.items():
            draft.put(work.path(key), value, pieces)
    elif row.key or row.gather or row.do == "mask":
        _key(several, row, work)
    elif keyword.closed:
        why = row.leave or keyword.never or _NOT_CARRIED[name]
        _left(several, why, row.help, work)
    else:
        _keyword(several, frame, work)


def _key(several: Sequence[Given], row: Row, work: Work) -> None:
    """A key of the job; a keyword where the key does not take the value."""
    name, pieces = several[-1].statement.name, [one.piece for one in several]
    text = "|".join(" ".join(one.statement.words) for one in several)
    try:
        value = read(row.read, text)
    except ValueError as problem:
        if not keyword_table("xds")[name].closed:
            _keyword(several, XDS, work)
        elif name == "MAXIMUM_NUMBER_OF_JOBS":
            _left(several, "with 0 XDS chooses; a job pins the number", "", work)
        else:
            work.refuse_value(name, str(problem), pieces[-1], pieces)
        return
    if row.do == "mask":
        work.masks[name] = Leaf(value, tuple(pieces))
    else:
        work.draft.put(_GATHERED.get(row.gather) or work.path(row.key), value, pieces)


def _keyword(several: Sequence[Given], frame: Frame, work: Work) -> None:
    """Passed straight through; vectors of the crystal in the frame of the job."""
    name, pieces = several[-1].statement.name, [one.piece for one in several]
    if name in _CELL_AXES:
        texts = [" ".join(turned(one, frame)) for one in several]
    else:
        texts = [" ".join(one.statement.words) for one in several]
    value = texts if keyword_table("xds")[name].repeat else texts[-1]
    problems = check_keyword("xds", name, value)
    wrong = next((problem for problem in problems if problem.severity == "error"), None)
    if wrong is not None:
        problem = error("SW-M013", wrong.message, pieces[-1].span, help=wrong.help)
        work.draft.refuse(problem, pieces)
        return
    notes = [f"{problem.message}." for problem in problems]
    work.draft.put(("keywords", "xds", name), value, pieces, *notes)
    work.draft.account(pieces, f"kept as the keyword {name}")


def _left(several: Sequence[Given], why: str, help_: str, work: Work) -> None:
    """SW-M003: statements that the job is written without."""
    name, pieces = several[-1].statement.name, [one.piece for one in several]
    message = f"{name} is not carried over: {why}"
    work.draft.found.append(warning("SW-M003", message, pieces[0].span, help=help_ or None))
    for one in several:
        _aside(one, why, work)


def _aside(one: Given, why: str, work: Work) -> None:
    """A statement that is only told at the head of the job."""
    work.draft.say(f"{one.statement}: {why}", [one.piece])
    work.draft.account([one.piece], f"not carried over: {why}")


def _images(last: Mapping[str, Given], work: Work) -> None:
    """The template; what may follow it, a format or a way of access, XDS finds by itself."""
    one = last.get(_IMAGES)
    if one is None:
        work.draft.found.append(error("SW-M009", f"no {_IMAGES} names the images"))
        return
    path, *format_ = one.statement.value.split()
    folder, slash, name = path.rpartition("/")
    try:
        check_path(path)
        check_folder(folder or ".")
        if "?" not in name or any(sign in name for sign in "*#%"):
            raise ValueError(f"'{name}' is no template of XDS, with one '?' for each digit")
        master = name.lower().endswith(HDF5)
        name = re.sub(r"\?+", "master", name) if master else name.replace("?", "#")
        parse_pattern(name)
    except ValueError as problem:
        work.refuse_value(_IMAGES, str(problem), one.piece, [one.piece])
        return
    notes = [f"Without '{' '.join(format_)}': the format is found in the files."] if format_ else []
    work.draft.put(("sweeps", 0, "images"), "", [one.piece], *notes)
    work.files[("sweeps", 0, "images")] = File(folder or slash, name)


def _job(last: Mapping[str, Given], work: Work) -> None:
    """Where processing stops; all steps before are done, whatever JOB says."""
    one = last.get(_JOB)
    if one is None:
        return
    words = {word.upper() for word in one.statement.words} or {"ALL"}
    if "XPLAN" in words:
        work.draft.say(f"{one.statement}: XPLAN is not run", [one.piece])
    if words & (_CORRECTED | _INTEGRATED) and "ALL" not in words and not words >= _STEPS:
        work.draft.say(f"{one.statement}: a job does all steps, from the images on", [one.piece])
    if words & _CORRECTED:
        work.draft.account([one.piece], "written anyway: the plan says which steps run")
    else:
        until = "integration" if words & _INTEGRATED else "indexing"
        work.draft.put(("processing", "until"), until, [one.piece])


def _limits(last: Mapping[str, Given], work: Work) -> None:
    """The limits of resolution that limit something."""
    one = last.get(_LIMITS)
    if one is None:
        return
    try:
        limits = resolution(" ".join(one.statement.words))
    except ValueError as problem:
        work.refuse_value(_LIMITS, str(problem), one.piece, [one.piece])
        return
    for limit, value in limits.items():
        work.draft.put(("processing", "resolution", limit), value, [one.piece])
    if limits:
        work.draft.account([one.piece], "turned into processing.resolution")
    else:
        work.draft.account([one.piece], "written anyway: no limits")


def _crystal(last: Mapping[str, Given], work: Work) -> None:
    """Space group and cell; XDS reads no cell where the group is 0, or not said."""
    group, cell = last.get(_GROUP), last.get(_CELL)
    number = group.statement.words[0] if group is not None else "0"
    if group is not None and int(number) == 0:
        work.draft.account([group.piece], "written anyway: of an unknown space group")
    elif group is not None:
        key = ("crystals", _CRYSTAL, "space_group")
        work.draft.put(key, str(int(number)), [group.piece])
    if cell is not None and int(number) == 0:
        _aside(cell, "XDS takes no cell without a space group", work)
    elif cell is not None:
        try:
            words = read("cell", " ".join(cell.statement.words))
        except ValueError as problem:
            work.refuse_value(_CELL, str(problem), cell.piece, [cell.piece])
            return
        work.draft.put(("crystals", _CRYSTAL, "cell"), words, [cell.piece])
