"""Jobs of the drafts of the language still mean what they meant."""

from __future__ import annotations

import pytest

from sweepwright.language.formatting import formatted
from sweepwright.language.nodes import JobText
from sweepwright.language.text import loads
from sweepwright.language.upgrade import migrated
from sweepwright.language.validate import validate
from sweepwright.model.diagnostic import Severity
from sweepwright.model.job import LANGUAGE_VERSION

#: as the stories of the drafts wrote it
DRAFT = """\
# Selenium, two wedges
sweepwright: 0   # the draft
roots: {raw: /data/visitor}
crystals:
  x1:
    reference: {file: "{raw}/ref.mtz", use: [free]}   # of the apo form
    processing: {large_anomalous_signal: scaling-too}
processing:
  # all of one crystal
  indexing: {consistent: true}   # as we mounted it once
  wavelengths: {digits: 4}
  spots: {images: {degrees: 10 deg, ranges: 4, within: 90}}
# for the talk
image_access:
  pictures: final   # few
sweeps:
  - {images: "{raw}/a_####.cbf", processing: {spots: {images: {degrees: 5, ranges: 1, within: 9}}}}
  - C, {raw}/scan3, test_####.cbf, 1, 900
"""
TODAY = """\
# Selenium, two wedges
sweepwright: 1   # the draft
roots: {raw: /data/visitor}
crystals:
  x1:
    reference: {file: $raw/ref.mtz, use: [free]}      # of the apo form
    processing: {protect_anomalous: all}
sweeps:
  - {images: $raw/a_####.cbf, processing: {spots: {images: {total: 5, ranges: 1, within: 9}}}}
  - C, $raw/scan3, test_####.cbf, 1, 900
processing:
  wavelengths: {significant_digits: 4}
  spots: {images: {total: 10 deg, ranges: 4, within: 90}}
  # all of one crystal
  indexing: {related: true}      # as we mounted it once
# for the talk
outputs:
  report:
    pictures: final  # few
"""


def read(source: str) -> JobText:
    text, found = loads(source, "job.yaml")
    assert text is not None, found
    return text


def upgraded(source: str) -> str:
    text, found = migrated(read(source))
    assert [item.code for item in found] == ["SW-L064"]
    return formatted(text)


def test_a_draft_becomes_a_job_of_today_with_its_comments() -> None:
    assert upgraded(DRAFT) == TODAY


def test_a_draft_means_in_memory_what_it_means_rewritten() -> None:
    old, found = validate(migrated(read(DRAFT))[0])
    new, more = validate(read(TODAY))
    assert (found, more) == ([], [])
    assert old is not None
    assert new is not None
    assert old.job == new.job


def test_places_are_those_of_the_file_as_it_is() -> None:
    text, (advice,) = migrated(read(DRAFT))
    assert str(text.span("processing", "indexing", "related")) == "job.yaml:10:26"
    assert str(text.span("outputs", "report", "pictures")) == "job.yaml:15:13"
    assert advice.severity is Severity.ADVICE
    assert str(advice.span) == "job.yaml:2:14"
    assert [(change.span.line, change.message.split("'")[1]) for change in advice.related] == [
        (6, "{raw}/ref.mtz"),
        (7, "processing.large_anomalous_signal"),
        (10, "processing.indexing.consistent"),
        (11, "processing.wavelengths.digits"),
        (12, "processing.spots.images.degrees"),
        (15, "image_access.pictures"),
        (17, "{raw}/a_####.cbf"),
        (17, "processing.spots.images.degrees"),
        (18, "C, {raw}/scan3, test_####.cbf, 1, 900"),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("processing: {large_anomalous_signal: true}", "processing: {protect_anomalous: integration}"),
        ("processing: {large_anomalous_signal: False}", 'processing: {protect_anomalous: off}'),
        ("datasets: {d: {processing: {indexing: {consistent: auto}}}}",
         "datasets: {d: {processing: {indexing: {related: auto}}}}"),
        ("image_access: {compressed: allow, pictures: all}\noutputs: {report: {pdf: true}}",
         "image_access: {compressed: allow}\noutputs: {report: {pdf: true, pictures: all}}"),
        ("image_access: {pictures: all}   # a\noutputs:   # o\n  mmcif: true",
         "outputs:   # o\n  report:\n    pictures: all               # a\n  mmcif: true"),
        ('crystals: {x: {reference: "{raw}/r.mtz"}}', "crystals: {x: {reference: $raw/r.mtz}}"),
        ("title: '{raw}/x'", 'title: "{raw}/x"'),
    ],
)  # fmt: skip
def test_each_change_alone(old: str, new: str) -> None:
    assert upgraded(f"sweepwright: 0\n{old}\n") == f"sweepwright: 1\n{new}\n"


@pytest.mark.parametrize("version", ["1", '"1"', "x", "[0]", "-1", "1.0", "default", ""])
def test_todays_version_and_what_is_none_are_left_to_others(version: str) -> None:
    text = read(f"sweepwright: {version}\nprocessing: {{indexing: {{consistent: true}}}}\n")
    assert migrated(text) == (text, [])


def test_a_version_to_come_is_an_error_of_its_own() -> None:
    text = read(f"sweepwright: {LANGUAGE_VERSION + 1}\nfoo: 1\n")
    same, (problem,) = migrated(text)
    assert same is text
    assert (problem.code, problem.severity) == ("SW-L063", Severity.ERROR)
    assert str(problem.span) == "job.yaml:1:14"


def test_a_key_under_both_names_is_an_error() -> None:
    text = read("sweepwright: 0\nprocessing: {indexing: {related: true, consistent: false}}\n")
    same, (problem,) = migrated(text)
    assert same is text
    assert problem.code == "SW-L065"
    assert [str(span) for span in (problem.span, problem.related[0].span)] == [
        "job.yaml:2:40",
        "job.yaml:2:25",
    ]


def test_keys_of_the_drafts_are_unknown_today() -> None:
    text = read(DRAFT.replace("sweepwright: 0", "sweepwright: 1"))
    assert validate(text)[0] is None
