"""xia2's .xinfo file -> a job: crystals, data sets by wavelength, sweeps with their geometry."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sweepwright.api.importing.draft import Draft, Imported, Leaf
from sweepwright.api.importing.files import File, check_folder, file
from sweepwright.api.importing.finishing import place_files, reverse_axis
from sweepwright.api.importing.pieces import Piece, Source
from sweepwright.api.importing.reading import not_text, read_text
from sweepwright.api.importing.table import Row, table
from sweepwright.api.importing.values import read, resolution
from sweepwright.api.importing.work import Work
from sweepwright.model.diagnostic import Related, error, warning
from sweepwright.model.proposals import closest

#: block -> the block that it stands in
_INSIDE = {
    "PROJECT": "",
    "CRYSTAL": "PROJECT",
    "AA_SEQUENCE": "CRYSTAL",
    "HA_INFO": "CRYSTAL",
    "SAMPLE": "CRYSTAL",
    "CRYSTAL_DATA": "CRYSTAL",
    "WAVELENGTH": "CRYSTAL",
    "WAVELENGTH_STATISTICS": "WAVELENGTH",
    "SWEEP": "CRYSTAL",
}
_NAMED = ("PROJECT", "CRYSTAL", "WAVELENGTH", "SWEEP")
#: blocks whose lines are not read, and why
_LEFT = {
    "AA_SEQUENCE": "the sequence is no matter of processing",
    "SAMPLE": "sweeps of several samples of one crystal are taken as of one",
    "CRYSTAL_DATA": "what is known of the crystal from elsewhere is not used",
    "WAVELENGTH_STATISTICS": "statistics of earlier processing are not used",
}


@dataclass(frozen=True)
class _Block:
    """An open block: its kind, the name in the job, and the words that begin it."""

    kind: str
    name: str
    words: Sequence[Piece]


@dataclass
class _Reader:
    """What is read, while it is read."""

    work: Work
    open: list[_Block] = field(default_factory=list)
    wavelengths: dict[tuple[str, str], str] = field(default_factory=dict)
    datasets: dict[int, tuple[str, Sequence[Piece]]] = field(default_factory=dict)
    crystals: list[str] = field(default_factory=list)
    of_sweep: list[str] = field(default_factory=list)
    epochs: dict[int, Leaf] = field(default_factory=dict)
    masks: dict[int, list[Leaf]] = field(default_factory=dict)

    def inner(self, kind: str) -> str:
        """The name of the open block of a kind."""
        return next((block.name for block in reversed(self.open) if block.kind == kind), "")

    @property
    def sweep(self) -> int:
        """The number of the sweep that is read."""
        return len(self.of_sweep) - 1


def import_file(name: str, job_folder: Path | None = None) -> Imported:
    """A job from a .xinfo file; ``-`` is standard input."""
    source, problem = read_text(name)
    if source is None:
        return Imported(None, (), (problem,) if problem else (), {})
    return import_text(source, job_folder)


def import_text(source: Source, job_folder: Path | None = None) -> Imported:
    """A job that stands in ``job_folder``, by default the current folder."""
    here = os.path.abspath(".")
    reader = _Reader(Work(Draft(), here, os.path.abspath(job_folder or here)))
    reader.work.draft.sources[source.name] = source.text
    reader.work.draft.origin = [f"Made from {source.name}, an .xinfo file of xia2."]
    problem = not_text(source.whole())
    if problem is not None:
        reader.work.draft.refuse(problem, [source.whole()])
    else:
        for line in _lines(source):
            _line(line, reader)
        _finish(reader)
    return reader.work.draft.finish()


def _lines(source: Source) -> Iterator[Piece]:
    """The lines that hold something."""
    whole, first = source.whole(), 0
    for text in source.text.split("\n"):
        line = whole.part(first, first + len(text)).strip()
        first += len(text) + 1
        if line.text:
            yield line


def _words(line: Piece) -> list[Piece]:
    """The first word, and the rest of the line if there is any."""
    match = re.match(r"\S+", line.text)
    cut = match.end() if match is not None else 0
    rest = line.part(cut, len(line.text)).strip()
    return [line.part(0, cut), *([rest] if rest.text else [])]


def _line(line: Piece, reader: _Reader) -> None:
    draft, words = reader.work.draft, _words(line)
    key = words[0].text.upper()
    kind = reader.open[-1].kind if reader.open else ""
    if line.text[0] in "!#":
        draft.account([line], "a comment")
    elif key in ("BEGIN", "END") and len(words) == 2:
        (_begin if key == "BEGIN" else _end)(words, reader)
    elif kind in _LEFT:
        draft.say(f"{kind}: {_LEFT[kind]}", words)
    else:
        _field(key, words, kind, reader)


def _begin(words: Sequence[Piece], reader: _Reader) -> None:
    draft = reader.work.draft
    kind, *name = (" ".join(piece.text.split()) for piece in _words(words[1]))
    outside = reader.open[-1].kind if reader.open else ""
    if kind not in _INSIDE:
        close = closest(kind, _INSIDE)
        help_ = f"Did you mean {close}?" if close else f"Blocks: {', '.join(_INSIDE)}."
        problem = error("SW-M018", f"there is no block '{kind}'", words[1].span, help=help_)
        draft.refuse(problem, words)
    elif _INSIDE[kind] != outside:
        wanted = f"inside {_INSIDE[kind]}" if _INSIDE[kind] else "at the top"
        where = f"inside {outside}" if outside else "at the top"
        message = f"{kind} stands {wanted}, not {where}"
        draft.refuse(error("SW-M019", message, words[1].span), words)
    elif kind in _NAMED and (not name or " " in name[0]):
        message = f"{kind} has a name, which is one word"
        draft.refuse(error("SW-M019", message, words[1].span), words)
    else:
        draft.account(words, f"begins {kind.lower().replace('_', ' ')}")
    told = read("name", name[0]) if name and kind in _NAMED else ""
    if told and told != name[0]:
        draft.said.append(f"{kind} {name[0]}: it is called {told} here")
    reader.open.append(_Block(kind, told, words))
    _opened(kind, told, name[0] if name else "", words, reader)


def _opened(kind: str, name: str, written: str, words: Sequence[Piece], reader: _Reader) -> None:
    work = reader.work
    if kind == "PROJECT" and written:
        work.draft.put(("project",), written, words)
    elif kind == "CRYSTAL":
        _once("crystal", name, reader.crystals, words, work)
        reader.crystals.append(name)
        work.names["CRYSTAL"] = name
        work.draft.leaves.setdefault(("crystals", name), Leaf({}, ()))
    elif kind == "WAVELENGTH":
        crystal = reader.inner("CRYSTAL")
        known = [wave for of, wave in reader.wavelengths if of == crystal]
        _once("wavelength", name, known, words, work)
        reader.wavelengths.setdefault((crystal, name), "")
    elif kind == "SWEEP":
        index = len(reader.of_sweep)
        known = [str(work.draft.leaves[("sweeps", i, "name")].value) for i in range(index)]
        _once("sweep", name, known, words, work)
        reader.of_sweep.append(reader.inner("CRYSTAL"))
        work.names["SWEEP"] = index
        work.gathered.clear()
        work.draft.put(("sweeps", index, "name"), name, words)


def _once(what: str, name: str, known: Sequence[str], words: Sequence[Piece], work: Work) -> None:
    if name.lower() in [other.lower() for other in known]:
        message = f"two {what}s are called {name}"
        work.draft.refuse(error("SW-M014", message, words[1].span), words)


def _end(words: Sequence[Piece], reader: _Reader) -> None:
    draft = reader.work.draft
    kind, *name = (" ".join(piece.text.split()) for piece in _words(words[1]))
    block = reader.open[-1] if reader.open else None
    if block is None or block.kind != kind:
        message = f"END {kind} closes nothing" + (f": {block.kind} is open" if block else "")
        related = (Related("begins here", block.words[0].span),) if block else ()
        draft.refuse(error("SW-M019", message, words[0].span, related=related), words)
        if kind not in [other.kind for other in reader.open]:
            return
        while reader.open[-1].kind != kind:
            reader.open.pop()
        block = reader.open[-1]
    elif name and block.name and read("name", name[0]) != block.name:
        message = f"END {kind} {name[0]} closes {block.name}"
        related = (Related("begins here", block.words[0].span),)
        draft.refuse(error("SW-M019", message, words[1].span, related=related), words)
    else:
        draft.account(words, f"ends {kind.lower().replace('_', ' ')}")
    reader.open.pop()
    if kind == "SWEEP":
        _images(block, reader)


def _field(key: str, words: Sequence[Piece], kind: str, reader: _Reader) -> None:
    rows = table("xinfo").get(kind, {})
    row = rows.get(key)
    if row is None:
        close = closest(key, rows)
        where = f"in {kind}" if kind else "outside of any block"
        help_ = f"Did you mean {close}?" if close else None
        message = f"'{words[0].text}' is not known {where}"
        reader.work.draft.refuse(error("SW-M018", message, words[0].span, help=help_), words)
    elif len(words) == 1 and row.do != "reverse":
        message = f"{words[0].text} has no value"
        reader.work.draft.refuse(error("SW-M004", message, words[0].span), words)
    elif row.do:
        rule, _, argument = row.do.partition(" ")
        try:
            _RULES[rule](replace(row, do=argument), words, reader)
        except ValueError as problem:
            reader.work.refuse_value(words[0].text, str(problem), words[-1], words)
    else:
        reader.work.apply(row, words[0].text, words, words[1:])
    if key == "EPOCH" and "epoch" in reader.work.gathered:
        reader.epochs[reader.sweep] = reader.work.gathered["epoch"]


def _wavelength(_: Row, words: Sequence[Piece], reader: _Reader) -> None:
    """The wavelength of a data set; 0 is that of the headers."""
    text, key = words[1].text, (reader.inner("CRYSTAL"), reader.inner("WAVELENGTH"))
    reader.wavelengths[key] = read("wavelength", text) if text.strip("0.") else ""
    reader.work.draft.account(words, "turned into geometry.wavelength of its sweeps")


def _limits(_: Row, words: Sequence[Piece], reader: _Reader) -> None:
    _put_limits(("datasets", reader.inner("WAVELENGTH"), "processing"), words, reader)


def _sweep_limits(_: Row, words: Sequence[Piece], reader: _Reader) -> None:
    _put_limits(("sweeps", reader.sweep, "processing"), words, reader)


def _put_limits(at: tuple[str | int, ...], words: Sequence[Piece], reader: _Reader) -> None:
    """``RESOLUTION dmin [dmax]``, in either order."""
    text, draft = words[1].text, reader.work.draft
    draft.account(words, "no limit" if text else "")
    for limit, value in resolution(text if len(text.split()) > 1 else f"1000 {text}").items():
        before = draft.leaves.get((*at, "resolution", limit))
        if at[0] == "datasets" and before is not None and before.value != value:
            message = f"two wavelengths called {at[1]} have other limits"
            related = (Related("the other one", before.words[0].span),)
            help_ = "Rename one of them: a job has one data set of a name."
            problem = error("SW-M014", message, words[0].span, related=related, help=help_)
            draft.refuse(problem, words)
            return
        draft.leaves.pop((*at, "resolution", limit), None)
        draft.put((*at, "resolution", limit), value, words)


def _dataset(_: Row, words: Sequence[Piece], reader: _Reader) -> None:
    name, crystal = read("name", words[1].text), reader.inner("CRYSTAL")
    if (crystal, name) not in reader.wavelengths:
        known = ", ".join(wave for of, wave in reader.wavelengths if of == crystal) or "none"
        raise ValueError(f"the crystal has no wavelength '{words[1].text}'; it has {known}")
    reader.datasets[reader.sweep] = (name, words)
    reader.work.draft.put(("sweeps", reader.sweep, "dataset"), name, words)


def _reference(row: Row, words: Sequence[Piece], reader: _Reader) -> None:
    work = reader.work
    path = work.path("crystals.CRYSTAL.reference")
    item, before = file(words[1].text, images=False), work.files.get(path)
    if before is not None and before != item:
        message = "a reference and free flags from two files: a job has one reference"
        related = (Related("the other file", work.draft.leaves[path].words[0].span),)
        problem = error("SW-M014", message, words[1].span, related=related)
        work.draft.refuse(problem, words)
        return
    former = work.draft.leaves.pop(path, None)
    use = list(dict.fromkeys([*(former.value["use"] if former else ()), *row.do.split()]))
    given = [*(former.words if former else ()), *words]
    work.draft.put(path, {"file": "", "use": use}, given, *([row.note] if row.note else []))
    work.files[path] = item


def _reverse(_: Row, words: Sequence[Piece], reader: _Reader) -> None:
    path = ("sweeps", reader.sweep, "geometry", "rotation_axis")
    reverse_axis(reader.work, path, words)


def _exclude(_: Row, words: Sequence[Piece], reader: _Reader) -> None:
    """``EXCLUDE ICE``, or a shell of resolutions: never images."""
    draft = reader.work.draft
    if words[1].text.upper() == "ICE":
        draft.put(("sweeps", reader.sweep, "processing", "ice_rings"), "exclude", words)
        return
    shells = Leaf(read("shells", words[1].text), tuple(words))
    reader.masks.setdefault(reader.sweep, []).append(shells)
    draft.account(words, f"turned into sweeps[{reader.sweep + 1}].masks")


def _images(block: _Block, reader: _Reader) -> None:
    """The series of a sweep, from the folder and one of its images."""
    from sweepwright.images.discover import HDF5, parse_pattern

    work = reader.work
    folder, image = (work.gathered.get(name) for name in ("directory", "image"))
    if folder is None or image is None:
        missing = "DIRECTORY" if folder is None else "IMAGE"
        message = f"the sweep {block.name} has no {missing}"
        work.draft.found.append(error("SW-M009", message, block.words[0].span))
        return
    name, words = image.value, (*folder.words, *image.words)
    try:
        path = check_folder(folder.value.rstrip("/") or "/")
        if "/" in name or "*" in name or name.startswith("~"):
            raise ValueError(f"'{name}' is no name of an image")
        if not name.lower().endswith(HDF5):
            pattern = parse_pattern(name)
            name = f"{pattern.prefix}{'#' * pattern.width}{pattern.suffix}"
    except ValueError as problem:
        work.refuse_value(block.name, str(problem), image.words[-1], words)
        return
    key = ("sweeps", reader.sweep, "images")
    work.draft.put(key, "", words)
    work.files[key] = File(path, name)


_RULES: Mapping[str, Callable[[Row, Sequence[Piece], _Reader], None]] = {
    "wavelength": _wavelength,
    "limits": _limits,
    "sweep": _sweep_limits,
    "dataset": _dataset,
    "reference": _reference,
    "reverse": _reverse,
    "exclude": _exclude,
}


def _finish(reader: _Reader) -> None:
    draft = reader.work.draft
    for block in reader.open:
        message = f"{block.kind} is not closed"
        help_ = f"END {block.kind} is missing."
        draft.found.append(error("SW-M019", message, block.words[0].span, help=help_))
    if not reader.of_sweep and not draft.found:
        draft.found.append(error("SW-M009", "there is no sweep"))
    for index, crystal in enumerate(reader.of_sweep):
        if len(reader.crystals) > 1:
            draft.leaves[("sweeps", index, "crystal")] = Leaf(crystal, ())
        name, words = reader.datasets.get(index, ("", ()))
        value = reader.wavelengths.get((crystal, name), "")
        if value:
            draft.leaves[("sweeps", index, "geometry", "wavelength")] = Leaf(value, tuple(words))
    for index, leaves in reader.masks.items():
        masks = [mask for leaf in leaves for mask in leaf.value]
        draft.leaves[("sweeps", index, "masks")] = Leaf(masks, leaves[0].words)
    _order(reader)
    place_files(reader.work)


def _order(reader: _Reader) -> None:
    """The order of collection, where every sweep has its time."""
    epochs, draft = reader.epochs, reader.work.draft
    ranks = {
        time: rank for rank, time in enumerate(sorted({int(e.value) for e in epochs.values()}))
    }
    for index, leaf in epochs.items():
        if len(epochs) == len(reader.of_sweep):
            draft.put(("sweeps", index, "order"), str(ranks[int(leaf.value)] + 1), leaf.words)
    if epochs and len(epochs) < len(reader.of_sweep):
        words = [word for leaf in epochs.values() for word in leaf.words]
        why = "only some of the sweeps have one, which gives no order"
        message = f"EPOCH is not carried over: {why}"
        draft.found.append(warning("SW-M003", message, words[0].span))
        draft.say(f"EPOCH: {why}", words)
