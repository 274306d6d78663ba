"""What two inputs of XDS say differently: the same said in other ways is no difference."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shared_samples import XDS_INPUTS, needs_samples

from sweepwright.programs.xds_difference import difference

SQUARE = "DIRECTION_OF_DETECTOR_X-AXIS=1 0 0\nDIRECTION_OF_DETECTOR_Y-AXIS=0 1 0\n"
#: a quarter turn about z of all that SQUARE, the axis, the beam and a cell vector say
TURNED = (
    "DIRECTION_OF_DETECTOR_X-AXIS=0 1 0\nDIRECTION_OF_DETECTOR_Y-AXIS=-1 0 0\n"
    "ROTATION_AXIS=0 3 0\nINCIDENT_BEAM_DIRECTION=0 0 1\nUNIT_CELL_A-AXIS=-20 10 5\n"
)
UNTURNED = f"{SQUARE}ROTATION_AXIS=1 0 0\nINCIDENT_BEAM_DIRECTION=0 0 1\nUNIT_CELL_A-AXIS=10 20 5\n"
SEGMENTS = (
    "SEGMENT=1 10 1 10\nSEGMENT_ORGX=1\nSEGMENT_ORGY=2\n",
    "SEGMENT=11 20 1 10\nSEGMENT_ORGX=3\nSEGMENT_ORGY=4\n",
)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("NX= 5 NY= 6", "NY=6 ! rows\n\tNX=5\n"),
        ("OVERLOAD= 6000\nGAIN=1.", "GAIN= 1.0E0\nOVERLOAD=6000"),
        ("GAIN=2\nGAIN=1", "GAIN=1"),
        ("STRONG_PIXEL= 1.5D1", "STRONG_PIXEL=15"),
        ("SPOT_RANGE=1 20\nSPOT_RANGE=1 4\nSPOT_RANGE=21 30", "SPOT_RANGE= 1 30"),
        (
            "UNTRUSTED_ELLIPSE=1 2 3 4\nUNTRUSTED_ELLIPSE=5 6 7 8\nUNTRUSTED_ELLIPSE=1 2 3 4",
            "UNTRUSTED_ELLIPSE=5 6 7 8\nUNTRUSTED_ELLIPSE=1 2 3 4",
        ),
        ("JOB= CORRECT IDXREF", "JOB=IDXREF, CORRECT"),
        ("REFINE(IDXREF)= CELL BEAM", "REFINE(IDXREF)=BEAM CELL"),
        ("CORRECTIONS=ALL", "CORRECTIONS= DECAY MODULATION ABSORPTION"),
        ("ROTATION_AXIS= -1 0.002 0", "ROTATION_AXIS= -2 0.004 -0.0"),
        (
            "OSCILLATION_RANGE=0.1 STARTING_ANGLE=5 STARTING_FRAME=1",
            "OSCILLATION_RANGE=.1 STARTING_ANGLE=6 STARTING_FRAME=11",
        ),
        (
            "OSCILLATION_RANGE=0.1 STARTING_ANGLE=5\nDATA_RANGE=4 9",
            "OSCILLATION_RANGE=.1 STARTING_ANGLE=5 STARTING_FRAME=4\nDATA_RANGE=4 9",
        ),
        (UNTURNED, TURNED),
        ("".join(SEGMENTS), "".join(reversed(SEGMENTS))),
    ],
)
def test_the_same_in_another_way(a: str, b: str) -> None:
    assert difference(a, b) == []
    assert difference(b, a) == []


@pytest.mark.parametrize(
    ("a", "b", "told"),
    [
        ("GAIN=1\nGAIN=2", "GAIN=1", ("GAIN", "2", "1", "another value")),
        ("", "DELPHI= 5 ! x", ("DELPHI", None, "5", "only in the second")),
        ("CORRECTIONS=", "", ("CORRECTIONS", "", None, "only in the first")),
        ("CORRECTIONS=", "CORRECTIONS=ALL", ("CORRECTIONS", "", "ALL", "another value")),
        ("GAIN=1.0", "GAIN=1.0000001", ("GAIN", "1.0", "1.0000001", "another value")),
        ("SPOT_RANGE=1 20", "SPOT_RANGE=1 19", ("SPOT_RANGE", "1 20", "1 19", "other images")),
        (
            "UNTRUSTED_RECTANGLE=1 2 3 4\nUNTRUSTED_RECTANGLE=5 6 7 8",
            "UNTRUSTED_RECTANGLE=5 6 7 8\nUNTRUSTED_RECTANGLE=5 6 7 9",
            ("UNTRUSTED_RECTANGLE", "1 2 3 4", "5 6 7 9", "lines that only one has"),
        ),
        (
            "ROTATION_AXIS=1 0 0",
            "ROTATION_AXIS=-1 0 0",
            ("ROTATION_AXIS", "1 0 0", "-1 0 0", "another value"),
        ),
        (
            UNTURNED,
            UNTURNED.replace("=1 0 0\nINC", "=-1 0 0\nINC"),
            ("ROTATION_AXIS", "1 0 0", "-1 0 0", "another value"),
        ),
        (
            UNTURNED,
            UNTURNED.replace("10 20 5", "-20 10 5"),
            ("UNIT_CELL_A-AXIS", "10 20 5", "-20 10 5", "another value"),
        ),
        ("JOB=ALL\n$CELL", "JOB=ALL", ("no keyword", "'$CELL' belongs to no keyword", None)),
        ("MY_KEY=1", "MY_KEY=2", ("MY_KEY", "1", "2", "another value")),
    ],
)
def test_a_difference_is_told_once(a: str, b: str, told: tuple[str, ...]) -> None:
    assert [tuple(change)[: len(told)] for change in difference(a, b)] == [told]
    [back] = difference(b, a)
    assert (back.a, back.b) == (told[2], told[1])


def test_the_order_inside_a_segment_counts() -> None:
    first, second = SEGMENTS
    mixed = first.replace("ORGX=1", "ORGX=3") + second.replace("ORGX=3", "ORGX=1")
    [change] = difference(first + second, mixed)
    assert change.name == "SEGMENT"
    assert change.a is not None and "SEGMENT_ORGX= 1" in change.a


def test_a_detector_that_is_turned_alone_is_another_geometry() -> None:
    changes = difference(UNTURNED, UNTURNED.replace("X-AXIS=1 0 0", "X-AXIS=0.8 0 -0.6"))
    assert [change.name for change in changes] == ["DIRECTION_OF_DETECTOR_X-AXIS"]


def test_keywords_of_xscale_belong_to_their_files() -> None:
    a = "OUTPUT_FILE=s.ahkl\nINPUT_FILE=*../1/XDS_ASCII.HKL\nWEIGHT=1\nINPUT_FILE=b.HKL\nWEIGHT=2"
    b = "OUTPUT_FILE=s.ahkl\nINPUT_FILE=b.HKL\nWEIGHT=2.0\nINPUT_FILE= *../1/XDS_ASCII.HKL\nWEIGHT=3"
    assert difference(a, a.replace("INPUT_FILE=*", "INPUT_FILE= *"), "xscale") == []
    [change] = difference(a, b, "xscale")
    assert change == ("../1/XDS_ASCII.HKL.WEIGHT", "1", "3", "another value")
    [change] = difference("OUTPUT_FILE=a\nMERGE=TRUE", "OUTPUT_FILE=b\nMERGE=TRUE", "xscale")
    assert (change.name, change.a, change.b) == ("OUTPUT_FILE", "a", "b")


def test_json_and_words() -> None:
    [change] = difference("DELPHI=5", "", "xds")
    assert change.to_json() == {
        "key": "DELPHI",
        "old": "5",
        "new": None,
        "why": "only in the first",
    }
    assert str(change) == "DELPHI: 5 -> not said   (only in the first)"


@needs_samples
def test_samples_that_differ_little() -> None:
    seventh, eighth, first, chosen = (
        (XDS_INPUTS / f"{number}.XDS.INP").read_text(encoding="utf-8")
        for number in ("007", "008", "040", "041")
    )
    assert difference(seventh, eighth) == [
        ("DETECTOR_DISTANCE", "220.73", "221.4", "another value")
    ]
    assert {change.name for change in difference(first, chosen)} == {
        *("SPACE_GROUP_NUMBER", "UNIT_CELL_CONSTANTS", "NAME_TEMPLATE_OF_DATA_FRAMES")
    }
    for path in sorted(XDS_INPUTS.glob("*.INP")):
        text = path.read_text(encoding="utf-8")
        program = "xds" if ".XDS." in path.name else "xscale"
        shuffled = text.replace("!", "  ! ").replace("\n", "\r\n")
        assert difference(text, shuffled, program) == []


words = st.sampled_from(
    "ROTATION_AXIS= STARTING_ANGLE= OSCILLATION_RANGE= DATA_RANGE= SPOT_RANGE= SEGMENT= "
    "DIRECTION_OF_DETECTOR_X-AXIS= DIRECTION_OF_DETECTOR_Y-AXIS= 0 1 1e308 -1e308 nan inf x ! 1D3 "
    "INPUT_FILE= OUTPUT_FILE= SEGMENT_ORGX= CORRECTIONS= ALL \n".split(" ")
)
texts = st.lists(words, max_size=30).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(texts, texts, st.sampled_from(["xds", "xscale", "xdsconv"]))
def test_any_two_texts_can_be_compared(a: str, b: str, program: str) -> None:
    assert difference(a, a, program) == []
    one, other = difference(a, b, program), difference(b, a, program)
    assert {c.name for c in one} == {c.name for c in other}
