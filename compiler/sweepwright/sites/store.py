"""The site files: found, indexed by their text, and parsed only where a question needs it.

A site file is a stream of YAML documents. The first says what the facility has in common, each of
the others is one record. A look-up reads the lines with ids and keys and parses the records that
they point to: parsing all takes a third of a second, and `check` of one job needs one or two.
That works because shipped files write short lists in one line, which `lint` checks; files of users
may be written in any way and are parsed whole.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from sweepwright.model.diagnostic import Diagnostic, Span, error
from sweepwright.sites.schema import Facility, Family, Goniostat, SiteModel, SiteRecord
from sweepwright.sites.texts import has_words, same_place

#: files of the database that hold no records
FAMILIES, GONIOSTATS = "detectors.yaml", "goniostats.yaml"
_PARTS = re.compile(r"^---[ \t]*\n", re.MULTILINE)
_ID = re.compile(r"^id:\s*(\S+)", re.MULTILINE)
_LIST = re.compile(r"^  (serials|site_texts|words): \[(.*)\]$", re.MULTILINE)
_ITEM = re.compile(r"\s*(?:'([^']*)'|\"([^\"]*)\"|([^,]+))")
Model = TypeVar("Model", bound=SiteModel)


class Layer(StrEnum):
    """Where a record comes from; a later one stands in the place of an earlier with the same id."""

    SHIPPED = "shipped"
    USER = "user"
    GIVEN = "given"


@dataclass(frozen=True, slots=True)
class Part:
    """One document of a site file: its text, and the line on which it begins."""

    file: Path
    line: int
    text: str

    @property
    def id(self) -> str:
        """The id of the record; empty where the text has none."""
        found = _ID.search(self.text)
        return found[1].strip("'\"") if found else ""

    def lists(self) -> Mapping[str, tuple[str, ...]]:
        """The short lists of the text: serials, site_texts, words."""
        return {found[1]: _items(found[2]) for found in _LIST.finditer(self.text)}

    def span(self, word: str = "id") -> Span:
        """The place of a key, or the first line."""
        for number, line in enumerate(self.text.split("\n")):
            at = re.search(rf"(?<![\w-]){re.escape(word)}:", line)
            if at:
                where = self.line + number
                return Span(str(self.file), where, at.start() + 1, where, at.end())
        return Span(str(self.file), self.line, 1, self.line, 2)


@dataclass(frozen=True)
class SiteFile:
    """A site file, cut into its documents."""

    layer: Layer
    head: Part
    records: tuple[Part, ...]


@dataclass(frozen=True)
class Entry:
    """A record with what it refers to, and where it stands."""

    record: SiteRecord
    facility: Facility
    family: Family | None
    goniostat: Goniostat | None
    layer: Layer
    part: Part
    replaces: bool = False

    @property
    def sizes_px(self) -> tuple[tuple[int, int], ...]:
        """Frame sizes that the detector can have; empty where nobody knows."""
        own = self.record.detector.sizes_px
        return own or (self.family.sizes_px if self.family else ())


class SiteFileError(ValueError):
    """A site file that does not say what it should; holds the diagnostics."""

    def __init__(self, found: Sequence[Diagnostic]) -> None:
        super().__init__(found[0].message)
        self.found = tuple(found)


class Sites:
    """All site files of a question. Nothing is parsed before it is asked for, and nothing twice."""

    def __init__(self, shipped: Path, files: Sequence[SiteFile]) -> None:
        self._shipped = shipped
        self.files = tuple(files)
        self._parsed: dict[Part, SiteModel] = {}
        self._entries: dict[Part, Entry] = {}
        self._serials: dict[str, list[Entry]] = {}

    @cached_property
    def _by_id(self) -> dict[str, tuple[SiteFile, Part]]:
        """Id -> the document that counts: that of the last layer."""
        return {part.id: (file, part) for file in self.files for part in file.records}

    @cached_property
    def _shipped_ids(self) -> frozenset[str]:
        shipped = (file for file in self.files if file.layer is Layer.SHIPPED)
        return frozenset(part.id for file in shipped for part in file.records)

    def ids(self) -> list[str]:
        """All ids, file by file."""
        return list(self._by_id)

    def get(self, id_: str) -> Entry | None:
        """The record of an id. Raises SiteFileError where its file is wrong."""
        found = self._by_id.get(id_)
        return self._entry(*found) if found else None

    def all(self) -> list[Entry]:
        """Every record. Raises SiteFileError."""
        return [self._entry(*found) for found in self._by_id.values()]

    def with_serial(self, serial: str) -> list[Entry]:
        """Records of a serial."""
        if serial not in self._serials:
            found = self._where(lambda keys: serial in _upper(keys.get("serials", ())))
            self._serials[serial] = [
                entry for entry in found if serial in _upper(entry.record.detector.serials)
            ]
        return self._serials[serial]

    def with_text(self, text: str, places: tuple[str, ...]) -> list[Entry]:
        """Records that are known by a word of the text, or by the name of the place."""

        def named(names: Iterable[str], words: Iterable[str]) -> bool:
            return same_place(names, *places) or has_words(words, text)

        found = self._where(lambda keys: named(keys.get("site_texts", ()), keys.get("words", ())))
        keyed = ((entry, entry.record.key) for entry in found)
        return [entry for entry, key in keyed if named(key.site_texts, key.words)]

    def goniostat(self, id_: str) -> Goniostat | None:
        """A goniostat of the database. Raises SiteFileError."""
        return self._read(Goniostat, self._goniostats[id_]) if id_ in self._goniostats else None

    def family(self, id_: str) -> Family | None:
        """A family of detectors of the database. Raises SiteFileError."""
        return self._read(Family, self._families[id_]) if id_ in self._families else None

    def beside(self) -> list[Goniostat | Family]:
        """All goniostats and families. Raises SiteFileError."""
        goniostats = [self._read(Goniostat, part) for part in self._goniostats.values()]
        return [*goniostats, *(self._read(Family, part) for part in self._families.values())]

    @cached_property
    def _goniostats(self) -> dict[str, Part]:
        return {part.id: part for part in cut(self._shipped / GONIOSTATS)}

    @cached_property
    def _families(self) -> dict[str, Part]:
        return {part.id: part for part in cut(self._shipped / FAMILIES)}

    def _where(self, wanted: Callable[[Mapping[str, tuple[str, ...]]], bool]) -> list[Entry]:
        return [
            self._entry(file, part)
            for file, part in self._by_id.values()
            if file.layer is not Layer.SHIPPED or wanted(self._lists[part.id])
        ]

    @cached_property
    def _lists(self) -> dict[str, Mapping[str, tuple[str, ...]]]:
        return {id_: part.lists() for id_, (_, part) in self._by_id.items()}

    def _entry(self, file: SiteFile, part: Part) -> Entry:
        if part not in self._entries:
            self._entries[part] = self._read_entry(file, part)
        return self._entries[part]

    def _read_entry(self, file: SiteFile, part: Part) -> Entry:
        facility = self._read(Facility, file.head)
        record = parse(SiteRecord, part, facility=facility.facility)
        family = self.family(record.detector.family) if record.detector.family else None
        goniostat = self.goniostat(record.goniostat) if record.goniostat else None
        for name, id_, meant in (
            ("family", record.detector.family, family),
            ("goniostat", record.goniostat, goniostat),
        ):
            if id_ and meant is None:
                message = f"{name} {id_} of record {record.id} is not in the database"
                raise SiteFileError([_wrong(part, name, message)])
        replaces = file.layer is not Layer.SHIPPED and record.id in self._shipped_ids
        return Entry(record, facility, family, goniostat, file.layer, part, replaces)

    def _read(self, model: type[Model], part: Part) -> Model:
        """A part that many records share, parsed once."""
        if part not in self._parsed:
            self._parsed[part] = parse(model, part)
        known = self._parsed[part]
        assert isinstance(known, model)
        return known


def load_sites(shipped: Path, user: Path | None = None, given: Iterable[Path] = ()) -> Sites:
    """The site files of a folder, with those of the user and those that are given besides.

    ``given`` may be files or folders. Files that did not change are read once in a process. Raises
    SiteFileError when one cannot be read.
    """
    names = [(name, Layer.SHIPPED) for name in _yaml(shipped)]
    if user is not None and user.is_dir():
        names += [(name, Layer.USER) for name in _yaml(user)]
    for place in given:
        found = _yaml(place) if place.is_dir() else [str(place)]
        names += [(name, Layer.GIVEN) for name in found]
    return _read_sites(shipped, tuple((name, layer, _stamp(name)) for name, layer in names))


_Stamp = tuple[int, int, int] | None


@lru_cache(maxsize=4)
def _read_sites(shipped: Path, files: tuple[tuple[str, Layer, _Stamp], ...]) -> Sites:
    """The files as they were at their stamps; texts, as every job compares all of them."""
    paths = [(Path(name), layer) for name, layer, _ in files]
    return Sites(
        shipped,
        [
            site_file(path, layer)
            for path, layer in paths
            if layer is not Layer.SHIPPED or path.name not in (FAMILIES, GONIOSTATS)
        ],
    )


def _stamp(name: str) -> _Stamp:
    """What changes with the content of a file; reading tells why there is none."""
    try:
        seen = os.stat(name)  # noqa: PTH116
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_size, seen.st_ino


def site_file(path: Path, layer: Layer) -> SiteFile:
    """A file, cut into its documents."""
    head, *records = cut(path)
    return SiteFile(layer, head, tuple(records))


def cut(path: Path) -> list[Part]:
    """The documents of a file, the first even where it is empty."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8 text"
        raise SiteFileError([_wrong(Part(path, 1, ""), "", f"cannot be read: {why}")]) from None
    parts, line = [], 1
    for piece in _PARTS.split(text):
        parts.append(Part(path, line, piece))
        line += piece.count("\n") + 1
    return parts if len(parts) == 1 or _says_something(parts[0].text) else parts[1:]


def parse(model: type[Model], part: Part, **more: Any) -> Model:
    """A document as a model. Raises SiteFileError."""
    from pydantic import ValidationError
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        said = YAML(typ="safe").load(part.text)
    except (YAMLError, ValueError, RecursionError) as problem:
        told = " ".join(str(problem).split("\n")[0].split()) or "it is no YAML"
        raise SiteFileError([_wrong(part, "", f"it cannot be read as YAML: {told}")]) from None
    if not isinstance(said, dict):
        raise SiteFileError([_wrong(part, "", "it is not a mapping of keys to values")])
    try:
        return model.model_validate({**said, **more})
    except ValidationError as problem:
        name = part.id or "the head of the file"
        raise SiteFileError(
            [
                _wrong(part, _last_word(item["loc"]), f"{name}: {_told(item)}")
                for item in problem.errors()
            ]
        ) from None


def _told(item: Any) -> str:
    path = ".".join(str(step) for step in item["loc"])
    if item["type"] == "extra_forbidden":
        return f"there is no key '{path}'"
    if item["type"] == "missing":
        return f"'{path}' is missing"
    return f"'{path}': {item['msg'].removeprefix('Value error, ')}"


def _last_word(steps: tuple[int | str, ...]) -> str:
    words = [step for step in steps if isinstance(step, str)]
    return words[-1] if words else "id"


def _wrong(part: Part, word: str, message: str) -> Diagnostic:
    return error(
        "SW-S007",
        f"site file {part.file.name}: {message}",
        part.span(word),
        help="sitedb/README.md says what a site file holds.",
    )


def _says_something(text: str) -> bool:
    return any(line.strip() and not line.startswith(("#", "%")) for line in text.split("\n"))


def _yaml(folder: Path) -> list[str]:
    return [f"{folder}/{name}" for name in sorted(os.listdir(folder)) if name.endswith(".yaml")]  # noqa: PTH208


def _items(text: str) -> tuple[str, ...]:
    return tuple(
        next(group for group in found.groups() if group is not None).strip()
        for found in _ITEM.finditer(text)
        if found[0].strip()
    )


def _upper(words: Iterable[str]) -> set[str]:
    return {word.upper() for word in words}
