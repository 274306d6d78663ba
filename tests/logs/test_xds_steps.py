"""The small logs of XDS, its banners, and its messages."""

from __future__ import annotations

import pytest
from damaged_logs import assert_truthful, cut, merged, named, starred, without_a_line
from log_samples import assert_true, samples, text_of

from sweepwright.logs import xds_steps
from sweepwright.logs.xds_banner import banner, log_of
from sweepwright.logs.xds_messages import messages

BUILD = "(VERSION Jun 30, 2024  BUILT=20240723)   1-Sep-2024"
END = "\n cpu time used                  2.5 sec\n elapsed wall-clock time        2.6 sec\n"
INIT = f"""
 ***** INIT ***** {BUILD}

 FRAME#    SCALE    BACKGND   GAIN    #PIXEL
       1     1.000    11.41   1.02   4149000
       2     1.004    11.38   1.01   4148800

 NUMBER OF PIXELS USED FOR DATA COLLECTION         4149369
 BACKGROUND COUNTS IN A DATA IMAGE PIXEL            11.395
{END}"""
COLSPOT = f"""
 ***** COLSPOT ***** {BUILD}

 SPOT_RANGE=       1       2
 SPOT_RANGE=      91      91

 FRAME #      NBKG     NSTRONG   I/O-FLAG
       1   4125240       24129       0
       2   4126061       23308       0
      91         0           0      -1

 NUMBER OF STRONG PIXELS EXTRACTED FROM IMAGES       47437

 NUMBER OF DIFFRACTION SPOTS LOCATED                  1381
 IGNORED BECAUSE OF SPOT MAXIMUM OUT OF CENTER           4
 WEAK SPOTS OMITTED                                    190
 NUMBER OF DIFFRACTION SPOTS ACCEPTED                 1187
{END}"""
DEFPIX = f"""
 ***** DEFPIX ***** {BUILD}

 INCLUDE_RESOLUTION_RANGE=                           50.000     0.000
 RESOLUTION RANGE RECORDED BY DETECTOR (ANGSTROM)    61.210     1.414
 NUMBER OF PIXELS REMOVED FROM   "BKGINIT.cbf"       121200
 NUMBER OF TRUSTED PIXELS IN      "BKGPIX.cbf"      5912340
 MEAN VALUE OF TRUSTED PIXELS IN  "BKGPIX.cbf"       11.204
{END}"""
CONVERTED = f"""
 ***** XDSCONV ***** {BUILD}
 Copy licensed until 31-Aug-2025 to

 NUMBER OF REFLECTION RECORDS ON INPUT FILE       24373
 NUMBER OF IGNORED REFLECTIONS (I< -3.0*SIGMA)       12
 NUMBER OF REFLECTIONS ACCEPTED FROM INPUT FILE   24361
  SCALING FACTOR APPLIED TO CCP4-OUTPUT DATA=     2.1250
 NUMBER OF REFLECTION RECORDS ON OUTPUT FILE       9120
 NUMBER OF RECORDS ASSIGNED TO WORKING SET         8664
 NUMBER OF RECORDS ASSIGNED TO TEST SET             456
"""
LOGS = {"INIT.LP": INIT, "COLSPOT.LP": COLSPOT, "DEFPIX.LP": DEFPIX, "XDSCONV.LP": CONVERTED}


def read(text: str) -> dict[str, object]:
    """Names and values of a text that has no troubles."""
    kind = xds_steps.recognises(text)
    assert kind
    reading = xds_steps.read(text, kind)
    assert reading.troubles == ()
    return dict(named(reading))


@pytest.mark.parametrize(
    "file", samples("xycorr*", "init*", "colspot*", "defpix*", "xdsconv*", "xds_stdout*")
)
def test_samples_of_steps(file: str) -> None:
    assert_true(xds_steps, file)


@pytest.mark.parametrize(("kind", "text"), LOGS.items())
def test_kinds_of_steps(kind: str, text: str) -> None:
    assert xds_steps.recognises(text) == kind


def test_init_of_2024() -> None:
    found = read(INIT)
    assert found["init.mean_background_counts"] == 11.395
    assert found["init.background.image_2.counts"] == 11.38
    assert found["init.background.image_2.gain"] == 1.01
    assert found["program.built"] == 20240723


def test_colspot() -> None:
    found = read(COLSPOT)
    assert found["colspot.spot_ranges"] == ((1, 2), (91, 91))
    assert found["colspot.n_spots_accepted"] == 1187
    assert found["colspot.n_weak"] == 190
    assert found["colspot.image_91.io_flag"] == -1


def test_defpix_with_the_names_of_today() -> None:
    found = read(DEFPIX)
    assert found["defpix.resolution_range_recorded"] == (61.21, 1.414)
    assert found["defpix.n_trusted_pixels"] == 5912340
    assert found["defpix.mean_trusted_pixel"] == 11.204


def test_xdsconv() -> None:
    found = read(CONVERTED)
    assert found["xdsconv.n_records_in"] == 24373
    assert found["xdsconv.scale_applied"] == 2.125
    assert found["xdsconv.n_test_set"] == 456
    assert found["program.licensed_until"] == "31-Aug-2025"


def test_images_with_unknown_columns_are_refused() -> None:
    reading = xds_steps.read(INIT.replace("   1.02   4149000", "   1.02"), "INIT.LP")
    assert reading.tables == {}
    assert "not of this table" in str(reading.troubles[0])


def test_a_number_that_stands_twice_is_refused() -> None:
    line = " NUMBER OF DIFFRACTION SPOTS ACCEPTED                 1187\n"
    reading = xds_steps.read(
        COLSPOT.replace(line, line + line.replace("1187", "1188")), "COLSPOT.LP"
    )
    assert "colspot.n_spots_accepted" not in reading.values
    assert "several" in str(reading.troubles[0])


def test_the_strategy_of_xplan_is_refused() -> None:
    text = f"\n ***** XPLAN ***** {BUILD}\n{END}"
    assert xds_steps.recognises(text) == "XPLAN.LP"
    assert "not known" in str(xds_steps.read(text, "XPLAN.LP").troubles[0])


@pytest.mark.parametrize(("kind", "text"), LOGS.items())
@pytest.mark.parametrize("damage", [cut, merged, starred, without_a_line])
def test_a_damaged_step_log_gives_no_wrong_number(damage: object, kind: str, text: str) -> None:
    assert callable(damage)
    assert_truthful(xds_steps, text, damage(text, 150))


@pytest.mark.parametrize("file", samples("init*", "colspot*", "defpix*", "xdsconv_2024*"))
@pytest.mark.parametrize("damage", [cut, merged, starred, without_a_line])
def test_a_damaged_sample_of_a_step_gives_no_wrong_number(damage: object, file: str) -> None:
    assert callable(damage)
    assert_truthful(xds_steps, text_of(file), damage(text_of(file), 100))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            " ***** IDXREF *****  (XDS VERSION  June 2006)               17-Oct-2006",
            ("IDXREF", "June 2006", None, "17-Oct-2006"),
        ),
        (
            " ***** CORRECT *****  (VERSION  December 6, 2010)            20-Sep-2011",
            ("CORRECT", "December 6, 2010", None, "20-Sep-2011"),
        ),
        (
            " ***** INIT ***** (VERSION January 10, 2014)  15-May-2014",
            ("INIT", "January 10, 2014", None, "15-May-2014"),
        ),
        (
            " ***** XSCALE ***** (VERSION January 10, 2014  BUILT=20140307)  5-May-2014",
            ("XSCALE", "January 10, 2014", 20140307, "5-May-2014"),
        ),
        (
            " **********\n             XSCALE (VERSION  December 6, 2010)   3-Feb-2011\n ****",
            ("XSCALE", "December 6, 2010", None, "3-Feb-2011"),
        ),
        ("!Generated by CORRECT   (VERSION  March 15, 2012)", ("", None, None, None)),
        ("", ("", None, None, None)),
    ],
)
def test_banners(text: str, expected: tuple[object, ...]) -> None:
    found = banner(text)
    assert (found.program, found.version, found.built, found.run_date) == expected
    assert log_of(text) == (expected[0] or None)


def test_a_licence_without_a_date_gives_none() -> None:
    text = f" ***** XSCALE ***** {BUILD}\n Copy licensed until (unlimited) to\n"
    assert banner(text).licensed_until is None
    assert "program.licensed_until" not in banner(text).values()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # below the timing lines, and with several blanks or a number
        (f"{END}  !!! ERROR !!! CANNOT INDEX REFLECTIONS\n ADVICE\n", "CANNOT INDEX REFLECTIONS"),
        (" !!! ERROR  2 !!!   RETURN CODE IS IER=           0", "RETURN CODE IS IER=           0"),
        ("Sorry, license expired on 31-Mar-2022", "Sorry, license expired on 31-Mar-2022"),
        (
            "forrtl: severe (174): SIGSEGV, segmentation fault",
            "forrtl: severe (174): SIGSEGV, segmentation fault",
        ),
    ],
)
def test_hard_errors(text: str, expected: str) -> None:
    assert messages(text) == {"error.hard": expected}


@pytest.mark.parametrize(
    "text",
    [
        "INSUFFICIENT PERCENTAGE (< 70%) OF INDEXED REFLECTIONS",
        "SOLUTION IS INACCURATE",
        "INACCURATE SCALING FACTORS.",
    ],
)
def test_soft_errors(text: str) -> None:
    assert messages(f" !!! ERROR !!! {text}\n MORE\n") == {"error.soft": text}


def test_the_line_that_xds_does_not_know() -> None:
    text = " STRONG_PIXEL=5\n  !!! ERROR !!! ILLEGAL (OBSOLETE ?) KEYWORD OR PARAMETER VALUE\n"
    assert messages(text) == {
        "error.hard": "ILLEGAL (OBSOLETE ?) KEYWORD OR PARAMETER VALUE",
        "error.offending_line": "STRONG_PIXEL=5",
    }


def test_warnings_without_the_remark_that_is_always_there() -> None:
    remark = " !!! WARNING !!! For unknown crystals an augmented lattice basis may have been\n"
    other = " !!! WARNING !!! REFINEMENT DID NOT CONVERGE\n"
    assert messages(remark) == {}
    assert messages(remark + other + other) == {
        "warning": "REFINEMENT DID NOT CONVERGE",
        "warnings": ("REFINEMENT DID NOT CONVERGE",),
    }


def test_an_expired_licence_is_the_whole_output() -> None:
    text = "\nSorry, license expired on 31-Mar-2022\n"
    assert xds_steps.recognises(text) == "XDS standard output"
    found = read(text)
    assert found["error.hard"] == "Sorry, license expired on 31-Mar-2022"
    assert found["program.licensed_until"] == "31-Mar-2022"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ***** IDXREF ***** (VERSION Jan 31, 2020  BUILT=20200131)   3-Jul-2020\n",
        " XPARM.XDS    VERSION January 10, 2014\n",
        "### CCP4 8.0: AIMLESS\n",
    ],
)
def test_no_step(text: str) -> None:
    assert xds_steps.recognises(text) is None
