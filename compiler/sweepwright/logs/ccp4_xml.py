"""The XML files of CCP4 programs. A crash leaves them without an end: what is whole counts.

Elements come in any order and some are missing; numbers have blanks around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from sweepwright.logs.ccp4_lines import cell
from sweepwright.logs.draft import Draft
from sweepwright.logs.reading import Reading, Table, Trouble, UnreadableError, Value

_ROOT = re.compile(r"\ufeff?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(\w+)(?=[\s>])", re.DOTALL)
#: POINTLESS closed this element without a slash for years
_CENPROB = re.compile(r"<CenProb>([^<]*)<CenProb>")
_CELL = ("a", "b", "c", "alpha", "beta", "gamma")
#: elements that say why there is no result
_ERRORS = ("FatalErrorMessage", "ScaleModelError", "ScaleModelFail")
#: a column of a table: the element that it is from, and whether it is a number
Columns = Mapping[str, tuple[str, bool]]


def root_of(head: str) -> str:
    """The name of the root element; nothing if the text is no XML."""
    match = _ROOT.match(head)
    return match[1] if match else ""


def opened(text: str) -> tuple[Element, Draft]:
    """The root with its whole children, and a draft with what all these programs write."""
    root = Element("nothing")
    draft = Draft()
    with draft.part("the file"):
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise UnreadableError("it defines entities")
        root, why = _parsed(_CENPROB.sub(r"<CenProb>\1</CenProb>", text.lstrip("\ufeff \t\r\n")))
        if why:
            draft.troubles.append(Trouble("the end of the file", 0, why))
    version = {"program_version": "version", "run_at": "RunTime"}
    draft.values |= {
        name: root.get(key, "").strip() for name, key in version.items() if root.get(key)
    }
    for path in _ERRORS:
        texts(draft, root, {"error.hard": path} if "error.hard" not in draft.values else {})
    warnings = tuple(
        dict.fromkeys(
            " ".join("".join(each.itertext()).split())
            for each in root.iter()
            if each.get("class") == "warningmessage" or each.tag.endswith("Warning")
        )
    )
    if warnings:
        draft.values |= {"warning": warnings[0], "warnings": warnings}
    return root, draft


def closed(kind: str, program: str, draft: Draft) -> Reading:
    """The reading."""
    version = draft.values.get("program_version")
    return Reading(
        kind,
        program,
        version if isinstance(version, str) else None,
        None,
        draft.values,
        draft.tables,
        tuple(draft.troubles),
    )


def _parsed(text: str) -> tuple[Element, str]:
    """The root, and why it is not whole."""
    parser: XMLPullParser[Element] = XMLPullParser(("start", "end"))
    parser.feed(text.encode("utf-8", "replace").decode())
    root = Element("nothing")
    depth = 0
    whole: list[Element] = []
    try:
        for event, element in cast("Iterator[tuple[str, Element]]", parser.read_events()):
            depth += 1 if event == "start" else -1
            if event == "start" and depth == 1:
                root = Element(element.tag, element.attrib)
            elif event == "end" and depth == 1:
                whole.append(element)
            elif event == "end" and depth == 0:
                root.extend(whole)
                return root, ""
    except ParseError as why:
        root.extend(whole)
        return root, str(why)
    root.extend(whole)
    return root, "the root element is not closed"


def said(element: Element, path: str) -> str | None:
    """The text of the only element at this path, blanks made one."""
    found = element.findall(path)
    if len(found) > 1:
        raise UnreadableError(f"{path} is there {len(found)} times")
    return " ".join("".join(found[0].itertext()).split()) or None if found else None


def numbers(
    draft: Draft, element: Element, paths: Mapping[str, str], prefix: str = "", size: int = 1
) -> None:
    """Numbers at these paths by name, so many in each element."""
    for name, path in paths.items():
        with draft.part(f"the element {path}"):
            words = (said(element, path) or "").split()
            if words and len(words) != size:
                raise UnreadableError(f"{len(words)} numbers where {size} belong")
            found = tuple(map(cell, words))
            draft.values |= {prefix + name: found if size > 1 else found[0]} if found else {}


def texts(draft: Draft, element: Element, paths: Mapping[str, str], prefix: str = "") -> None:
    """Texts at these paths by name."""
    for name, path in paths.items():
        with draft.part(f"the element {path}"):
            if text := said(element, path):
                draft.values[prefix + name] = text


def unit_cell(draft: Draft, element: Element, path: str, name: str) -> None:
    """Six numbers, each in its element."""
    with draft.part(f"the element {path}"):
        if found := element.findall(path):
            words = [said(found[0], part) for part in _CELL]
            if None in words or len(found) > 1:
                raise UnreadableError("it is not one whole cell")
            draft.values[name] = tuple(cell(word) for word in words if word)


def table(
    draft: Draft, elements: Sequence[Element], columns: Columns, name: str, label: str | None = None
) -> None:
    """A table with a row for each element; a cell without its element is None."""
    with draft.part(f"the table {name}"):
        rows = tuple(tuple(_cells(element, columns)) for element in elements)
        if label and len(
            {label.format_map(dict(zip(columns, row, strict=True))) for row in rows}
        ) < len(rows):
            raise UnreadableError("two of its rows have one name")
        if rows:
            draft.tables[name] = Table(tuple(columns), rows, label)


def _cells(element: Element, columns: Columns) -> Iterator[Value]:
    for path, is_number in columns.values():
        text = element.get(path[1:]) if path.startswith("@") else said(element, path)
        yield cell(text.strip()) if text and is_number else text


def runs(draft: Draft, root: Element) -> bool:
    """Data sets and runs in ReflectionData, named as in the logs; whether there are several."""
    data = root.findall("ReflectionData/Dataset")
    for dataset in data:
        name = dataset.get("name", "").strip()
        prefix = f"dataset.{name.rpartition('/')[2]}." if len(data) > 1 else ""
        parts = name.split("/")
        if len(parts) == 3:
            keys = ("names.project", "names.crystal", "names.dataset")
            draft.values |= {prefix + key: part for key, part in zip(keys, parts, strict=True)}
        numbers(draft, dataset, {"wavelength": "Wavelength"}, prefix)
        for run in dataset.findall("Run"):
            with draft.part("a run"):
                number = said(run, "number")
                if number and number.isdigit():
                    ranges = {"batches": "BatchRange", "phi_range": "PhiRange"}
                    numbers(draft, run, ranges, f"run_{number}_", 2)
    return len(data) > 1
