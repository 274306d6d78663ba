"""The keyword tables: what each program accepts, read from YAML beside this module when asked for.

The head of each table says what its fields mean. A keyword to add is one row there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from sweepwright.programs.probe import DIALS_PROGRAMS

#: steps of XDS in their order, as they stand behind ``xds.`` in a job
XDS_STEPS = tuple("xycorr init colspot idxref defpix xplan integrate correct".split())
#: programs whose keywords are lines on standard input
LINE_PROGRAMS = ("pointless", "aimless")
#: programs of CCP4 whose keywords are known, and of which no job says any
_CLOSED_PROGRAMS = ("ctruncate", "freerflag", "cad")
PROGRAMS = ("xds", "xscale", *LINE_PROGRAMS, *DIALS_PROGRAMS)
#: words that DIALS takes in the place of any value
_PHIL_SPECIALS = ("None", "Auto")
_GROUPED = "DIALS would start a new group for each line, and which belong together cannot be said"
_FILE = "it names a file, and a job names files only under keys of its own"


@dataclass(frozen=True, slots=True)
class Keyword:
    """One keyword of a program. ``never`` and ``owner`` are empty where nothing forbids it."""

    name: str
    kinds: tuple[str, ...] = ("text",)
    """One for all values, or one for each."""
    least: int = 1
    most: int | None = 1
    """How many values; None: any number."""
    unit: str = ""
    range: str = ""
    words: tuple[str, ...] = ()
    """The values that are allowed, as the program spells them."""
    specials: tuple[str, ...] = ()
    """Words that may stand in the place of all values."""
    order: str = ""
    repeat: bool = False
    joint: str = " "
    """What stands between the values of a line."""
    scope: str = "general"
    reads: tuple[str, ...] = ()
    """Steps that read it, likely ones too; nothing: the program has no steps."""
    since: str = ""
    """The first build that knows it, as far as known, in words."""
    until: str = ""
    """The last build that knows it, likewise."""
    instead: str = ""
    """What newer builds have in its place."""
    owner: str = ""
    refused: bool = False
    """Whether the owner alone may say it."""
    never: str = ""
    value: str = ""
    """What follows on a line, for people."""
    form: str = ""
    """The same as it is checked; empty: nothing is known for certain."""
    not_with: Mapping[str, str] = field(default_factory=dict)
    """Words that may not follow in a line, with the keys that own them."""
    meaning: str = ""

    @property
    def closed(self) -> bool:
        """Whether no job may write it under ``keywords``."""
        return bool(self.never) or self.refused


@cache
def table(program: str) -> Mapping[str, Keyword]:
    """All keywords of one of ``PROGRAMS``, of xdsconv, or of ``ctruncate``, ``freerflag``, ``cad``.

    They are by name, in the order of the table.
    """
    if program.startswith("dials."):
        rows = _dials_rows(program.removeprefix("dials."))
    elif program in (*LINE_PROGRAMS, *_CLOSED_PROGRAMS):
        rows = (_keyword(row) for row in _load("ccp4/keywords.yaml")["programs"][program])
    else:
        name = "keywords" if program == "xds" else f"{program}_keywords"
        rows = (_keyword(row) for row in _load(f"xds/{name}.yaml")["keywords"])
    return {row.name: row for row in rows}


@cache
def _load(name: str) -> Any:
    from ruamel.yaml import YAML

    return YAML(typ="safe").load(Path(__file__).parent / name)


def _dials_rows(program: str) -> Iterator[Keyword]:
    """The parameters of a program of DIALS, each with the first rule that fits it."""
    said = _load("dials/keywords.yaml")["rules"]
    rules: list[dict[str, Any]] = [r for r in said if r.get("program", program) == program]
    told = f"a parameter of dials.{program}; `dials.{program} -c -e3 -a1` says what it does"
    for name, row in _load("dials/parameters.yaml")["programs"][program].items():
        fits = (r for r in rules if any(fnmatchcase(name, pattern) for pattern in r["names"]))
        rule = next(fits, {"never": _GROUPED} if row.get("grouped") else {})
        given = {"name": name, "meaning": told} | row | rule
        yield _keyword(given, ("True", "False"), _PHIL_SPECIALS)


def _keyword(
    row: Mapping[str, Any],
    booleans: tuple[str, ...] = ("TRUE", "FALSE"),
    specials: tuple[str, ...] = (),
) -> Keyword:
    kinds = tuple(row.get("kind", "text").split())
    least, most = _count(str(row.get("count", len(kinds))))
    refused = row.get("owned") == "refuse"
    file = _FILE if kinds == ("file",) and not refused else ""
    words = booleans if kinds == ("bool",) else tuple(str(word) for word in row.get("values", ()))
    unsure = row.get("confidence") == "low"
    return Keyword(
        name=row["name"],
        kinds=kinds,
        least=least,
        most=most,
        unit=row.get("unit", ""),
        range="" if unsure else str(row.get("range", "")),
        words=words,
        specials=specials,
        order="" if unsure else row.get("order", ""),
        repeat=row.get("repeat", False),
        joint="+" if row.get("joined") else " ",
        scope=row.get("scope", "general"),
        reads=tuple(step.lower() for step in (*row.get("reads", ()), *row.get("may_read", ()))),
        since=row.get("since", ""),
        until=row.get("until", ""),
        instead=row.get("instead", ""),
        owner=row.get("owner", ""),
        refused=refused,
        never=row.get("never", file),
        value=" ".join(str(row.get("value", "")).split()),
        form=row.get("form", ""),
        not_with=row.get("words", {}),
        meaning=row["meaning"],
    )


def _count(text: str) -> tuple[int, int | None]:
    """``6`` is 6 to 6, ``0..6`` is what it says, ``1..`` has no end."""
    least, dots, most = text.partition("..")
    return int(least), (int(most) if most else None) if dots else int(least)
