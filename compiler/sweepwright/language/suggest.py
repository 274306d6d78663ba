"""The keys of the language: which may stand at a place, and where a key stands."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from sweepwright.language.nodes import Key
from sweepwright.language.prepare import section_of
from sweepwright.model.job import Job
from sweepwright.model.section import Section


def keys_at(path: tuple[Key, ...]) -> list[str]:
    """The keys that may stand in the mapping at a path of a job."""
    model: type[Section] | None = Job
    many = ""
    for step in path:
        if many:  # a name or a number: still in the same model
            many = ""
        elif model is not None and str(step) in model.model_fields:
            model, many = section_of(model.model_fields[str(step)].annotation)
        else:
            return []
    return list(model.model_fields) if model is not None and not many else []


def all_keys(model: type[Section] = Job, prefix: str = "") -> Iterator[str]:
    """Every key of the language with the sections that it stands in."""
    for key, info in model.model_fields.items():
        yield prefix + key
        inner, many = section_of(info.annotation)
        if inner is not None:
            middle = {"dict": ".NAME", "list": "[]"}.get(many, "")
            yield from all_keys(inner, f"{prefix}{key}{middle}.")


def elsewhere(key: str) -> list[str]:
    """Where a key of this name stands, the shortest paths first; one for each section."""
    places = _places().get(key, [])
    inherited = ("crystals.NAME.", "datasets.NAME.", "sweeps[].")
    plain = [place for place in places if not place.startswith(inherited)]
    return sorted(plain or places, key=len)


@cache
def _places() -> dict[str, list[str]]:
    """Key -> all its places."""
    places: dict[str, list[str]] = {}
    for place in all_keys():
        places.setdefault(place.rpartition(".")[2], []).append(place)
    return places
