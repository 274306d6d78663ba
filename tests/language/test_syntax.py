"""Texts that are no YAML: the cause, where it is, and a fix that mends it."""

from __future__ import annotations

import pytest

from sweepwright.language.lines import Offsets
from sweepwright.language.text import loads
from sweepwright.model.diagnostic import Diagnostic


def trouble(source: str) -> Diagnostic:
    text, found = loads(source, "job.yaml")
    assert text is None
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("source", "place", "words"),
    [
        ("a: [1, 2\nb: 3\n", (1, 4), "'[' is not closed"),
        ("a: {x: 1\nb: 3\n", (1, 4), "'{' is not closed"),
        ("a: [b, c}\n", (1, 4), "'[' is not closed"),
        ("a:\n  - b: 1\n   c: 2\n", (3, 4), "nothing above it begins"),
        ("a:\n  b: 1\n c: 2\n", (3, 2), "nothing above it begins"),
        ("a: 1\n  b: 2\n", (2, 3), "nothing above it begins"),
        ("a: 'x\nb: 2\n", (1, 4), "the quote that begins here is not closed"),
        ('a: "\\q"\n', (1, 5), "meaning of its own"),
        ("a: 'x' y\n", (1, 8), "behind the value: 'y'"),
        ("a: b\nfoo bar\nc: 1\n", (2, 1), "neither key nor value"),
        ("- a\nb: 1\n", (2, 1), "a list and keys are mixed"),
        ("a: \x07\n", (1, 4), "U+0007"),
        ("a: 1\n---\nb: 2\n", (2, 1), "a second document"),
    ],
)
def test_the_cause_is_told_at_its_place(source: str, place: tuple[int, int], words: str) -> None:
    found = trouble(source)
    assert found.code == "SW-L003"
    assert found.span is not None
    assert (found.span.line, found.span.column) == place
    assert words in found.message


@pytest.mark.parametrize(
    ("source", "mended"),
    [
        ("images: *_0001.cbf\n", "images: '*_0001.cbf'\n"),
        ("- {images: *_#.cbf, name: a}\n", "- {images: '*_#.cbf', name: a}\n"),
        ("images: *lyso\n", "images: '*lyso'\n"),
        ("*: {space_group: P 6}\n", "'*': {space_group: P 6}\n"),
        ("user: @home\n", "user: '@home'\n"),
        ("{file: ref?.hkl}\n", "{file: 'ref?.hkl'}\n"),
        ("title: it's a: b # c\n", "title: 'it''s a: b' # c\n"),
        ("name:lyso\ntitle: x\n", "name: lyso\ntitle: x\n"),
        ("images: {raw}/x.cbf\n", "images: $raw/x.cbf\n"),
        ("a:\n\t- x\n", "a:\n  - x\n"),
    ],
)
def test_a_fix_mends_the_text(source: str, mended: str) -> None:
    fix = trouble(source).fix
    assert fix is not None
    start, end = Offsets(source).of(fix.span)
    assert source[:start] + fix.text + source[end:] == mended
