"""Fixes change their spans and nothing else, and never leave a text that cannot be read."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from sweepwright.language.fixes import MAX_ROUNDS, apply, mend
from sweepwright.language.lines import Offsets, lines
from sweepwright.model.diagnostic import Diagnostic, Fix, Span, error

NAME = "job.yaml"


def fix(line: int, start: int, end: int, text: str, safe: bool = True, file: str = NAME):
    place = Span(file, line, start, line, end)
    return error("E", text, place, fix=Fix(f"write '{text}'", place, text, safe))


def test_only_the_span_changes() -> None:
    source = "# é日\r\nimgaes:   'a'   # why\r\n\r\nlast\t: 1"
    done = apply(source, NAME, [fix(2, 1, 7, "images"), fix(4, 8, 9, "2"), fix(1, 1, 1, "v: 1\n")])
    assert done.source == "v: 1\r\n# é日\r\nimages:   'a'   # why\r\n\r\nlast\t: 2"
    assert len(done.applied) == 3
    assert done.left == ()


def test_a_removal_has_no_text() -> None:
    assert apply("a: 1, 2", NAME, [fix(1, 5, 8, "")]).source == "a: 1"


def test_of_two_that_overlap_the_first_in_the_text_wins() -> None:
    late, early, beside = fix(1, 3, 6, "X"), fix(1, 2, 4, "Y"), fix(1, 6, 7, "Z")
    done = apply("abcdefg", NAME, [late, early, beside])
    assert done.source == "aYdeZg"
    assert done.applied == (early, beside)
    assert done.left == (late,)
    twice = apply("b", NAME, [fix(1, 1, 1, "x"), fix(1, 1, 1, "y")])
    assert twice.source == "xb"
    assert len(twice.left) == 1


def test_what_is_not_safe_waits_to_be_asked_for() -> None:
    found = [fix(1, 1, 2, "X", safe=False), fix(1, 2, 3, "Y")]
    assert apply("ab", NAME, found).source == "aY"
    assert apply("ab", NAME, found, safe_only=False).source == "XY"


def test_other_files_are_left_alone() -> None:
    done = apply("ab", NAME, [fix(1, 1, 2, "X", file="macro.yaml"), error("E", "no fix")])
    assert done.source == "ab"
    assert len(done.left) == 2


def test_rounds_go_on_while_there_is_something_to_mend() -> None:
    def find(text: str) -> Sequence[Diagnostic]:
        if "aa" in text:
            return [fix(1, 1, 3, "b")]
        return [fix(1, 1, 2, "c")] if "b" in text else [error("E", "left")]

    done = mend("aa: 1", NAME, find("aa: 1"), find)
    assert done.source == "c: 1"
    assert [item.message for item in done.applied] == ["b", "c"]
    assert [item.message for item in done.left] == ["left"]


def test_fixes_that_undo_each_other_come_to_an_end() -> None:
    asked = []

    def find(text: str) -> Sequence[Diagnostic]:
        asked.append(text)
        return [fix(1, 1, 2, "b" if text[0] == "a" else "a")]

    assert mend("a: 1", NAME, find("a: 1"), find).source in ("a: 1", "b: 1")
    assert len(asked) <= 3
    always = [fix(1, 1, 1, "x")]
    grows = mend("a: 1", NAME, always, lambda text: always)
    assert grows.source == "x" * MAX_ROUNDS + "a: 1"


def test_a_fix_that_breaks_the_text_is_left_and_the_others_are_made() -> None:
    def find(text: str) -> Sequence[Diagnostic]:
        first = [fix(1, 1, 3, "a")] if text.startswith("aa") else []
        return [fix(2, 1, 2, "a"), *first]  # a second key 'a' does not load

    text = "aa: 1\nb: 2\n"
    done = mend(text, NAME, find(text), find)
    assert done.source == "a: 1\nb: 2\n"
    assert [item.message for item in done.left] == ["a"]


@given(st.text(st.sampled_from("ab \n\r\x85\u2028日\u0301𝒳")))
def test_lines_and_offsets_agree(text: str) -> None:
    offsets = Offsets(text)
    for number, line in enumerate(lines(text), start=1):
        start = offsets.at(number, 1)
        assert text[start : start + len(line)] == line
        assert offsets.place(start) == (number, 1)
    assert offsets.of(Span(NAME, 99, 99, 98, 98)) == (len(text), len(text))


def test_a_span_beyond_the_text_is_moved_into_it() -> None:
    offsets = Offsets("ab\r\nc")
    assert offsets.inside(Span(NAME, 3, 1, 3, 2)) == Span(NAME, 2, 2, 2, 2)
    assert offsets.inside(Span(NAME, 1, 2, 1, 9)) == Span(NAME, 1, 2, 1, 3)
    assert offsets.inside(Span(NAME, 1, 2, 2, 1)) == Span(NAME, 1, 2, 2, 1)
