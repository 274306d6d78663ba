"""The language on one page: every key in a few words, and how values are written."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sweepwright.language.leaves import SchemaLeaf, schema_leaves
from sweepwright.model.diagnostic import ExitCode
from sweepwright.model.section import Scope
from sweepwright.model.units import ANODES, UNITS

WIDTH = 100
_MARKS: Mapping[Scope, str] = {Scope.CRYSTAL: "c", Scope.DATASET: "d", Scope.SWEEP: "s"}
_EXIT_CODES: Mapping[ExitCode, str] = {
    ExitCode.GOOD: "good",
    ExitCode.WRONG_INPUT: "the job or its data are wrong, or two things differ (`diff`)",
    ExitCode.WRONG_USE: "wrong use of the command",
    ExitCode.PROCESSING_FAILED: "processing ran and failed",
    ExitCode.INTERRUPTED: "interrupted, resumable",
    ExitCode.DIFFERENT: "a locked job would compile to something else",
    ExitCode.EXPECT_FAILED: "an `expect` gate failed",
    ExitCode.BUG: "a bug",
}
#: dimensions whose units are said; of units of one size the first
_DIMENSIONS = ("length", "angle", "resolution", "wavelength")
_PROPER_NAMES = ("Bravais", "XDS")


def cheatsheet(commands: Sequence[tuple[str, str]]) -> str:
    """The page as Markdown; ``commands`` are names with what they do."""
    parts = [
        "# The job language on a page\n",
        "```yaml\nsweepwright: 1\nsweeps:\n  - images: data/lyso_####.cbf\n```\n",
        "## Keys\n",
        "(c), (d), (s): also in a crystal, a data set, a sweep; the nearest to the sweep wins.\n",
        *_keys(),
        "\n## Values\n",
        *(_wrapped(f"- {line}", "  ") for line in _values()),
        "\n## Commands\n",
        _sentence(f"`{name}` {_clause(told)}" for name, told in commands),
        "\n## Exit codes\n",
        _sentence(f"{code.value} {_EXIT_CODES[code]}" for code in ExitCode),
    ]
    return "\n".join(parts) + "\n"


def _keys() -> Iterator[str]:
    sections: dict[str, list[SchemaLeaf]] = {}
    for leaf in schema_leaves():
        sections.setdefault(_section(leaf.key), []).append(leaf)
    for section, leaves in sections.items():
        marks = {_marks(leaf) for leaf in leaves}
        of_all = marks.pop() if len(marks) == 1 else ""
        told = (_one(leaf, section, "" if of_all else _marks(leaf)) for leaf in leaves)
        yield _wrapped(f"- **{section or 'job'}**{of_all} {'; '.join(told)}", "  ")


def _section(key: str) -> str:
    first, dot, _ = key.partition(".")
    return f"{first}.NAME" if key.startswith(f"{first}.NAME") else first if dot else ""


def _marks(leaf: SchemaLeaf) -> str:
    places = leaf.places if Scope.JOB in leaf.places else ()
    letters = "".join(_MARKS.get(place, "") for place in places)
    return f" ({letters})" if letters else ""


def _one(leaf: SchemaLeaf, section: str, marks: str) -> str:
    """A key, where it may stand, and its words or what it means."""
    words = [str(w).lower() if isinstance(w, bool) else w for w in leaf.schema.get("enum", ())]
    told = "|".join(words) if 0 < len(words) < 6 else _clause(leaf.doc)
    return f"`{leaf.key.removeprefix(f'{section}.')}`{marks} {told}"


def _clause(text: str) -> str:
    """What a text says first, as a part of a sentence."""
    told = re.split(r"; |, e\.g\.|\. |\.$", text, maxsplit=1)[0]
    head, colon, _ = told.partition(": ")
    if colon and " " in head and not re.search(r"[\[({]", head):
        told = head
    small = told[1:2] in " abcdefghijklmnopqrstuvwxyz" and not told.startswith(_PROPER_NAMES)
    return told[:1].lower() + told[1:] if small else told


def _values() -> Iterator[str]:
    yield (
        "**images** `x_####.cbf`, `x_%04d.cbf`, one image of a series, a folder; `x*/x_####.cbf` is a "
        "sweep for each match, named by `{folder}`, `{stem}`, `{n}`; short form of a sweep: "
        "`- A, raw, x_####.cbf, 1, 900`"
    )
    yield "**range** `17`, `1-900`, `1-200, 401-600`, `..600`, `401..`"
    yield (
        "**exclude** a list of these, of patterns of names (`x_02*.cbf`), "
        "`{images: 17, reason: shutter}`, `{every: 20, from: 20}`, `{degrees: 300..500}`"
    )
    yield f"**units** {'; '.join(map(_units, _DIMENSIONS))}; a bare number is in the first"
    yield (
        "**words** `auto` decides, `off` switches off, `default` takes back what lower layers say; "
        "null is an error"
    )
    yield (
        "**lists** replace what lower layers say; `+key` appends, `-key` removes; `masks` always "
        "add up"
    )
    yield (
        "**places** are relative to the job file, or `$raw/...` with `roots: {raw: PATH}` and "
        "`--bind raw=PATH`"
    )
    yield (
        "**layers**, later wins: default, the user's file, image header, macros in order, job, "
        "crystal, data set, sweep, `--set KEY=VALUE` (`--set 'sweeps[A].range=1-90'`)"
    )


def _units(dimension: str) -> str:
    """``length mm m cm um``: the shortest name of each unit."""
    first: dict[float, str] = {}
    for unit, factor in UNITS[dimension].items():
        first.setdefault(factor, unit)
    more = ["eV", "keV", *ANODES] if dimension == "wavelength" else []
    return " ".join((dimension, *first.values(), *more))


def _sentence(items: Iterable[str]) -> str:
    return _wrapped(f"{'; '.join(items)}.")


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
