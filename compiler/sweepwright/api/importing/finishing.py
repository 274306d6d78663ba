"""What several arguments say together: threads, spots, the sweeps with their places, the crystal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sweepwright.api.importing.draft import Leaf, shown
from sweepwright.api.importing.files import File, named
from sweepwright.api.importing.pieces import Piece
from sweepwright.api.importing.work import Given, Work, shown_words
from sweepwright.model.diagnostic import Related, advice, error, warning

_CRYSTAL = "CRYSTAL"
_FIRST_CRYSTAL = "x1"
#: values of a public template of parameters (plukatsfpr/AutoGUI), as in the macro spots-sampled
_SPOTS = {"total": "10.0", "ranges": "4", "within": "180"}
_ALL_IMAGES = 999_999


def finish(work: Work) -> None:
    """Puts into the draft what was put aside."""
    _threads(work)
    _spots(work)
    _axis(work)
    _pairs(work)
    _protect(work)
    _masks(work)
    _macros(work)
    _crystal(work)
    _sweeps(work)
    place_files(work)


def _threads(work: Work) -> None:
    """``-nthreads`` is for all, unless XDS has a number of its own."""
    xds, scaling = (work.gathered.get(name) for name in ("threads", "scaling threads"))
    both = xds or scaling
    if both is not None:
        note = "For XDS alone; scaling took all cores there." if scaling is None else ""
        work.draft.put(("run", "threads"), both.value, both.words, *([note] if note else []))
    if xds is not None and scaling is not None:
        work.draft.put(("run", "scaling_threads"), scaling.value, scaling.words)


def _spots(work: Work) -> None:
    given = {key: leaf for key in _SPOTS if (leaf := work.gathered.get(f"spots {key}"))}
    images = work.gathered.get("spots images")
    words = [word for leaf in (*given.values(), images) if leaf for word in leaf.words]
    path = ("processing", "spots", "images")
    if images is not None and int(images.value) >= _ALL_IMAGES:
        work.draft.put(path, "all", words)
    elif images is not None or (given and "total" not in given):
        what = "is a number of images" if images is not None else "does not say how many degrees"
        message = f"the search for spots is not carried over: {shown_words(words)} {what}"
        help_ = "Write e.g. 'spots: {images: {total: 10 deg, ranges: 4, within: 180 deg}}'."
        work.draft.found.append(warning("SW-M003", message, words[0].span, help=help_))
        work.draft.say(f"{shown_words(words)}: {what}", words)
    elif given:
        missing = [f"{key} {value}" for key, value in _SPOTS.items() if key not in given]
        note = f"Not given there, so taken from a public template: {', '.join(missing)}."
        value = {key: given[key].value if key in given else text for key, text in _SPOTS.items()}
        value |= {key: f"{value[key]} deg" for key in ("total", "within")}
        if float(value["total"].split()[0]) > float(value["within"].split()[0]):
            message = f"{value['total']} of images do not fit within {value['within']}"
            work.draft.refuse(error("SW-M005", message, words[0].span), words)
            return
        work.draft.put(path, value, words, *([note] if missing else []))


def _axis(work: Work) -> None:
    """``ReverseRotationAxis=yes``: which axis is turned round only the headers would tell."""
    leaf = work.gathered.get("reversed axis")
    if leaf is None:
        return
    axis = work.draft.leaves.get(("geometry", "rotation_axis"))
    if axis is not None:
        message = "the rotation axis is given, and it is to be turned round"
        related = (Related("given here", axis.words[0].span),)
        help_ = "Give the axis as it turns, and leave the other out."
        problem = error("SW-M014", message, leaf.words[0].span, related=related, help=help_)
        work.draft.refuse(problem, leaf.words)
        return
    reverse_axis(work, ("geometry", "rotation_axis"), leaf.words)


def reverse_axis(work: Work, path: tuple[str | int, ...], words: Sequence[Piece]) -> None:
    """The usual axis turned round, with a warning."""
    message = f"{shown_words(words)}: the axis is taken to be [1, 0, 0], and turned round"
    help_ = "Mend 'rotation_axis' if the axis of this goniostat is another."
    work.draft.found.append(warning("SW-M017", message, words[0].span, help=help_))
    work.draft.put(path, ["-1", "0", "0"], words, "The usual axis [1, 0, 0] turned round.")


def _pairs(work: Work) -> None:
    """Values that stand in one key of the language: both or none."""
    for first, second, key in (("orgx", "orgy", "orgx_orgy"), ("qx", "qy", "pixel_size")):
        leaves = [leaf for name in (first, second) if (leaf := work.gathered.get(name))]
        words = [word for leaf in leaves for word in leaf.words]
        if len(leaves) == 1:
            message = f"{first.upper()} and {second.upper()} belong together, only one is given"
            work.draft.refuse(error("SW-M014", message, words[0].span), words)
        elif leaves:
            before = work.draft.leaves.get(("geometry", "beam_center"))
            if key == "orgx_orgy" and before is not None:
                message = "a beam centre, and ORGX and ORGY, exclude each other"
                related = (Related("the other one", before.words[0].span),)
                problem = error("SW-M014", message, words[0].span, related=related)
                work.draft.refuse(problem, words)
                continue
            work.draft.put(("geometry", key), [leaf.value for leaf in leaves], words)


def _protect(work: Work) -> None:
    leaves = [work.gathered.get(f"protect in {where}") for where in ("integration", "scaling")]
    words = [word for leaf in leaves if leaf is not None for word in leaf.words]
    if words:
        choice = "all" if leaves[1] is not None else "integration"
        work.draft.put(("processing", "protect_anomalous"), choice, words)


def _masks(work: Work) -> None:
    if work.masks:
        masks = [mask for leaf in work.masks.values() for mask in leaf.value]
        words = [word for leaf in work.masks.values() for word in leaf.words]
        work.draft.put(("masks",), masks, words)
        work.draft.account(words, "turned into masks")


def _macros(work: Work) -> None:
    if work.macros:
        words = [word for used in work.macros.values() for word in used]
        note = "What the macros of these names set there is not public: these are of like purpose."
        work.draft.leaves[("macros",)] = Leaf(list(work.macros), tuple(words), (note,))


def _crystal(work: Work) -> None:
    """The crystal's name, and its reference data."""
    _reference(work)
    given = work.gathered.get("crystal")
    name = given.value if given is not None else _FIRST_CRYSTAL
    work.draft.leaves = {
        tuple(name if step == _CRYSTAL else step for step in path): leaf
        for path, leaf in work.draft.leaves.items()
    }
    for path, leaf in work.draft.leaves.items():
        if path[:2] == ("crystals", name):
            work.draft.account(leaf.words, f"turned into {shown(path)}")
    work.files = {
        tuple(name if step == _CRYSTAL else step for step in path): file
        for path, file in work.files.items()
    }
    if given is not None:
        if not any(path[:2] == ("crystals", name) for path in work.draft.leaves):
            work.draft.put(("crystals", name), {}, given.words)
        work.draft.account(given.words, f"turned into crystals.{name}")
        work.draft.remarks[("crystals", name)] = list(given.notes)


def _reference(work: Work) -> None:
    reference, free = (work.gathered.get(name) for name in ("reference", "free flags"))
    one = reference or free
    if one is None:
        return
    words = one.words
    if reference is not None and free is not None:
        words = (*reference.words, *free.words)
        if reference.value[0] != free.value[0]:
            message = "a reference and free flags from two files: a job has one reference"
            related = (Related("the other file", reference.words[0].span),)
            help_ = "Leave one of them out."
            problem = error("SW-M014", message, free.words[0].span, related=related, help=help_)
            work.draft.refuse(problem, free.words)
            return
    item, uses = one.value
    uses = [*uses, *(["free"] if free is not None and "free" not in uses else [])]
    path = ("crystals", _CRYSTAL, "reference")
    work.draft.put(path, {"file": "", "use": uses}, words)
    work.files[path] = item


def _sweeps(work: Work) -> None:
    """The sweeps, with what arguments say of all of them."""
    if not work.sweeps:
        help_ = "Name them: -I DIR, -Id NAME,DIR,TEMPLATE,FIRST,LAST or -h5 FILE."
        if not any(item.severity == "error" for item in work.draft.found):
            work.draft.found.append(error("SW-M009", "no images are named", help=help_))
        return
    _check_names(work)
    _check_shared(work)
    for index, sweep in enumerate(_renamed(work)):
        values: dict[str, Any] = {"name": sweep.name, "images": "", "range": sweep.images}
        for key, value in values.items():
            if value or key == "images":
                work.draft.leaves[("sweeps", index, key)] = Leaf(value, sweep.words)
        work.files[("sweeps", index, "images")] = sweep.file
        work.draft.remarks[("sweeps", index)] = list(sweep.notes)
    _of_all(work)


def _renamed(work: Work) -> list[Given]:
    """Several HDF5 files are named after themselves."""
    if len(work.sweeps) == 1:
        return work.sweeps
    from sweepwright.images.several import clean_name, unique

    stems = [
        sweep.name or clean_name(sweep.file.name.rpartition(".")[0].removesuffix("_master"))
        for sweep in work.sweeps
    ]
    return [
        sweep if sweep.name or not sweep.file.name else replace(sweep, name=name)
        for sweep, name in zip(work.sweeps, unique(stems), strict=True)
    ]


def _check_names(work: Work) -> None:
    first: dict[str, Given] = {}
    for sweep in work.sweeps:
        other = first.setdefault(sweep.name.lower(), sweep)
        if other is not sweep and sweep.name:
            message = f"two sweeps are called {sweep.name}"
            related = (Related("the other one", other.words[-1].span),)
            problem = error("SW-M014", message, sweep.words[-1].span, related=related)
            work.draft.refuse(problem, sweep.words)


def _check_shared(work: Work) -> None:
    first: dict[File, Given] = {}
    for sweep in work.sweeps:
        other = first.setdefault(sweep.file, sweep)
        if other is not sweep:
            message = f"{sweep.name or 'this sweep'} and {other.name or 'another'} share a series"
            help_ = (
                "If images between them are bad, write one sweep with 'range: 1-600' and "
                "'exclude: [201-400]': it keeps one orientation and one scale model."
            )
            related = (Related("the other one", other.words[-1].span),)
            span = sweep.words[-1].span
            work.draft.found.append(advice("SW-M015", message, span, help=help_, related=related))


def _of_all(work: Work) -> None:
    """A data range or exclusions of XDS hold for every sweep; a data set is of one."""
    images, exclude = (work.gathered.get(name) for name in ("data range", "exclude"))
    for index, sweep in enumerate(work.sweeps):
        if images is not None:
            if sweep.images not in ("", images.value):
                message = f"the images {images.value} count, not those of {sweep.name}"
                related = (Related("these do not", sweep.words[-1].span),)
                span = images.words[0].span
                work.draft.found.append(advice("SW-M007", message, span, related=related))
            work.draft.leaves[("sweeps", index, "range")] = images
            work.draft.account(images.words, "turned into range of each sweep")
        if exclude is not None:
            work.draft.leaves[("sweeps", index, "exclude")] = exclude
            work.draft.account(exclude.words, "turned into exclude of each sweep")
    dataset = work.gathered.get("dataset")
    if dataset is None:
        return
    if len(work.sweeps) == 1 and work.sweeps[0].file.name:
        path = ("sweeps", 0, "dataset")
        work.draft.put(path, dataset.value, dataset.words, *dataset.notes)
        return
    why = "sweeps go to data sets by their wavelengths"
    help_ = f"Give 'dataset: {dataset.value}' to the sweeps that belong to it."
    message = f"{shown_words(dataset.words)} is not carried over: {why}"
    work.draft.found.append(warning("SW-M003", message, dataset.words[0].span, help=help_))
    work.draft.say(f"{shown_words(dataset.words)}: {why}", dataset.words)


def place_files(work: Work) -> None:
    """Files by their names in the job, with the roots that they stand below."""
    roots, names = named(work.files, work.here, work.job)
    for name, folder in roots.items():
        work.draft.leaves[("roots", name)] = Leaf(folder, ())
    for path, name in names.items():
        leaf = work.draft.leaves[path]
        value = {**leaf.value, "file": name} if isinstance(leaf.value, dict) else name
        work.draft.leaves[path] = Leaf(value, leaf.words, leaf.notes)
