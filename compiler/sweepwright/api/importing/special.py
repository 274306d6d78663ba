"""What a table cannot say of an argument: one function for each `do`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from sweepwright.api.importing.draft import Leaf, shown
from sweepwright.api.importing.files import File, check_folder, check_path, file
from sweepwright.api.importing.pieces import Piece, PieceError
from sweepwright.api.importing.table import Row
from sweepwright.api.importing.values import criterion, read, resolution
from sweepwright.api.importing.work import Given, Work, is_live, renamed, shown_words
from sweepwright.model.diagnostic import warning

T = TypeVar("T")
Rule = Callable[[Work, Row, Sequence[Piece], Sequence[Piece]], None]
_STAGED = "Of the pairs for each cycle of scaling only the last one's value for the merged data is taken: "
_LIMITS = ("low", "high")
#: where values go that are put aside first
_DESTINATIONS = {
    "spots total": ("processing", "spots", "images"),
    "spots ranges": ("processing", "spots", "images"),
    "spots within": ("processing", "spots", "images"),
    "spots images": ("processing", "spots", "images"),
    "protect in integration": ("processing", "protect_anomalous"),
    "protect in scaling": ("processing", "protect_anomalous"),
}


def _folder(work: Work, row: Row, words: Sequence[Piece], values: Sequence[Piece]) -> None:
    """``-I DIR``: every sweep in a folder."""
    path = check_folder(values[0].text.rstrip("/") or values[0].text)
    note = "Every sweep in this folder; 'sweepwright discover' writes them out."
    _sweep(work, Given("", File(path, ""), "", tuple(words), (note,)))


def _master(work: Work, row: Row, words: Sequence[Piece], values: Sequence[Piece]) -> None:
    """``-h5 FILE``: the images of an HDF5 file."""
    from sweepwright.images.discover import HDF5

    item = file(values[0].text)
    check_folder(item.folder or ".")
    if not item.name.lower().endswith(HDF5):
        raise ValueError(f"'{item.name}' is no HDF5 file (.h5, .nxs)")
    _sweep(work, Given("", item, "", tuple(words)))


def _id(work: Work, row: Row, words: Sequence[Piece], values: Sequence[Piece]) -> None:
    """``-Id "NAME,FOLDER,TEMPLATE,FIRST,LAST"``; a folder may hold commas."""
    from sweepwright.images.discover import HDF5, parse_pattern

    parts = values[0].split(",")
    if len(parts) < 5:
        raise ValueError(f"wanted: NAME,FOLDER,TEMPLATE,FIRST,LAST, not {len(parts)} fields")
    name, template, first, last = parts[0], parts[-3], parts[-2], parts[-1]
    text = values[0].text
    inner = values[0].part(text.index(",") + 1, len(text.rsplit(",", 3)[0])).strip()
    if any(is_live(one, work, words) for one in (name, inner, first, last)) or is_live(
        template, work, words, patterns=False
    ):
        return
    notes: tuple[str, ...] = ("The folder's name holds a comma.",) if len(parts) > 5 else ()
    clean = read("name", name.text) if name.text else ""
    notes += renamed("name", name.text, clean)
    for number in (first, last):
        if not (number.text.isascii() and number.text.isdigit()):
            raise PieceError(f"'{number.text}' is not the number of an image", number)
    images = _checked(first, lambda text: str(read("images", f"{text} {last.text}")))
    _checked(template, check_path)
    if "/" in template.text or "*" in template.text:
        message = f"'{template.text}' is no template of file names, e.g. test_####.cbf"
        raise PieceError(message, template)
    if not template.text.lower().endswith(HDF5):
        _checked(template, parse_pattern)
    folder = _checked(inner, check_folder)
    _sweep(work, Given(clean, File(folder, template.text), images, tuple(words), notes))


def _checked(piece: Piece, check: Callable[[str], T]) -> T:
    """What a check gives; its error is told at the piece."""
    try:
        return check(piece.text)
    except ValueError as problem:
        raise PieceError(str(problem), piece) from None


def _sweep(work: Work, given: Given) -> None:
    work.sweeps.append(given)
    work.draft.account(given.words, f"turned into sweeps[{len(work.sweeps)}]")


def _resolution(work: Work, row: Row, words: Sequence[Piece], values: Sequence[Piece]) -> None:
    """Two limits; those of an earlier argument no longer count."""
    limits = resolution(" ".join(value.text for value in values))
    keys = [("processing", "resolution", limit) for limit in _LIMITS]
    before = [leaf for key in keys if (leaf := work.draft.leaves.pop(key, None))]
    if before:
        work.draft.replaced(before[0].words, words)
    note = "There, scaling may cut further; here, this is where the data end."
    for key in keys:
        if key[-1] in limits:
            notes = (note,) if key[-1] == "high" else ()
            work.draft.put(key, limits[key[-1]], words, *notes)
    work.draft.account(words, "turned into processing.resolution")
    if not limits:
        work.draft.say(f"{shown_words(words)}: no limits", words)


def _criterion(work: Work, row: Row, words: Sequence[Piece], values: Sequence[Piece]) -> None:
    """``ScaleAna...Cut_123``: a criterion for the resolution limit, staged by cycles of scaling."""
    value, staged = criterion(values[0].text, row.off)
    if row.do == "none":
        if value != "off":
            raise ValueError("there is no criterion of this kind; it can only be off (99.9:99.9)")
        work.draft.say(f"{shown_words(words)}: no such criterion is used", words)
        return
    if row.do == "completeness" and value != "off" and float(value) > 1:
        value += " %"
    notes = (_STAGED + values[0].text,) if staged else ()
    key = work.path(f"processing.resolution.criteria.{row.do}")
    work.draft.put(key, value, words, *notes)


def _mask(work: Work, row: Row, words: Sequence[Piece], values: Sequence[Piece]) -> None:
    """Masks of several arguments add up; the same argument twice does not."""
    key = words[0].text.partition("=")[0]
    before = work.masks.get(key)
    if before is not None:
        work.draft.replaced(before.words, words)
    work.masks[key] = Leaf(read(row.read, values[0].text), tuple(words))
    work.draft.account(words, "turned into masks")


def _reference(uses: str) -> Rule:
    def rule(work: Work, row: Row, words: Sequence[Piece], values: Sequence[Piece]) -> None:
        item = file(values[0].text.strip(), images=False)
        name = "free flags" if uses == "free" else "reference"
        work.gather(name, (item, uses.split()), words)

    return rule


def _manual(work: Work, row: Row, words: Sequence[Piece], values: Sequence[Piece]) -> None:
    """``autoPROC_CreateSummaryManualDir``: empty for the pages on the web."""
    online = not values[0].text.strip()
    notes = () if online else ("The manual of this program, not the folder named there.",)
    choice = "online" if online else "local"
    work.draft.put(("outputs", "report", "manual"), choice, words, *notes)


def check_order(name: str, words: Sequence[Piece], work: Work) -> None:
    """Warns of what stands before a macro that sets the same: there the macro wins, here not."""
    from sweepwright.language.macros import read_macro
    from sweepwright.resources import macros_folder

    macro, _ = read_macro(macros_folder() / f"{name}.yaml", name)
    aside = ((_DESTINATIONS.get(key, ()), leaf) for key, leaf in work.gathered.items())
    for path, leaf in (*work.draft.leaves.items(), *aside):
        node = macro.body if macro is not None and path else None
        for step in path:
            node = {str(k.value): v for k, v in node.pairs()}.get(str(step)) if node else None
        if node is not None and leaf.words:
            message = (
                f"{leaf.words[0].text} stands before {shown_words(words)}, which sets "
                f"{shown(path)} as well: there the macro wins, in a job it does not"
            )
            help_ = "Leave one of them out."
            work.draft.found.append(warning("SW-M016", message, leaf.words[0].span, help=help_))


SPECIAL: Mapping[str, Rule] = {
    "folder": _folder,
    "master": _master,
    "sweep": _id,
    "resolution": _resolution,
    "criterion": _criterion,
    "mask": _mask,
    "reference": _reference("indexing symmetry cell free"),
    "comparison": _reference("indexing"),
    "free": _reference("free"),
    "manual": _manual,
}
