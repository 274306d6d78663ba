"""The page of all keys of a job: a table for each section, what may stand in several said once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generating.models import meaning, model_of
from sweepwright.checks.coverage import spelled
from sweepwright.model.choice_types import Grouping, Jobs
from sweepwright.model.job import INHERITED, Job
from sweepwright.model.section import Scope, Section
from sweepwright.resolve.defaults import GROUP_DEFAULTS, JOB_DEFAULTS, SWEEP_DEFAULTS

_DEFAULTS = {**SWEEP_DEFAULTS, **GROUP_DEFAULTS, **JOB_DEFAULTS}
#: sections with a table of their own; others are written with dots in that of the section above
_OWN = ("crystals", "datasets", "sweeps", "geometry", "goniostat", "processing", "run", "outputs")
_BELOW = {
    Scope.JOB: "job",
    Scope.CRYSTAL: "crystal",
    Scope.DATASET: "data set",
    Scope.SWEEP: "sweep",
}
_INTRODUCTION = """\
# Job keys

Language version 1. The smallest job is `sweepwright: 1` and one sweep with its `images`.

`NAME` stands for a name of your own. *Down to* says where a key may stand: `crystal` means in the job
or in a crystal. Of several the nearest to the sweep wins; [how the language
works](../explanation/language.md) says more. `sweepwright explain JOB` shows what a job comes to.
"""


def job_page() -> str:
    """All keys with meaning, place and default."""
    parts = [_INTRODUCTION, "## The job", _table(_rows(Job, ""))]
    for key, field in Job.model_fields.items():
        inner, many = model_of(field.annotation)
        if key in _OWN:
            title = key + {"dict": ".NAME", "list": "[]"}.get(many, "")
            parts += [
                f"## {title}",
                " ".join((inner.__doc__ or "").split()),
                _table(_rows(inner, f"{key}.")),
            ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _table(rows: Iterator[tuple[str, str, str, str]]) -> str:
    kept = list(rows)
    scoped = any(scope for _, _, scope, _ in kept)
    head = ["key", "meaning", *(["down to"] if scoped else []), "default"]
    lines = [head, ["---"] * len(head)]
    for key, text, scope, default in kept:
        lines.append(
            [f"`{key}`", text, *([scope] if scoped else []), f"`{default}`" if default else ""]
        )
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _rows(
    model: type[Section], above: str, inside: str = ""
) -> Iterator[tuple[str, str, str, str]]:
    """Key, meaning, finest scope and default of each leaf of a section."""
    for key, field in model.model_fields.items():
        inner, many = model_of(field.annotation)
        if inner is not None and not issubclass(inner, Section):
            inner = None
        if above in ("crystals.", "datasets.", "sweeps.") and key in INHERITED:
            yield (
                key,
                f"As in [{key}](#{key if key in _OWN else 'the-job'}), for this {_one(above)} alone.",
                "",
                "",
            )
        elif inner is not None and not above and key in _OWN:
            yield (
                key,
                f"{meaning(model, key)} See [below](#{_anchor(key, many)}).".strip(),
                "",
                "",
            )
        elif inner is not None:
            yield from _rows(inner, above, f"{inside}{key}.")
        else:
            scope = next((_BELOW[item] for item in field.metadata if isinstance(item, Scope)), "")
            leaf = f"{above if above not in ('crystals.', 'sweeps.') else ''}{inside}{key}"
            yield inside + key, meaning(model, key), scope, _default(leaf)


def _one(section: str) -> str:
    return {"crystals.": "crystal", "datasets.": "data set", "sweeps.": "sweep"}[section]


def _anchor(key: str, many: str) -> str:
    return key + {"dict": "name"}.get(many, "")


def _default(leaf: str) -> str:
    value: Any = _DEFAULTS.get(leaf)
    if isinstance(value, Grouping):
        return f"{{{value.kind}: {value.amount:f} A}}".replace("0 A", " A")
    if isinstance(value, Jobs):
        return spelled(value.integrate)
    if ".criteria." in leaf and value == 0:
        return "off"
    return "" if value is None else spelled(value)
