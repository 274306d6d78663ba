"""The header of XDS_ASCII.HKL and INTEGRATE.HKL: ``!KEY= value`` lines up to ``!END_OF_HEADER``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sweepwright.logs.keywords import keywords
from sweepwright.logs.printed import values
from sweepwright.logs.reading import Table, Trouble, UnreadableError, Value

_END = "!END_OF_HEADER"


def _known(text: str) -> Value:
    """A wavelength, printed as zero or below where XSCALE does not know it."""
    wavelength = values(text.partition("(")[0], 1)
    return wavelength if isinstance(wavelength, float) and wavelength > 0 else None


def _cell(text: str) -> Value:
    return values(text, 6)


#: what XSCALE says of each input file: name and how to read it
_OF_SET: dict[str, tuple[str, Callable[[str], Value]]] = {
    "INPUT_FILE": ("input_file", str),
    "X-RAY_WAVELENGTH": ("wavelength", _known),
    "UNIT_CELL_CONSTANTS": ("cell", _cell),
}
_SET = re.compile(r"! ISET=\s*(\d{1,9})\s+(" + "|".join(_OF_SET) + r")=(.*)")
_ITEM = re.compile(r"!ITEM_(\S+)=\s*(\d{1,9})\s*")


@dataclass(frozen=True, slots=True)
class Header:
    """What the header says; ``items`` names the columns of a record, ``end`` is the line after."""

    values: dict[str, Value]
    tables: dict[str, Table]
    items: tuple[str, ...]
    end: int
    troubles: tuple[Trouble, ...]


def header(lines: list[str]) -> Header:
    """The header at the top of these lines. Raises UnreadableError where it has no end."""
    end = next((at for at, line in enumerate(lines) if line.startswith(_END)), None)
    if end is None:
        raise UnreadableError(f"no {_END}")
    found: dict[str, Value] = {}
    sets: dict[int, dict[str, Value]] = {}
    troubles = []
    for at, line in enumerate(lines[:end], 1):
        try:
            if said := _SET.match(line):
                name, convert = _OF_SET[said[2]]
                sets.setdefault(int(said[1]), {})[name] = convert(said[3].strip())
            else:
                found |= {f"header.{name}": value for name, value in keywords(line).items()}
        except UnreadableError as why:
            troubles.append(Trouble("a line of the header", at, why.args[0]))
    return Header(found, _sets(sets), _items(lines[:end]), end + 1, tuple(troubles))


def _sets(sets: dict[int, dict[str, Value]]) -> dict[str, Table]:
    """``header.set_{set}``: the input files of XSCALE; what it does not say of one is None."""
    if not sets:
        return {}
    names = [name for name, _ in _OF_SET.values()]
    rows = tuple((number, *map(said.get, names)) for number, said in sets.items())
    return {"header.sets": Table(("set", *names), rows, "set_{set}")}


def _items(lines: Iterable[str]) -> tuple[str, ...]:
    """The columns of a record in their order: from ITEM_ lines, else from the list ``!H,K,L,``."""
    items: dict[int, str] = {}
    listed = ""
    for line in lines:
        if item := _ITEM.fullmatch(line):
            items[int(item[2])] = item[1]
        elif line.startswith("!H,K,L,") or listed.endswith(","):
            listed += line.lstrip("! ").rstrip()
    if items:
        return tuple(items.get(at, "") for at in range(1, len(items) + 1))
    return tuple(listed.split(","))
