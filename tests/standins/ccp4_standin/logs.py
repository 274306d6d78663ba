"""What the programs print: banner, tables for plots, and the XML beside it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

VERSION = "0.0"
NOTICE = "STAND-IN, NOT CCP4"
_STARS = " " + "#" * 63


class StopError(Exception):
    """A fatal error of the program: its text, and the status with which it ends."""

    def __init__(self, text: str, status: int = 4) -> None:
        super().__init__(text)
        self.status = status


def banner(program: str) -> str:
    now = time.localtime()
    return (
        f" \n{_STARS}\n{_STARS}\n{_STARS}\n"
        f" ### CCP4 0.0: {program.upper():<24} version {VERSION} : 01/01/21##\n{_STARS}\n"
        f" User: nobody  Run date: {now.tm_mday:2d}/{now.tm_mon:2d}/{now.tm_year}"
        f" Run time: {time.strftime('%H:%M:%S', now)} \n\n\n"
        f" {NOTICE}: for tests of sweepwright alone; cctbx and DIALS do the work\n"
    )


def echo(lines: Sequence[str]) -> str:
    return "\n".join(
        [
            ">>>>> Input command lines <<<<<\n",
            *lines,
            "\n>>>>>     End of input    <<<<<\n",
        ]
    )


def six(numbers: Sequence[float], width: int = 8) -> str:
    """A cell."""
    return "".join(f"{number:{width}.2f}" for number in numbers)


@dataclass
class Table:
    """A table for plots: titles, rows of formatted cells, and the cells of the line of totals."""

    title: str
    id: str
    graphs: tuple[str, ...]
    titles: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    total: tuple[str, ...] = ()

    def log(self) -> str:
        graphs = "\n".join((":" if at else "") + graph for at, graph in enumerate(self.graphs))
        widths = [
            1 + max(len(cell) for cell in column)
            for column in zip(self.titles, *self.rows, strict=True)
        ]
        lines = [f"$TABLE:  {self.title}:", f"$GRAPHS:{graphs}", " $$"]
        lines += [self._line(self.titles, widths) + "   $$ $$"]
        lines += [self._line(row, widths) for row in self.rows]
        lines += ["$$"]
        if self.total:
            lines += ["Overall:  " + "  ".join(self.total)]
        return "\n".join([*lines, self._line(self.titles, widths), "", ""])

    @staticmethod
    def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
        return " " + "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))

    def element(self) -> ElementTree.Element:
        made = ElementTree.Element("CCP4Table", groupID="Graph", id=self.id, title=self.title)
        ElementTree.SubElement(made, "headers", separator=" ").text = " ".join(self.titles)
        rows = "\n".join("  ".join(row) for row in self.rows)
        ElementTree.SubElement(made, "data").text = f"\n{rows}\n"
        return made


def child(
    parent: ElementTree.Element, tag: str, value: object = None, /, **attributes: str
) -> ElementTree.Element:
    """A child element; numbers that need a format come as text."""
    made = ElementTree.SubElement(parent, tag, attributes)
    if value is not None:
        made.text = f" {value} "
    return made


def cell_element(parent: ElementTree.Element, numbers: Sequence[float]) -> None:
    cell = child(parent, "cell")
    for name, number in zip(("a", "b", "c", "alpha", "beta", "gamma"), numbers, strict=True):
        child(cell, name, f"{number:.4f}" if len(name) == 1 else f"{number:.3f}")


def root(program: str) -> ElementTree.Element:
    return ElementTree.Element(
        program.upper(), version=VERSION, RunTime=time.strftime("%a %b %d %H:%M:%S %Y"), note=NOTICE
    )


def write_xml(path: str, element: ElementTree.Element) -> None:
    ElementTree.indent(element)
    text = ElementTree.tostring(element, encoding="unicode")
    Path(path).write_text(f'<?xml version="1.0"?>\n{text}\n', encoding="utf-8")
