"""Leaves with several spellings: one-of mappings, references to macros and programs, expectations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple

from sweepwright.model import types as t
from sweepwright.model.units import parse_quantity

_REFERENCE_USES = ("indexing", "symmetry", "cell", "free")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SITE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_EXPECT = re.compile(
    r"(?P<quantity>[a-z][\w.]*)(?:\s+of\s+(?P<set>\S+))?\s*(?P<op>>=|<=|==|\sin\s)\s*(?P<value>.+)"
)
_ELEMENT = re.compile(r"[A-Za-z_][\w.-]*")


class Grouping(NamedTuple):
    """When wavelengths are one: ``tolerance`` (A), or equal ``decimals`` or ``significant_digits``."""

    kind: str
    amount: float


class Jobs(NamedTuple):
    """XDS's MAXIMUM_NUMBER_OF_JOBS of two steps."""

    colspot: int
    integrate: int


class Reference(NamedTuple):
    """A reference data set and what it is used for."""

    file: str
    use: tuple[str, ...]


class MacroUse(NamedTuple):
    """A macro by name or file, with its parameters as text."""

    name: str
    parameters: tuple[tuple[str, Any], ...] = ()


class SiteChoice(NamedTuple):
    """``auto``, ``off``, or the id of a site record, as of a date."""

    id: str
    date: str = ""


class Expectation(NamedTuple):
    """A gate: ``quantity [of set] op value``; the value is a number, or words for ``in``."""

    quantity: str
    set: str
    op: str
    value: float | str | tuple[str, ...]
    text: str


class Element(NamedTuple):
    """Elements put into the ISPyB XML at a path; ``sweep`` is empty for all sweeps."""

    at: str
    sweep: str
    set: tuple[tuple[str, str], ...]


def grouping(value: Any) -> Grouping:
    """``{tolerance: 0.00005 A}``, ``{decimals: 5}`` or ``{significant_digits: 4}``."""
    if not isinstance(value, Mapping):
        raise ValueError("write {tolerance: 0.00005 A}, {decimals: 5} or {significant_digits: 4}")
    kind, amount = t.single(value, ("tolerance", "decimals", "significant_digits"))
    if kind == "tolerance":
        return Grouping(kind, t.quantity("wavelength", 0, 1)(amount))
    return Grouping(kind, t.whole(1, 8)(amount))


def jobs(value: Any) -> Jobs:
    """A number for both steps, or ``{colspot: 1, integrate: 4}``."""
    number = t.whole(1, 99)
    if not isinstance(value, Mapping):
        return Jobs(number(value), number(value))
    both = t.keys(value, ("colspot", "integrate"), "{colspot: 1, integrate: 4}")
    return Jobs(number(both["colspot"]), number(both["integrate"]))


def reference(value: Any) -> Reference:
    """``{file: $raw/ref.mtz, use: [indexing, symmetry, cell, free]}``; a file alone means all four."""
    if isinstance(value, str):
        return Reference(t.text(value), _REFERENCE_USES)
    if not isinstance(value, Mapping) or "file" not in value or set(value) - {"file", "use"}:
        raise ValueError("a reference is written {file: $raw/ref.mtz, use: [indexing, free]}")
    use = t.list_of(t.word_of(*_REFERENCE_USES))(value.get("use", list(_REFERENCE_USES)))
    return Reference(t.text(value["file"]), tuple(dict.fromkeys(use)))


def merging_group(value: Any) -> str | dict[str, tuple[str, ...]]:
    """``crystal``, ``all``, or ``{NAME: [crystals]}``."""
    if not isinstance(value, Mapping):
        return str(t.word_of("crystal", "all")(value))
    groups = {t.name(key): t.list_of(t.name)(members) for key, members in value.items()}
    seen: dict[str, str] = {}
    for group, members in groups.items():
        for member in members:
            if member in seen:
                raise ValueError(f"crystal '{member}' is in two groups, {seen[member]} and {group}")
            seen[member] = group
    return groups


def macro_uses(value: Any) -> tuple[MacroUse, ...]:
    """A list of macros: names, files, or ``NAME: {parameter: value}``."""
    return tuple(_macro_use(item) for item in t.listed(value))


def _macro_use(item: Any) -> MacroUse:
    if not isinstance(item, Mapping):
        return MacroUse(t.text(item))
    if len(item) != 1:
        raise ValueError("a macro with parameters is written 'NAME: {parameter: value}'")
    name, parameters = next(iter(item.items()))
    if not isinstance(parameters, Mapping):
        raise ValueError(f"the parameters of a macro are a mapping: '{name}: {{parameter: value}}'")
    return MacroUse(t.text(name), tuple(sorted(parameters.items())))


def site(value: Any) -> SiteChoice:
    """``auto``, ``off``, an id, or ``{id: dls-i04, date: 2026-03-01}``."""
    if isinstance(value, Mapping):
        both = t.keys(value, ("id", "date"), "{id: dls-i04, date: 2026-03-01}")
        date = t.text(both["date"])
        if not _DATE.fullmatch(date):
            raise ValueError(f"'{date}' is not a date; write 2026-03-01")
        return SiteChoice(_site_id(both["id"]), date)
    return SiteChoice(_site_id(value))


def _site_id(value: Any) -> str:
    word = t.text(value)
    if not _SITE.fullmatch(word):
        raise ValueError(f"'{word}' cannot be the id of a site record, e.g. dls-i04")
    return word


def expectations(value: Any) -> tuple[Expectation, ...]:
    """A list of gates, e.g. ``completeness >= 95 %`` or ``space_group in P 21 3 | P 2 3``."""
    return tuple(_expectation(t.text(item)) for item in t.listed(value))


def _expectation(text: str) -> Expectation:
    match = _EXPECT.fullmatch(text.strip())
    if match is None:
        raise ValueError(
            f"'{text}' is not 'QUANTITY [of SET] OP VALUE' with OP one of >= <= == in, "
            "e.g. overall.cc_half of peak >= 0.99"
        )
    op, written = match["op"].strip(), match["value"].strip()
    found = (match["quantity"], match["set"] or "", op)
    if op == "in":
        return Expectation(*found, tuple(word.strip() for word in written.split("|")), text)
    try:
        return Expectation(*found, parse_quantity(written, "fraction"), text)
    except ValueError:
        if op == "==":
            return Expectation(*found, written, text)
        raise ValueError(f"'{written}' is not a number; {op} compares numbers") from None


def keyword_values(value: Any) -> dict[str, Any] | tuple[str, ...]:
    """What goes to one program: keywords with a value or a list of values, or whole lines."""
    if isinstance(value, Mapping):
        return {t.text(key): _keyword_value(key, inner) for key, inner in value.items()}
    return tuple(t.text(line) for line in t.listed(value))


def _keyword_value(key: str, value: Any) -> str | tuple[str, ...]:
    if isinstance(value, Mapping):
        raise ValueError(f"{key}: a value or a list of values is wanted, not a mapping")
    if isinstance(value, list):
        return tuple(t.text(item) for item in value)
    return t.text(value)


def local_elements(value: Any) -> tuple[Element, ...]:
    """``[{at: AutoProcContainer/.../Image, sweep: A, set: {datasetID: 12345}}]``."""
    return tuple(_element(item) for item in t.listed(value))


def _element(item: Any) -> Element:
    wanted = "{at: AutoProcContainer/AutoProcScalingContainer, set: {datasetID: 12345}}"
    if not isinstance(item, Mapping) or not {"at", "set"} <= set(item) <= {"at", "set", "sweep"}:
        raise ValueError(f"wanted: at, set and perhaps sweep, e.g. {wanted}")
    at = t.text(item["at"]).replace(":", "/").strip("/")
    values = item["set"]
    if not isinstance(values, Mapping) or not values:
        raise ValueError(f"'set' names elements and their text, e.g. {wanted}")
    for word in (*at.split("/"), *values):
        if not _ELEMENT.fullmatch(str(word)):
            raise ValueError(f"'{word}' is not the name of an XML element")
    sweep = t.name(item["sweep"]) if "sweep" in item else ""
    return Element(at, sweep, tuple((key, t.text(text)) for key, text in values.items()))


def axes_of_matrix(value: Any) -> dict[str, dict[str, Any]]:
    """Axis -> label -> patch; a list of plain values is short for labels of these values."""
    return dict(_axes(value))


def _axes(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if not isinstance(value, Mapping):
        raise ValueError("a matrix is written {engine: {xds: {processing.engine: xds}}}")
    for axis, labels in value.items():
        if not isinstance(labels, Mapping):
            yield axis, {t.name(label): {axis: label} for label in t.listed(labels)}
            continue
        for label, patch in labels.items():
            if not isinstance(patch, Mapping):
                raise ValueError(f"{axis}.{t.name(label)}: a patch is a mapping of keys and values")
        yield t.name(axis), {t.name(label): dict(patch) for label, patch in labels.items()}


_ONE_OF: dict[str, Any] = {"type": ["string", "object"]}
Wavelengths = Annotated[Grouping, t.Parsed(grouping), t.schema(type="object")]
JobNumbers = Annotated[Jobs, t.Parsed(jobs), t.schema(type=["integer", "object"])]
ReferenceData = Annotated[Reference, t.Parsed(reference), t.schema(**_ONE_OF)]
MergingGroup = Annotated[
    str | dict[str, tuple[str, ...]], t.Parsed(merging_group), t.schema(**_ONE_OF)
]
MacroUses = Annotated[
    tuple[MacroUse, ...], t.Parsed(macro_uses), t.schema(type=["array", "string"])
]
Site = Annotated[SiteChoice, t.Parsed(site), t.schema(**_ONE_OF)]
Expectations = Annotated[
    tuple[Expectation, ...], t.Parsed(expectations), t.schema(type=["array", "string"])
]
KeywordValues = Annotated[
    dict[str, Any] | tuple[str, ...],
    t.Parsed(keyword_values),
    t.schema(type=["object", "array", "string"]),
]
LocalElements = Annotated[
    tuple[Element, ...],
    t.Parsed(local_elements),
    t.schema(type="array", items={"type": "object"}),
]
Matrix = Annotated[dict[str, dict[str, Any]], t.Parsed(axes_of_matrix), t.schema(type="object")]
