"""What two jobs say differently; how they say it makes no difference."""

from __future__ import annotations

import pytest

from sweepwright.language.compose import ComposedJob, compose
from sweepwright.language.difference import differences
from sweepwright.language.folders import MacroFolders
from sweepwright.language.layers import gather
from sweepwright.language.naming import Entry
from sweepwright.language.text import loads
from sweepwright.language.validate import validate

JOB = """\
sweepwright: 1
geometry: {distance: 300}
processing: {resolution: {high: 2.1 A}}
crystals:
  x1: {space_group: P 21 21 21, processing: {anomalous: true}}
sweeps:
  - {images: a_####.cbf, range: 1-900, exclude: [1-5, 17, {every: 20}]}
  - {images: b_####.cbf}
"""


def composed(source: str) -> ComposedJob:
    text, found = loads(source, "job.yaml")
    assert text is not None, found
    patch, found = validate(text)
    assert patch is not None, found
    layers, found = gather(patch, (), MacroFolders())
    assert found == []
    entries = [Entry(index, sweep) for index, sweep in enumerate(patch.job.sweeps or ())]
    made, found = compose(layers, entries)
    assert made is not None, found
    return made


def said(old: str, new: str) -> dict[str, tuple[object, object]]:
    """Key -> both values, ... for what is not said."""
    return {
        change.key: tuple(... if s is None else s.known for s in (change.old, change.new))
        for change in differences(composed(old), composed(new))
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("300}", "30 cm}"),
        ("2.1 A", "0.21 nm"),
        ("high: 2.1 A", "high: 2.1"),
        ("P 21 21 21", "P212121"),
        ("range: 1-900", "range: '1-300, 301-900'"),
        ("[1-5, 17, {every: 20}]", "[{every: 20, from: 20}, {images: 17, reason: bad}, 1-3, 4-5]"),
        ("  - {images: b_####.cbf}\n", "  - {images: b_####.cbf, exclude: [], masks: []}\n"),
        ("geometry: {distance: 300}\n", "geometry: {distance: 300}   # measured\nmasks: []\n"),
        ("  - {images: b_####.cbf}", "  - {images: b_####.cbf, crystal: x1}"),
        ("  - {images: b_####.cbf}", "  - {name: B, images: b_####.cbf}"),
        (
            "sweeps:\n  - {images: a_####.cbf, range: 1-900, exclude: [1-5, 17, {every: 20}]}\n"
            "  - {images: b_####.cbf}\n",
            "sweeps:\n  - {name: B, images: b_####.cbf}\n  - name: A\n    range: 1-900\n"
            "    images: a_####.cbf\n    exclude: [1-5, 17, {every: 20}]\n",
        ),
        # another layer says the same
        ("geometry: {distance: 300}\n", "macros: [anomalous]\ngeometry: {distance: 300}\n"),
        (", processing: {anomalous: true}}", "}\nmacros: [anomalous]"),
        (
            "geometry: {distance: 300}\n",
            "geometry: {distance: 300, oscillation: {width: default}}\n",
        ),
    ],
)
def test_it_makes_no_difference(old: str, new: str) -> None:
    assert old in JOB
    assert said(JOB, JOB.replace(old, new)) == {}


def test_a_value_that_stands_in_a_finer_scope_is_the_same() -> None:
    both = JOB.replace("geometry: {distance: 300}\n", "")
    both = both.replace("cbf,", "cbf, geometry: {distance: 300},").replace(
        "b_####.cbf}", "b_####.cbf, geometry: {distance: 300}}"
    )
    assert said(JOB, both) == {}
    assert said(JOB, both.replace("b_####.cbf, geometry: {distance: 300}", "b_####.cbf")) == {
        "sweeps[B].geometry.distance": (300.0, ...)
    }


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("{distance: 300}", "{distance: 301}", {"geometry.distance": (300.0, 301.0)}),
        ("range: 1-900", "range: 1-600", {"sweeps[A].range": ("1-900", "1-600")}),
        ("P 21 21 21", "P 21 21 2", {"crystals[x1].space_group": ("P 21 21 21", "P 21 21 2")}),
        (
            "anomalous: true",
            "anomalous: false",
            {"crystals[x1].processing.anomalous": (True, False)},
        ),
        ("processing: {res", "title: x\nprocessing: {res", {"title": (..., "x")}),
        (
            "processing: {res",
            "processing: {engine: xds, res",
            {"processing.engine": (..., "xds")},
        ),
        ("2.1 A", "off", {"processing.resolution.high": (2.1, None)}),
        (
            "  - {images: b_####.cbf}\n",
            "",
            {"sweeps[B]": ("b_####.cbf", ...)},
        ),
        (
            "  - {images: b_####.cbf}\n",
            "  - {images: b_####.cbf, dataset: peak}\n",
            {"sweeps[B].dataset": (..., "peak")},
        ),
        (
            "b_####.cbf}",
            "b_####.cbf, geometry: {distance: 200}}",
            {"sweeps[B].geometry.distance": (300.0, 200.0)},
        ),
        (
            "geometry: {distance: 300}\n",
            "geometry: {distance: 300}\nroots: {raw: /a}\nkeywords: {xds: {DELPHI: 5}}\n",
            {"roots.raw": (..., "/a"), "keywords[xds].DELPHI": (..., "5")},
        ),
    ],
)
def test_changes_are_told_once_where_they_have_their_effect(
    old: str, new: str, changes: dict[str, tuple[object, object]]
) -> None:
    assert old in JOB
    assert {
        key: tuple(str(value) if key.endswith("range") else value for value in values)
        for key, values in said(JOB, JOB.replace(old, new)).items()
    } == changes


def test_exclusions_differ_by_their_images_and_steps() -> None:
    change = "exclude: [1-5, 17, {every: 20}]"
    for other in (
        "[1-6, 17, {every: 20}]",
        "[1-5, 17]",
        "[1-5, {images: 17, steps: [scaling]}, {every: 20}]",
    ):
        assert list(said(JOB, JOB.replace(change, f"exclude: {other}"))) == ["sweeps[A].exclude"]


def test_another_name_is_another_crystal() -> None:
    assert said(JOB, JOB.replace("x1:", "lyso:")) == {
        "crystals[x1].space_group": ("P 21 21 21", ...),
        "crystals[x1].processing.anomalous": (True, ...),
        "crystals[lyso].space_group": (..., "P 21 21 21"),
        "crystals[lyso].processing.anomalous": (..., True),
        "sweeps[A].crystal": ("x1", "lyso"),
        "sweeps[B].crystal": ("x1", "lyso"),
    }


def test_places_are_those_of_the_author() -> None:
    new = "# moved down\n" + JOB.replace("range: 1-900", "range: 1-600")
    (change,) = differences(composed(JOB), composed(new))
    assert [str(s.origin.span) for s in (change.old, change.new) if s] == [
        "job.yaml:7:33",
        "job.yaml:8:33",
    ]
