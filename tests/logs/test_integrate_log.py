"""INTEGRATE.LP: the table of images, the blocks and the last tables."""

from __future__ import annotations

import pytest
from damaged_logs import assert_truthful, cut, merged, named, starred, without_a_line
from log_samples import assert_true, samples, text_of

from sweepwright.logs import integrate

TITLE = " IMAGE IER  SCALE     NBKG NOVL NEWALD NSTRONG  NREJ   SIGMAB   SIGMAR"
OLD_TITLE = " IMAGE IER  SCALE     NBKG NOVL NEWALD NSTRONG  NREJ  SIGMAB  SIGMAR"
WIDE_TITLE = " IMAGE IER  SCALE      NBKG   NOVL   NEWALD NSTRONG   NREJ   SIGMAB   SIGMAR"


def table(title: str, *rows: str) -> str:
    """A log of one block with these rows."""
    return (
        " ***** INTEGRATE ***** (VERSION Feb 5, 2021  BUILT=20210323)   4-Mar-2021\n\n"
        + "                     PROCESSING OF IMAGES        1 ...      11\n\n"
        + "\n".join([title, *rows])
        + "\n\n"
    )


def block(first: int, last: int, cell: str) -> str:
    """A block with a refinement."""
    rows = "".join(
        f"{n:6}   0  0.9{n:02} 1555{n:04}  {n % 7:3}{11000 + n:7}{200 + n:8}{n:6}  0.016{n:02}  0.320{n:02}\n"
        for n in range(first, last + 1)
    )
    return f"""\
 ******************************************************************************
                     PROCESSING OF IMAGES {first:8} ...{last:8}
 ******************************************************************************

 *** DEFINITION OF SYMBOLS ***
 IER     = ERROR CODE AFTER ACCESSING DATA IMAGE

{TITLE}
{rows}
  {1000 + first} OUT OF   {1100 + first} REFLECTIONS ACCEPTED FOR REFINEMENT
 REFINED PARAMETERS:   POSITION BEAM ORIENTATION CELL
 STANDARD DEVIATION OF SPOT    POSITION (PIXELS)     0.{90 + first}
 STANDARD DEVIATION OF SPINDLE POSITION (DEGREES)    0.{10 + first}
 SPACE GROUP NUMBER      1
 UNIT CELL PARAMETERS    {cell}
 CRYSTAL MOSAICITY (DEGREES)     0.2{first:02}
 DETECTOR ORIGIN (PIXELS) AT                     2045.{first:02}   2216.{first:02}
 CRYSTAL TO DETECTOR DISTANCE (mm)       480.{first:02}


 ***** AVERAGE THREE-DIMENSIONAL PROFILE OF   1080 STRONG REFLECTIONS *****

     0  0  0 52100 51

  {28000 + first} REFLECTION INTENSITIES INTEGRATED

"""


LOG = f"""
 ***** INTEGRATE ***** (VERSION Feb 5, 2021  BUILT=20210323)   4-Mar-2021

 INPUT PARAMETER VALUES
 ----------------------
 NAME_TEMPLATE_OF_DATA_FRAMES=/data/NX=3/x_????.cbf CBF
 DATA_RANGE=       1       6
 MINIMUM_VALID_PIXEL_VALUE=     0    OVERLOAD=   3000000
 ROTATION_AXIS=  0.99999-0.00054 0.00190
 OSCILLATION_RANGE=  0.500000 DEGREES
 STARTING_ANGLE=   0.000 STARTING_FRAME=       1
 X-RAY_WAVELENGTH=   0.97918 ANGSTROM
 ORGX=   2054.53  ORGY=   2167.47
 SEGMENT=    1 4150    1 4371  ! x1,x2,y1,y2 (pixel units)
    SEGMENT_ORGX=      0.00   SEGMENT_ORGY=      0.00
 RESOLUTION RANGE RECORDED BY DETECTOR (ANGSTROM)   199.541     2.555
 (PIXEL VALUE - OFFSET)/GAIN ,    WITH GAIN=    0.99


{block(1, 3, "104.593   104.051   322.333  89.995  90.076  90.207")}
{block(4, 6, "105.593   105.051   323.333  89.995  90.076  90.207")}
 STANDARD DEVIATION (DEGREES) OF BEAM DIVERGENCE
 BATCH-                           PROFILE NUMBER
 NUMBER      1      2      3
     1    0.014  0.015  0.016
     2    0.017  0.018  0.019


 ***** SUGGESTED VALUES FOR INPUT PARAMETERS *****
 BEAM_DIVERGENCE=   0.19720  BEAM_DIVERGENCE_E.S.D.=   0.01972
 REFLECTING_RANGE=  1.25289  REFLECTING_RANGE_E.S.D.=  0.17898


 NUMBER OF STRONG REFLECTIONS USED FOR LEARNING REFERENCE PROFILES

 BATCH-                           PROFILE NUMBER
 NUMBER      1      2      3
     1      369     68     84
     2      318     59     66
 margin     687    127    150

 MINIMUM INTEGRATION VOLUME IS  112 GRID POINTS

      CORRELATION BETWEEN OBSERVED AND EXPECTED PROFILES

  CORR     = mean correlation factor between observed and

       I/Sigma        CORR      E.S.D.      <I>      NUMBER

       -3...-2      -0.184      0.058       -62.         27
        0... 1       0.060      0.028        11.     599942
       48...51       0.412      0.087      4476.        247

 1234494 REFLECTIONS SAVED ON FILE "INTEGRATE.HKL"


 total elapsed wall-clock time for INTEGRATE      98.6 sec
"""


def read(text: str) -> dict[str, object]:
    """Names and values of a text that has no troubles."""
    assert integrate.recognises(text[:4000]) == "INTEGRATE.LP"
    reading = integrate.read(text, "INTEGRATE.LP")
    assert reading.troubles == ()
    return dict(named(reading))


@pytest.mark.parametrize("file", samples("integrate_*.LP", "integrate_*.log", "integrate_*.txt"))
def test_samples_of_integrate(file: str) -> None:
    # one of them is a piece of a log that ends within its table
    assert_true(integrate, file, troubles=int("issue" in file))
    for damage in (cut, merged, starred, without_a_line):
        assert_truthful(integrate, text_of(file), damage(text_of(file), 5))


def test_a_whole_log() -> None:
    found = read(LOG)
    assert found["integrate.input.name_template"] == "/data/NX=3/x_????.cbf CBF"
    assert found["integrate.input.data_range"] == (1, 6)
    assert found["integrate.input.rotation_axis"] == (0.99999, -0.00054, 0.0019)
    assert found["integrate.input.wavelength"] == 0.97918
    assert found["integrate.input.origin_px"] == (2054.53, 2167.47)
    assert found["integrate.resolution_range_recorded"] == (199.541, 2.555)
    assert found["integrate.gain"] == 0.99
    assert found["integrate.image_5.n_background_px"] == 15550005
    assert found["integrate.image_5.sigmar_deg"] == 0.32005
    assert found["integrate.block_2.images"] == (4, 6)
    assert found["integrate.block_2.cell"] == (105.593, 105.051, 323.333, 89.995, 90.076, 90.207)
    assert found["integrate.block_2.distance_mm"] == 480.04
    assert found["integrate.block_1.mosaicity_deg"] == 0.201
    assert found["integrate.block_1.n_integrated"] == 28001
    assert found["integrate.suggested.beam_divergence_deg"] == 0.1972
    assert found["integrate.suggested.reflecting_range_esd_deg"] == 0.17898
    assert found["integrate.sigmab_deg.batch_2.position_1"] == 0.017
    assert found["integrate.n_learned.batch_margin.position_3"] == 150
    assert found["integrate.profile_fit.i_over_sigma_-3_-2.correlation"] == -0.184
    assert found["integrate.profile_fit.i_over_sigma_0_1.n"] == 599942
    assert found["integrate.n_saved"] == 1234494
    assert found["integrate.elapsed_s"] == 98.6


@pytest.mark.parametrize(
    ("title", "row"),
    [
        (TITLE, "     7   0  0.956 15553767    0  11231     262    35  0.01585  0.19433"),
        (OLD_TITLE, "     7   0  0.956 15553767    0  11231     262    35  0.0158  0.1943"),
        (
            WIDE_TITLE,
            "     7   0  0.956  15553767      0    11231     262     35  0.01585  0.19433",
        ),
    ],
)
def test_columns_end_under_their_titles_in_every_build(title: str, row: str) -> None:
    reading = integrate.read(table(title, row), "INTEGRATE.LP")
    assert reading.troubles == ()
    whole = (7, 0, 0.956, 15553767, 0, 11231, 262, 35)
    assert reading.tables["integrate.images"].rows == (
        (*whole, *(round(x, 5 if title != OLD_TITLE else 4) for x in map(float, row.split()[-2:]))),
    )


@pytest.mark.parametrize(
    ("row", "overloaded", "near", "background"),
    [
        (
            "  2601   0  0.975 16680318    01092650     283     8  0.01281  0.40765",
            0,
            1092650,
            16680318,
        ),
        (
            "  2601   0  0.975 16680318123471092650     283     8  0.01281  0.40765",
            12347,
            1092650,
            16680318,
        ),
        (
            "  2601   0  0.975116680318123471092650     283     8  0.01281  0.40765",
            12347,
            1092650,
            116680318,
        ),
        (
            "100001   0  0.975 16680318    0  92650     283     8  0.01281  0.40765",
            0,
            92650,
            16680318,
        ),
    ],
)
def test_columns_that_touch(row: str, overloaded: int, near: int, background: int) -> None:
    (found,) = (
        integrate.read(table(TITLE, row), "INTEGRATE.LP").tables["integrate.images"].as_rows()
    )
    assert found["n_overloaded"] == overloaded
    assert found["n_near_ewald"] == near
    assert found["n_background_px"] == background
    assert found["sigmar_deg"] == 0.40765


@pytest.mark.parametrize(
    "row",
    [
        "     7   0  0.956 15553767    0  11231     262    35  0.01585  0.1943",  # cut
        "     7   0  0.956 15553767    0  11231     262    35",
        "     7   0  0.956 15553767    0  11231     262    35   0.01585  0.19433",  # wider
        "     7   0  0.956 15553767    0 11231     262    35  0.01585  0.19433",  # a blank less
        "     7   0  0.956 15553767*****  11231     262    35  0.01585  0.19433",
        "     7   0  0.956 15553767    0  11231     262    35      NaN  0.19433",
        "     7   0  0.956 15553767    0  11231     262    35  0.01585  0.19433  0.5",
        "     7   0  0.956 15553767    010000350     262    35  0.01585  0.19433",  # wider than its field
        "     7   0  0.956 15553767    1 0011231     262    35  0.01585  0.19433",  # not as printed
    ],
)
def test_a_row_in_doubt_is_refused_and_the_others_are_kept(row: str) -> None:
    good = "     8   0  0.956 15553767    0  11231     262    35  0.01585  0.19433"
    reading = integrate.read(table(TITLE, row, good), "INTEGRATE.LP")
    assert reading.tables["integrate.images"].column("image") == [8]
    assert [trouble.line for trouble in reading.troubles] == [6]


def test_an_image_that_xds_cannot_read_has_nothing_but_its_error() -> None:
    row = "     7  -1  0.000        0    0      0       0     0  0.00000  0.00000"
    (found,) = integrate.read(table(TITLE, row), "INTEGRATE.LP").tables["integrate.images"].rows
    assert found == (7, -1, *[None] * 8)


def test_an_image_twice_puts_all_in_doubt() -> None:
    row = "     7   0  0.956 15553767    0  11231     262    35  0.01585  0.19433"
    reading = integrate.read(table(TITLE, row, row), "INTEGRATE.LP")
    assert "integrate.images" not in reading.tables
    assert "an image has two rows" in str(reading.troubles[0])


def test_the_logs_of_two_runs_in_one_file_are_refused() -> None:
    reading = integrate.read(LOG + LOG, "INTEGRATE.LP")
    assert named(reading) == {}
    assert "several runs" in str(reading.troubles[0])


def test_unknown_columns_are_refused() -> None:
    row = "     7   0  0.956 15553767    0  11231     262    35  0.01585  0.19433"
    reading = integrate.read(table(TITLE.replace("NREJ", "NOUT"), row), "INTEGRATE.LP")
    assert "integrate.images" not in reading.tables
    assert "unknown columns" in str(reading.troubles[0])


def test_a_block_without_refinement_has_no_parameters() -> None:
    head, middle, rest = LOG.partition("  1004 OUT OF   1104")
    rest = rest[rest.index(" ***** AVERAGE") :]
    found = read(head + rest)
    assert middle
    assert found["integrate.block_2.images"] == (4, 6)
    assert found["integrate.block_2.cell"] is None
    assert found["integrate.block_1.cell"] is not None


def test_line_ends_of_integrate_do_not_matter() -> None:
    assert read(LOG.replace("\n", "\r\n")) == read(LOG)


@pytest.mark.parametrize("damage", [cut, merged, starred, without_a_line])
def test_a_damaged_log_gives_no_wrong_number(damage: object) -> None:
    assert callable(damage)
    assert_truthful(integrate, LOG, damage(LOG, 300))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ***** XYCORR ***** (VERSION Jan 31, 2020)\n\n ***** INTEGRATE ***** (VERSION\n",
        "!OUTPUT_FILE=INTEGRATE.HKL\n!Generated by INTEGRATE   (VERSION\n",
        " ***** CORRECT ***** (VERSION Jan 31, 2020  BUILT=20200131)\n",
    ],
)
def test_no_integrate(text: str) -> None:
    assert integrate.recognises(text) is None
