"""Words and numbers behind the keywords of AIMLESS and POINTLESS.

What is right and wrong is from the syntax that comments of both programs' sources give
(keywords_aimless.hh, keywords.hh), and from lines that public logs and scripts contain.
"""

from __future__ import annotations

import importlib
import io
import time
from pathlib import Path
from types import ModuleType

import pytest
from tiny_images import write_series
from typer.testing import CliRunner

from sweepwright.cli.main import application
from sweepwright.programs import keyword_forms, keywords
from sweepwright.programs.keyword_tables import LINE_PROGRAMS, table

RIGHT = [
    # of logs of ccp4i2 and xia2, as they stand there
    ("pointless", "setting symmetry-based"),
    ("aimless", "scales constant"),
    ("aimless", "run 1 batch 1 to 1800"),
    ("aimless", "resolution run 1 high 1.900000"),
    ("aimless", "resolution 1.900000"),
    ("aimless", "bins 20"),
    ("aimless", "scales rotation spacing 5 secondary 6 bfactor off"),
    ("aimless", "sdcorrection same"),
    ("aimless", "unlink all"),
    ("aimless", "REJECT NONE"),
    # of the syntax
    ("aimless", "SDCORRECTION REFINE INDIVIDUAL FIXSDB"),
    ("aimless", "SDCO SIMI 0.2 3.0 0.04"),
    ("aimless", "SDCORRECTION TIE SdFac 1.0 0.1"),
    ("aimless", "SDCORRECTION NOREFINE 1.0 0.0 0.02 WEIGHT UNIT"),
    ("aimless", "REJECT SCALE 6 8 KEEP ALL 8 10 EMAX 10"),
    ("aimless", "REFINE FH CYCL 2 10 SELECT 3 1.5"),
    ("aimless", "KEEP OVERLOADS PKRATIO 2.5"),
    ("aimless", "TIE SURFACE 0.005 BFACTOR 0.1"),
    ("aimless", "TIE TILE 0.1 0.1 0.1 0.1 0.1"),
    ("aimless", "ANALYSIS CONE 30 CCMI 0.5 NODETECTOR"),
    ("aimless", "INTENSITIES COMBINE 5000 POWER 3"),
    ("aimless", "LINK SURFACE 2 TO 1"),
    ("aimless", "BINS RESOLUTION 20 INTENSITY 10"),
    ("aimless", "RESOLUTION LOW 40 HIGH 2"),
    ("aimless", "SCALES RUN 2 TILE 3 3 CCD POLE H"),
    ("aimless", "INITIAL MINIMUM_OVERLAP -0.05"),
    ("pointless", "ISIGLIMIT CCHALF 0.6"),
    ("pointless", "RUN 1 BATCH FILE 2 1 TO 90"),
    ("pointless", "BLANK RESO 0.5 NEGATIVE 0.3"),
    ("pointless", "PARTIALS TEST 0.95 1.05 CORRECT 0.5 NOCHECK NOGAP"),
    ("pointless", "CENTRE 2 2 2"),
    ("pointless", "CENTRE"),
]
#: what is wrong, and the word that the message suggests or the part of the syntax that it shows
WRONG = [
    ("aimless", "REJECT COBMINE 6", "COMBINE"),
    ("aimless", "SDCORRECTION NROEFINE 1 0 0", "NOREFINE"),
    ("aimless", "SCALES ROTATION SPCAING 5", "SPACING"),
    ("aimless", "ANALYSIS ICSGMINIMUM 2", "ISIGMINIMUM"),
    ("aimless", "REJECT 6 ALL", "[ALL sdrejA [sdrejA2]]"),
    ("aimless", "REJECT", "sdrej"),
    ("aimless", "SCALES ROTATION SPACING", "SPACING deg"),
    ("aimless", "SCALES BFACTOR 3", "BFACTOR ON|OFF"),
    ("aimless", "RUN BATCH 1 TO 20", "n [FILE"),
    ("aimless", "LINK 2 1", "run2 TO run1"),
    ("aimless", "REFINE CYCLES", "CYCLES [n1] n"),
    ("aimless", "KEEP PKRATIO", "PKRATIO x"),
    ("aimless", "RESOLUTION 2 1 3", "[HIGH] d"),
    ("pointless", "TOLERANCE", "float"),
    ("pointless", "TOLERANCE 2 3", "float"),
    ("pointless", "SETTING CELL-BASED C2", "C2"),
    ("pointless", "CHIRALITY CHRIAL", "CHIRAL"),
    ("pointless", "SCORE MAXMULTIPLICITY", "MAXMULTIPLICITY n"),
    ("pointless", "POLARISATION XDS", "f"),
]


def errors(program: str, line: str) -> list[keywords.Problem]:
    return [one for one in keywords.check_line(program, line) if one.severity == "error"]


@pytest.mark.parametrize(("program", "line"), RIGHT)
def test_what_the_programs_know_passes(program: str, line: str) -> None:
    said = keywords.check_line(program, line)
    assert all("wins over" in one.message for one in said), (
        said
    )  # that a key of the job says it too


@pytest.mark.parametrize(("program", "line", "meant"), WRONG)
def test_what_they_cannot_read_is_an_error(program: str, line: str, meant: str) -> None:
    (problem,) = errors(program, line)
    assert meant in str(problem.help)


def test_a_word_that_is_like_none_may_be_of_a_newer_version() -> None:
    (problem,) = keywords.check_line("aimless", "REJECT 6 QQQQ 5")
    assert problem.severity == "warning"
    assert "newer version" in str(problem.help)


def test_where_the_syntax_is_not_known_for_certain_all_passes() -> None:
    unsure = [row.name for p in LINE_PROGRAMS for row in table(p).values() if not row.form]
    assert "KEEPLATTICE" in unsure
    assert keywords.check_line("pointless", "KEEPLATTICE 0.1 WHATEVER") == []


def test_of_a_word_four_letters_count() -> None:
    assert keywords.check_line("aimless", "sdco nore 1 0 0") == []
    (problem,) = keywords.check_line("aimless", "SDCORRECTION NOREFIEN 1 0 0")
    assert problem.severity == "warning"
    assert "NOREFINE" in problem.message
    (problem,) = keywords.check_line("aimless", "SDCORRECTION NOR 1 0 0")
    assert "not known" in problem.message


def test_a_long_line_takes_no_time() -> None:
    began = time.perf_counter()
    for line in (
        "SDCORRECTION " + "1 " * 3000 + "NOTIE 5 ALL",
        "REJECT " + "6 ALL 8 " * 1000 + "ALL",
    ):
        keywords.check_line("aimless", line)
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize("program", LINE_PROGRAMS)
def test_words_of_a_form_stay_apart_and_are_named_to_people(program: str) -> None:
    for row in table(program).values():
        found = keyword_forms.words(row.form)
        assert len({word[:4] for word in found}) == len(found), row.name
        assert bool(row.form) <= bool(row.value), row.name


@pytest.fixture
def standin(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> ModuleType:
    monkeypatch.syspath_prepend(request.config.rootpath / "tests/standins")
    return importlib.import_module("ccp4_standin.inputs")


def test_the_standins_are_as_strict(standin: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def reads(program: str, line: str) -> bool:
        monkeypatch.setattr("sys.stdin", io.StringIO(line + "\n"))
        try:
            return bool(standin.read(program, []).entries)
        except standin.InputError:
            return False

    assert [line for program, line in RIGHT if not reads(program, line)] == []
    assert [line for program, line, _ in WRONG if reads(program, line)] == []


def test_check_fix_writes_the_line_that_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_series(tmp_path, "data/x_####.cbf", "1-6")
    job = tmp_path / "job.yaml"
    job.write_text(
        "sweepwright: 1\nsweeps: [{images: data/x_####.cbf}]\nprocessing: {engine: xds}\n"
        'keywords:\n  aimless: [KEEP MISFIT, "REJCT 6", REJECT COBMINE 6 ALL 8]\n'
    )
    CliRunner().invoke(application(), ["check", "job.yaml", "--fix"])
    assert '  aimless: [KEEP MISFIT, "REJECT 6", "REJECT COMBINE 6 ALL 8"]\n' in job.read_text()
