"""All public sample images: read, or refused with advice; and what dxtbx makes of the same files.

`dxtbx_geometry.json` of the samples holds what DIALS 3.12 read. Where the readers differ, the table of
docs/explanation/images.md says why: what is in it must differ, what is not must agree.
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from shared_samples import IMAGES, needs_samples

from sweepwright.api.headers import FileHeader, headers_of

REPOSITORY = Path(__file__).resolve().parents[2]
DOC = REPOSITORY / "docs" / "explanation" / "images.md"
FIELDS = ("wavelength", "distance", "beam_center", "pixel_size", "size", "start", "width", "axis")
HERE = IMAGES.is_dir()


def _samples() -> list[str]:
    if not HERE:
        return []
    index = YAML(typ="safe").load((IMAGES / "index.yaml").read_text(encoding="utf-8"))
    return sorted(sample["file"] for sample in index["samples"])


NAMES = _samples()
DXTBX: Mapping[str, Any] = json.loads((IMAGES / "dxtbx_geometry.json").read_text()) if HERE else {}
pytestmark = needs_samples


def header(name: str) -> FileHeader:
    (found,) = headers_of([IMAGES / name])
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_gives_facts_or_advice(name: str) -> None:
    found = header(name)
    if found.error is None:
        assert found.facts is not None
        assert found.facts.get("size") or found.facts.panels or found.facts.doubts
        assert all(fact.key for fact in found.facts.fields.values())
        assert all(doubt.message and doubt.key for doubt in found.facts.doubts)
    else:
        assert found.error.code == "SW-I030"
        assert len(found.error.message) > len(str(IMAGES / name)) + 5
        assert found.error.help, found.error.message
    json.dumps(found.to_json(), allow_nan=False)


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_read_as_dxtbx_reads_it_or_the_table_says_why_not(name: str) -> None:
    found = header(name)
    if found.facts is None:
        pytest.skip(f"refused: {found.error.message.removeprefix(str(IMAGES))}")
    differing = {
        field: f"{field}: {ours} here, {theirs} in dxtbx"
        for field, ours, theirs in _pairs(found, _theirs(DXTBX[name]))
        if not _close(ours, theirs)
    }
    listed = {field for pattern, field in _table() if fnmatch.fnmatchcase(name, pattern)}
    assert set(differing) == listed, sorted(differing.values())


def test_the_table_names_samples_and_fields() -> None:
    for pattern, field in _table():
        assert field in FIELDS, pattern
        assert fnmatch.filter(NAMES, pattern), pattern


def _table() -> Iterator[tuple[str, str]]:
    """Pattern of names and field of every row of the table of differences."""
    text = DOC.read_text(encoding="utf-8").partition("## Where dxtbx reads otherwise")[2]
    for row in re.findall(r"^\|(.*?)\|(.*?)\|", text, re.MULTILINE):
        names, fields = (re.findall("`(.+?)`", cell) for cell in row)
        yield from ((name, field) for name in names for field in fields)


def _theirs(model: Mapping[str, Any]) -> dict[str, Any]:
    """The models of dxtbx in our terms; what it could not read is absent."""

    def part(name: str) -> Mapping[str, Any]:
        found = model.get(name)
        return found if isinstance(found, dict) and "error" not in found else {}

    found: dict[str, Any] = {"wavelength": part("beam").get("wavelength")}
    panels = part("detector").get("panels", [])
    if len(panels) == 1:
        panel = panels[0]
        found["size"], found["pixel_size"] = panel["image_size"], panel["pixel_size_mm"]
        found["distance"] = panel["distance"]
        # in px dxtbx adds the parallax of the sensor, in mm it does not
        center = panel.get("beam_centre_mm")
        if center is not None:
            pixel = panel["pixel_size_mm"]
            found["beam_center"] = [mm / px for mm, px in zip(center, pixel, strict=True)]
    if "oscillation" in part("scan"):
        found["start"], found["width"] = model["scan"]["oscillation"]
    if "rotation_axis" in part("goniometer"):
        a, b, c = model["goniometer"]["rotation_axis"]
        found["axis"] = (a, -b, -c)
    return {name: value for name, value in found.items() if value is not None}


def _pairs(found: FileHeader, theirs: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """What both say, and what only dxtbx says; an axis is often the knowledge of a site."""
    for field in FIELDS:
        fact = found.get("rotation_axis" if field == "axis" else field)
        if field in theirs and (fact is not None or field != "axis"):
            yield field, None if fact is None else fact.value, theirs[field]


def _close(ours: Any, theirs: Any) -> bool:
    return ours is not None and bool(ours == pytest.approx(theirs, rel=1e-6, abs=1e-9))
