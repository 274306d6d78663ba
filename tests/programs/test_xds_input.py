"""Inputs of XDS, XSCALE and XDSCONV as statements: the rules of their lines, and every public sample."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from shared_samples import XDS_INPUTS, needs_samples

from sweepwright.programs.xds_input import parse, program_of

#: samples that hold more than statements, and what: text to be filled in, keywords without a value
NOT_FILLED_IN = {
    "004.XDS.INP": {"text": 3},
    "009.XDS.INP": {"text": 5},
    "018.XSCALE.INP": {"no value": 3},
    "030.XDS.INP": {"text": 1},
    "031.XDS.INP": {"text": 1},
    "032.XDS.INP": {"text": 1},
    "033.XDS.INP": {"text": 1},
    "034.XDS.INP": {"text": 1},
    "035.XDS.INP": {"text": 2},
    "038.XSCALE.INP": {"text": 2},
    "039.XDS.INP": {"no value": 2},
}


def pairs(text: str) -> list[tuple[str, str]]:
    return [(one.name, one.value) for one in parse(text).statements]


def told(text: str) -> list[tuple[str, int, int, str]]:
    """Kind, place and what stands there."""
    return [
        (one.kind, one.line, one.column, text[one.begin : one.end]) for one in parse(text).problems
    ]


def test_several_statements_share_a_line_and_comments_end_it() -> None:
    text = "NX= 2463 NY=2527\tQX= .172 ! QY= 9\n ! JOB= ALL\nQY=0.172!mm\n"
    assert pairs(text) == [("NX", "2463"), ("NY", "2527"), ("QX", ".172"), ("QY", "0.172")]
    assert [(one.line, one.column) for one in parse(text).statements] == [
        *[(1, 1), (1, 10), (1, 18)],
        (3, 1),
    ]
    assert not parse(text).problems


def test_a_name_is_read_whole() -> None:
    text = (
        "BEAM_DIVERGENCE_E.S.D.= 0.08 BEAM_DIVERGENCE= 0.8\nEXCLUDE_DATA_RANGE= 2 3\n"
        "MINIMUM_I/SIGMA=3 FRIEDEL'S_LAW=TRUE REFINE(IDXREF)=CELL AXIS MIN_RFL_Rmeas=50\n"
    )
    assert [name for name, _ in pairs(text)] == [
        *["BEAM_DIVERGENCE_E.S.D.", "BEAM_DIVERGENCE", "EXCLUDE_DATA_RANGE", "MINIMUM_I/SIGMA"],
        *["FRIEDEL'S_LAW", "REFINE(IDXREF)", "MIN_RFL_Rmeas"],
    ]
    assert not parse(text).problems


def test_no_value_is_a_value_of_lists_alone() -> None:
    assert pairs("CORRECTIONS= !\nREFINE(INTEGRATE)=\n") == [
        ("CORRECTIONS", ""),
        ("REFINE(INTEGRATE)", ""),
    ]
    assert told("CORRECTIONS= !\nREFINE(INTEGRATE)=\nJOB=\n") == []
    assert told("OVERLOAD= 1\nDELPHI= ! 5\n") == [("no value", 2, 1, "DELPHI")]


def test_repeated_statements_stay_in_their_order() -> None:
    assert pairs("SPOT_RANGE=1 20\nGAIN=1\nSPOT_RANGE= 1  4\nGAIN=2\n") == [
        *[("SPOT_RANGE", "1 20"), ("GAIN", "1"), ("SPOT_RANGE", "1  4"), ("GAIN", "2")],
    ]


def test_what_is_no_statement_is_told_at_its_place() -> None:
    assert told("JOB= ALL\n  $CELL here ! x\n") == [("text", 2, 3, "$CELL here")]
    assert told("50 10 NX= 5") == [("text", 1, 1, "50 10")]
    [unknown] = parse("DETECTOR_DISTNACE= 5").problems
    assert (unknown.kind, unknown.help) == ("unknown", "Did you mean DETECTOR_DISTANCE?")
    assert told("QX = 0.1 NX=5") == [("blank", 1, 1, "QX")]
    assert pairs("QX = 0.1 NX=5") == [("QX", "0.1"), ("NX", "5")]
    assert told("delphi= 5") == [("unknown", 1, 1, "delphi")]


def test_a_path_may_hold_an_equals_sign() -> None:
    text = "NAME_TEMPLATE_OF_DATA_FRAMES= /data/user=me/x_????.cbf CBF DATA_RANGE= 1 5"
    assert pairs(text) == [
        ("NAME_TEMPLATE_OF_DATA_FRAMES", "/data/user=me/x_????.cbf CBF"),
        ("DATA_RANGE", "1 5"),
    ]
    assert told(text) == []


@pytest.mark.parametrize(
    ("name", "text", "program"),
    [
        ("run/XDS.INP", "", "xds"),
        ("my.inp", "JOB= ALL", "xds"),
        ("a/XSCALE.INP", "INPUT_FILE=a", "xscale"),
        ("xdsconv_2.inp", "", "xdsconv"),
        ("x.inp", "OUTPUT_FILE=a\nINPUT_FILE=b", "xscale"),
        ("x.inp", "INPUT_FILE=b\nOUTPUT_FILE=a CCP4", "xdsconv"),
    ],
)
def test_the_program_is_told_by_name_or_by_its_files(name: str, text: str, program: str) -> None:
    assert program_of(name, text) == program


@needs_samples
def test_every_sample_is_read() -> None:
    index = YAML(typ="safe").load(XDS_INPUTS / "index.yaml")
    rows = index if isinstance(index, list) else index["files"]
    assert len(rows) == 44
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        text = (XDS_INPUTS / row["file"]).read_text(encoding="utf-8")
        assert program_of(row["file"], text) == row["program"].lower()
        made = parse(text, program_of(row["file"], text))
        code = [line.partition("!")[0] for line in text.split("\n")]
        by_hand = [name for line in code for name in re.findall(r"(?:^|(?<=\s))([^\s=]+)=", line)]
        assert [one.name for one in made.statements] == by_hand
        for one in made.statements:
            assert text.split("\n")[one.line - 1][one.column - 1 :].startswith(f"{one.name}=")
            assert text[one.value_begin : one.end] == one.value
        for problem in made.problems:
            kinds = found.setdefault(row["file"], {})
            kinds[problem.kind] = kinds.get(problem.kind, 0) + 1
    assert found == NOT_FILLED_IN


@settings(max_examples=300, deadline=None)
@given(
    st.text(
        st.one_of(st.sampled_from("=! \tNXDELPHI_\n/1"), st.characters(codec="utf-8")), max_size=60
    )
)
def test_no_text_is_too_bad_to_be_read(text: str) -> None:
    made = parse(text)
    for one in (*made.statements, *made.problems):
        assert 0 <= one.begin <= one.end <= len(text)
    left = list(re.sub("![^\n]*", lambda comment: " " * len(comment[0]), text))
    for one in (*made.statements, *made.problems):
        left[one.begin : one.end] = " " * (one.end - one.begin)
    assert not "".join(left).strip(), "something was passed over"
