"""What two jobs say differently, whatever way they say it.

Compared is what all layers come to, where it has its effect: a leaf of sweeps for each sweep, one of
crystals for each crystal. So it does not matter in which layer a value stands, in which order, or how
a range, a unit or a space group is spelled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from sweepwright.language.compose import ComposedJob, Stacks
from sweepwright.language.scopes import finest_scopes
from sweepwright.model.choice_types import Expectation
from sweepwright.model.image_types import Exclusion
from sweepwright.model.job import INHERITED
from sweepwright.model.ranges import ImageSet
from sweepwright.model.resolved import Edit, Layer, Origin, Resolved, settle
from sweepwright.model.section import Scope

#: layers that speak of one crystal, data set or sweep
_OF_ONE = frozenset({Layer.CRYSTAL, Layer.DATASET, Layer.SWEEP})
#: limits of sweeps that merged data have, too
_OF_MERGED = frozenset({"processing.resolution.high", "processing.resolution.low"})
#: lists that say the same without an item as not at all
_ADD_UP = frozenset({"exclude", "masks"})
#: what is compared in another way: names by the names themselves
_NAMES = frozenset({"name", "crystal", "dataset"})

Said = Resolved[Any]
#: crystals, data sets and sweeps by name, and the job itself; each with its leaves
Owners = Mapping[str, Mapping[str, Said]]


class Change(NamedTuple):
    """A key that says another thing; None where nothing is said."""

    key: str
    old: Said | None
    new: Said | None


def differences(old: ComposedJob, new: ComposedJob) -> tuple[Change, ...]:
    """All changes: those of the job, its crystals and data sets, its sweeps."""
    found: dict[tuple[Any, ...], Change] = {}
    for before, after in zip(_levels(old), _levels(new), strict=True):
        for change in _changes(before, after):
            found.setdefault((change.key, *map(_place, change[1:])), change)
    return tuple(found.values())


def _place(said: Said | None) -> Any:
    return None if said is None else (said.origin.span, meaning(said))


def _levels(job: ComposedJob) -> Iterator[Owners]:
    yield {"": {**_leaves(job.stacks, _of_job), **_roots(job)}}
    yield {f"crystals[{n}]": _leaves(stacks, _of_crystals) for n, stacks in job.crystals.items()}
    yield {
        f"datasets[{crystal}.{name}]": _leaves(stacks, _OF_MERGED.__contains__)
        for (crystal, name), stacks in job.datasets.items()
    }
    sweeps: dict[str, dict[str, Said]] = {}
    for sweep in job.sweeps:
        leaves = _leaves(sweep.stacks, _of_sweeps)
        for key in ("crystal", "dataset"):
            top, name = sweep.top(key), getattr(sweep, key)
            origin = top.origin if top else Origin(Layer.DEFAULT, key, span=sweep.span)
            if name:
                leaves[key] = Resolved(key, name, origin)
        count = sum(other.partition(" ")[0] == sweep.name for other in sweeps)  # {folder}, again
        sweeps[f"{sweep.name} {count + 1}" if count else sweep.name] = leaves
    yield {f"sweeps[{name}]": leaves for name, leaves in sweeps.items()}


def _roots(job: ComposedJob) -> dict[str, Said]:
    return {f"roots.{n}": settle(f"roots.{n}", [written]) for n, written in job.roots.items()}


def _leaves(stacks: Stacks, belongs: Callable[[str], bool]) -> dict[str, Said]:
    found = {}
    for key, stack in stacks.items():
        if not belongs(key) or stack[0].edit is Edit.DEFAULT:
            continue
        said = settle(key, stack)
        if said.value or key not in _ADD_UP:
            found[key] = said
    return found


def _of_job(key: str) -> bool:
    if key.startswith("processing."):
        return finest_scopes()[key] is Scope.JOB
    first = key.partition(".")[0].partition("[")[0]
    return first == "keywords" or first not in INHERITED


def _of_crystals(key: str) -> bool:
    if key.startswith("processing."):
        return finest_scopes()[key] is Scope.CRYSTAL or key in _OF_MERGED
    return key.partition(".")[0].partition("[")[0] not in INHERITED


def _of_sweeps(key: str) -> bool:
    if key.startswith("processing."):
        return finest_scopes()[key] is Scope.SWEEP
    return key not in _NAMES


def _changes(old: Owners, new: Owners) -> Iterator[Change]:
    both = [owner for owner in old if owner in new]
    together: dict[tuple[Any, ...], list[str]] = {}
    changes: dict[tuple[Any, ...], Change] = {}
    for owner in both:
        for key in dict.fromkeys((*old[owner], *new[owner])):
            change = Change(key, old[owner].get(key), new[owner].get(key))
            if meaning(change.old) != meaning(change.new):
                same = (key, *map(_place, change[1:]))
                together.setdefault(same, []).append(owner)
                changes[same] = change
    for same, owners in together.items():
        change = changes[same]
        if owners == both and (len(owners) > 1 or _said_of_all(change)):
            yield change
        else:
            yield from (change._replace(key=_under(owner, change.key)) for owner in owners)
    for owner in dict.fromkeys((*old, *new)):
        if owner not in both:
            yield from _alone(owner, old.get(owner), new.get(owner))


def _said_of_all(change: Change) -> bool:
    return all(said is None or said.origin.layer not in _OF_ONE for said in change[1:])


def _under(owner: str, key: str) -> str:
    return f"{owner}.{key}" if owner else key


def _alone(
    owner: str, old: Mapping[str, Said] | None, new: Mapping[str, Said] | None
) -> Iterator[Change]:
    """An owner that only one of the jobs has: a sweep by its images, else all that is said of it."""
    for key, said in (old or new or {}).items():
        if key == "images" if owner.startswith("sweeps[") else said.origin.layer in _OF_ONE:
            name = owner if key == "images" else _under(owner, key)
            yield Change(name, said if old is not None else None, said if new is not None else None)


def meaning(said: Said | None) -> Any:
    """A value that is equal for all ways to say the same."""
    if said is None:
        return None
    key, value = said.path, said.known
    if key == "exclude":
        return _excluded(value)
    if key == "space_group":
        return ("".join(value.split()),)
    if key in ("masks", "expect"):
        return frozenset(_plain(item) for item in value)
    return (_plain(value),)


def _excluded(exclusions: tuple[Exclusion, ...]) -> Any:
    """The images by number together, for each choice of steps; other forms as they are."""
    numbers: dict[tuple[str, ...], ImageSet] = {}
    others = set()
    for item in exclusions:
        steps = tuple(sorted(item.steps))
        if item.images is not None:
            numbers[steps] = numbers.get(steps, ImageSet()) | item.images
        else:
            others.add(_plain(item._replace(reason="", steps=steps)))
    return frozenset(numbers.items()), frozenset(others)


def _plain(value: Any) -> Any:
    """A value that can be compared and hashed; numbers to 12 digits, as units may round them."""
    if isinstance(value, bool) or not isinstance(value, float | tuple | list | Mapping):
        return value
    if isinstance(value, float):
        return float(f"{value:.12g}")
    if isinstance(value, Mapping):
        return frozenset((key, _plain(item)) for key, item in value.items())
    if isinstance(value, Expectation):
        value = value._replace(text="")
    return tuple(_plain(item) for item in value)
