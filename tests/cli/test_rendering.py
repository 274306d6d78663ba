"""Pictures for people and annotations for GitHub, held against pictures drawn by hand."""

import re
from pathlib import Path

import pytest

from sweepwright.cli.rendering.cells import cells, plain
from sweepwright.cli.rendering.github import annotation
from sweepwright.cli.rendering.people import Page, limited, picture, tally
from sweepwright.cli.show import diagnostics
from sweepwright.model.diagnostic import Fix, Related, Span, advice, error, warning

FILE = """\
sweepwright: 1
sweeps:
  - images: data/x_####.cbf
    images: y_##.cbf

# the end
  - range: 1-9
    crystal: x1

"""


def span(line: int, column: int, end_line: int, end_column: int, file: str = "job.yaml") -> Span:
    return Span(file, line, column, end_line, end_column)


def drawn(item, text: str = FILE, width: int = 100) -> str:
    return picture(item, Page({"job.yaml": text}, width))


def test_related_lines_of_a_file_stand_in_one_picture() -> None:
    item = error(
        "SW-L007",
        "the key 'images' is given twice",
        span(4, 5, 4, 11),
        related=(Related("first given here", span(3, 5, 3, 11)),),
        help="Keep one\nof them.",
        fix=Fix("remove it", span(4, 5, 4, 11), "", safe=False),
    )
    assert drawn(item) == (
        "error[SW-L007]: the key 'images' is given twice\n"
        "  --> job.yaml:4:5\n"
        "   |\n"
        " 3 |   - images: data/x_####.cbf\n"
        "   |     ------ first given here\n"
        " 4 |     images: y_##.cbf\n"
        "   |     ^^^^^^\n"
        "  help: Keep one\n"
        "        of them.\n"
        "  fix (unsafe): remove it"
    )


def test_a_span_of_several_lines_has_a_mark_beside_them() -> None:
    # the end of a block as YAML counts it: the beginning of the next one, after blanks and comments
    assert drawn(warning("W", "m", span(3, 3, 7, 1))) == (
        "warning[W]: m\n"
        "  --> job.yaml:3:3\n"
        "   |\n"
        " 3 >   - images: data/x_####.cbf\n"
        " 4 >     images: y_##.cbf"
    )
    long = "".join(f"line {number}\n" for number in range(1, 13))
    assert drawn(warning("W", "m", span(2, 1, 12, 4)), long).splitlines()[3:] == [
        "  2 > line 2",
        "  3 > line 3",
        "  4 > line 4",
        "  5 > line 5",
        "...",
        " 12 > line 12",
    ]


def test_after_the_last_word_the_mark_stands_behind_it() -> None:
    assert drawn(error("E", "m", span(10, 1, 10, 1))).splitlines()[-2:] == [
        " 8 |     crystal: x1",
        "   |                ^",
    ]
    assert drawn(error("E", "m", span(1, 1, 1, 1)), "\n\n") == "error[E]: m\n  --> job.yaml:1:1"


def test_a_mark_stands_below_its_characters_whatever_their_width() -> None:
    # tab to cell 4, two wide characters, an e with an accent of its own, then the marked x
    text = "\t'日本e\u0301x'\n"
    assert drawn(error("E", "m", span(1, 7, 1, 8)), text).splitlines()[-2:] == [
        " 1 |     '日本e\u0301x'",
        "   |           ^",  # 4 + 1 + 2 + 2 + 1 cells
    ]
    assert cells("a\tb")[1] == [0, 1, 4, 5]


def test_a_long_line_is_cut_around_its_mark() -> None:
    text = "key: " + "a" * 200 + "BAD" + "c" * 200
    line, mark = drawn(error("E", "m", span(1, 206, 1, 209)), text, 60).splitlines()[-2:]
    assert line.startswith(" 1 | …a")
    assert line.endswith("c…")
    assert len(line) <= 60
    assert line[mark.index("^") :][:3] == "BAD"
    assert mark.count("^") == 3
    # at the beginning of a long line nothing is lost on the left
    line, mark = drawn(error("E", "m", span(1, 1, 1, 4)), text, 60).splitlines()[-2:]
    assert line.startswith(" 1 | key: aaa")
    assert mark == "   | ^^^"


def test_every_mark_of_a_long_line_is_seen() -> None:
    text = "".join(chr(0x4E00 + i) if i % 3 else "." for i in range(408))
    for start in range(1, 410, 7):
        for size in (0, 1, 30, 300):
            item = error("E", "m", span(1, start, 1, start + size))
            line, mark = drawn(item, text, 50).splitlines()[-2:]
            seen, begins = cells(line)
            first = mark.index("^")
            assert first < begins[-1] <= 50
            if start <= len(text):  # above the first mark: the character that the span begins with
                assert seen[begins.index(first)] == text[start - 1]


def test_nothing_of_a_file_reaches_the_terminal_as_a_command() -> None:
    evil = "a: \x1b[31m\u202e\x07\x7f\u200b\n"
    item = error("E", "m\x1b]0;x\x07", span(1, 4, 1, 5), help="h\x1b[2J")
    text = drawn(item, evil)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e\u200b]", text)
    assert plain("tab\tand\nend") == "tab␉and␊end"


def test_only_files_that_may_be_shown_are_shown() -> None:
    secret = span(1, 1, 1, 5, "/etc/secret")
    item = error("E", "m", secret, related=(Related("here too", secret),))
    page = Page({"job.yaml": FILE})
    assert picture(item, page).splitlines() == [
        "error[E]: m",
        "  --> /etc/secret:1:1",
        "  note: here too: /etc/secret:1:1",
    ]
    item = error("E", "m", span(1, 1, 1, 5), related=(Related("here too", secret),))
    assert picture(item, page).splitlines()[-2:] == ["  note: here too", "  --> /etc/secret:1:1"]


def test_colour_adds_nothing_but_colour() -> None:
    related = (Related("first", span(3, 5, 3, 11)),)
    item = error("E", "m", span(4, 5, 4, 11), related=related, help="h")
    page = Page({"job.yaml": FILE}, colour=True)
    coloured = picture(item, page)
    assert "\x1b[31;1m^^^^^^\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == drawn(item)


def test_an_annotation_escapes_what_github_would_read() -> None:
    item = error("SW-L008", "50 % of a: b, c", span(3, 5, 3, 8, "a,b:c.yaml"), help="one\r\ntwo")
    assert annotation(item) == (
        "::error file=a%2Cb%3Ac.yaml,line=3,col=5,endLine=3,endColumn=8,title=SW-L008"
        "::50 %25 of a: b, c%0Aone%0D%0Atwo"
    )
    # columns mean nothing to GitHub over several lines
    assert annotation(warning("W", "m", span(3, 5, 4, 1))) == (
        "::warning file=job.yaml,line=3,endLine=4,title=W::m"
    )
    assert annotation(advice("A", "m")) == "::notice title=A::m"


def test_many_of_one_kind_are_counted_not_shown() -> None:
    items = [error("A", str(number)) for number in range(60)] + [warning("B", "b")]
    shown, more = limited(items)
    assert [item.message for item in shown] == [str(number) for number in range(50)] + ["b"]
    assert more == {"A": 10}
    assert tally(items) == "60 errors, 1 warning"
    assert tally([]) == ""


def test_many_of_one_kind_end_with_their_number(capsys: pytest.CaptureFixture[str]) -> None:
    diagnostics([error("A", f"number {number}") for number in range(60)])
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 51
    assert said[-1].startswith("... and 10 more of A")


def test_files_outside_the_allowed_folders_are_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inside, outside = tmp_path / "job", tmp_path / "secret.yaml"
    inside.mkdir()
    outside.write_text("password: 123\n")
    (inside / "link.yaml").symlink_to(outside)
    (inside / "job.yaml").write_text("sweeps: 1\n")
    for name in (outside, inside / "link.yaml", inside / "job.yaml"):
        diagnostics([error("E", "m", Span(str(name), 1, 1, 1, 5))], places=[inside])
    said = capsys.readouterr().err
    assert "123" not in said
    assert "sweeps: 1" in said
    line = Span("command line", 1, 9, 1, 11)
    diagnostics([error("E", "m", line)], {"command line": "process -x"}, places=[])
    assert "process -x\n   |         ^^" in capsys.readouterr().err
