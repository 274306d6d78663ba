"""Every line that is written for XDS and CCP4 is one that their tables know."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from story_images import IMAGES, OPTIONS, write_story

from sweepwright.api.build import compile_job, files_of
from sweepwright.api.emitted import emitted_wrongly
from sweepwright.api.front import Options, resolve_job
from sweepwright.emit.compile import previews
from sweepwright.model.plan import Attempt, LineTable, Plan
from sweepwright.programs.emitted import READERS, Slip, read_line, slips
from sweepwright.programs.keyword_forms import unknown_words
from sweepwright.programs.keyword_tables import LINE_PROGRAMS, table
from sweepwright.programs.keywords import program_problem

STANDINS = Path(__file__).resolve().parents[1] / "standins"
#: an example that XDS cannot do: it wants the cell with the group
NAMES = [name for name in IMAGES if name != "inverse-beam-sad"]
XDS = """\
! a comment
JOB= XYCORR INIT COLSPOT IDXREF
NAME_TEMPLATE_OF_DATA_FRAMES= ../raw/x_????.cbf
DATA_RANGE= 1 90
SPOT_RANGE= 1 45
SPOT_RANGE= 46 90
NX= 2463 NY= 2527
ORGX= 1230.5 ORGY= 1265.25     ! header: beam
REFINE(IDXREF)= BEAM AXIS
SPACE_GROUP_NUMBER= <group@x1.number>
MAXIMUM_NUMBER_OF_PROCESSORS= <at run: threads>
FRACTION_OF_POLARIZATION= 0.99
"""
XSCALE = """\
OUTPUT_FILE= peak.HKL
FRIEDEL'S_LAW= FALSE
INPUT_FILE= A.HKL
INCLUDE_RESOLUTION_RANGE= 999 <cut@x1.high>
INPUT_FILE= B.HKL
INCLUDE_RESOLUTION_RANGE= 999 2.1
OUTPUT_FILE= edge.HKL
FRIEDEL'S_LAW= FALSE
INPUT_FILE= C.HKL
WFAC1= 1
"""
XDSCONV = "INPUT_FILE= a.HKL\nOUTPUT_FILE= temp.hkl CCP4_I+F\nFRIEDEL'S_LAW= FALSE\n"
AIMLESS = "# first\nRUN 1 BATCH 1 TO 90\nRUN 2 BATCH 1001 TO 1090\nresolution HIGH <cut@x1.high>\n"


def with_ccp4(monkeypatch: pytest.MonkeyPatch) -> None:
    found = shutil.which("true") or "/usr/bin/true"
    monkeypatch.setenv("PATH", f"{STANDINS}:{Path(found).parent}")


def told(text: str, program: str) -> list[Slip]:
    return slips([read_line(line, program) for line in text.splitlines()], program)


def compiled(name: str, folder: Path) -> tuple[Plan, dict[str, bytes]]:
    write_story(name, folder)
    bind = dict(word.split("=") for word in OPTIONS.get(name, ())[1:])
    places = {root: str(folder / place) for root, place in bind.items()}
    front = resolve_job(folder / f"{name}.yaml", Options("xds", (), places))
    assert front.job is not None, front.diagnostics
    return files_of(front.job, front.source)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("ccp4", [False, True])
def test_nothing_is_wrong_with_the_files_of_the_examples(
    name: str, ccp4: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if ccp4:
        with_ccp4(monkeypatch)
    plan, files = compiled(name, tmp_path / name)
    seen = {Path(path).name for path in files} & set(READERS)
    assert "XDS.INP" in seen
    if name != "screening":  # it ends before scaling
        assert ("aimless.inp" if ccp4 else "XSCALE.INP") in seen
    assert [item.message for item in emitted_wrongly(plan, files)] == []
    lines = [
        (program, line.partition("#")[0].split())
        for path, content in files.items()
        for program in LINE_PROGRAMS
        if path.endswith(f"/{program}.inp")
        for line in content.decode().splitlines()
    ]
    assert bool(lines) == (ccp4 and name != "screening")
    for program, (keyword, *rest) in ((program, words) for program, words in lines if words):
        form = table(program)[keyword].form
        assert not form or not unknown_words(form, [word for word in rest if word[0] != "<"])


@pytest.mark.parametrize(
    ("text", "program"),
    [(XDS, "xds"), (XSCALE, "xscale"), (XDSCONV, "xdsconv"), (AIMLESS, "aimless")],
)
def test_nothing_is_wrong_with_good_files(text: str, program: str) -> None:
    assert told(text, program) == []


@pytest.mark.parametrize(
    ("program", "text", "old", "new", "line", "said"),
    [
        ("xds", XDS, "DATA_RANGE= 1 90", "DATARANGE= 1 90", 3, "no keyword 'DATARANGE'"),
        ("xds", XDS, "NX= 2463", "NX= 2463.5", 6, "whole number"),
        ("xds", XDS, "BEAM AXIS", "BEAM NONE", 8, "not 'NONE'"),
        ("xds", XDS, "DATA_RANGE= 1 90", "DATA_RANGE= 90 1", 3, "must not fall"),
        ("xds", XDS, "DATA_RANGE= 1 90", "DATA_RANGE=", 3, "DATA_RANGE has no value"),
        ("xds", XDS, "SPACE_GROUP_NUMBER=", "DELPHI= 5 DELPHI=", 9, "DELPHI is said twice"),
        ("xds", XDS, "SPACE_GROUP_NUMBER=", "DELPHI=", 9, "no step of JOB reads DELPHI"),
        ("xds", XDS, "header: beam", "header: beam in µm", 7, "not ASCII"),
        ("xds", XDS, "NX= 2463", "about NX= 2463", 6, "'about' belongs to no keyword"),
        ("xds", XDS, "NX=", "NX =", 6, "blank stands before the '='"),
        ("xscale", XSCALE, "WFAC1=", "DELPHI=", 9, "no keyword 'DELPHI'"),
        ("xscale", XSCALE, "INPUT_FILE= B.HKL", "", 5, "INCLUDE_RESOLUTION_RANGE is said twice"),
        ("xscale", XSCALE, "OUTPUT_FILE= peak.HKL", "", 1, "before any OUTPUT_FILE"),
        ("xscale", XSCALE, "OUTPUT_FILE= peak.HKL", "", 2, "INPUT_FILE stands before"),
        ("xdsconv", XDSCONV, "FRIEDEL'S_LAW= FALSE", "FRIEDEL= FALSE", 2, "'FRIEDEL'"),
        ("xdsconv", XDSCONV, "a.HKL", "a" * 80 + ".HKL", 0, "reads 80 characters"),
        ("aimless", AIMLESS + "ANOMALOUS ON\n", "# first", "ANOM ON", 4, "ANOMALOUS ON is said"),
        ("aimless", AIMLESS, "RUN 1", "WALK 1", 1, "no keyword 'WALK'"),
        ("aimless", AIMLESS, "TO 90", "TO -", 1, "continues the line"),
        ("aimless", AIMLESS, "TO 90", "TO", 1, "cannot read what follows RUN"),
        ("pointless", "XDSIN A.HKL\n", "XDSIN", "XDS_IN", 0, "no keyword 'XDS_IN'"),
    ],
)
def test_a_broken_line_is_found(
    program: str, text: str, old: str, new: str, line: int, said: str
) -> None:
    assert old in text
    found = told(text.replace(old, new), program)
    assert any(slip.line == line and said in slip.message for slip in found), found


def broken(plan: Plan, old: str, new: str) -> Plan:
    """The plan with a piece of text of its files changed, as a wrong template would."""

    def table(file: LineTable) -> LineTable:
        lines = tuple(
            tuple(piece.replace(old, new) if isinstance(piece, str) else piece for piece in line)
            for line in file.lines
        )
        return file.model_copy(update={"lines": lines})

    steps = (
        step.model_copy(update={"files": tuple(map(table, step.files))}) for step in plan.steps
    )
    return plan.model_copy(update={"steps": tuple(steps)})


def test_a_wrong_template_is_told_of_once(tmp_path: Path) -> None:
    plan, files = compiled("mad", tmp_path / "mad")
    wrong = broken(plan, "SEPMIN= ", "SEPMINE= ")
    texts = {path: text.encode() for path, text in previews(wrong).items()}
    (found,) = emitted_wrongly(wrong, files | texts)
    assert found.code == "SW-P018"
    assert "(and 3 more like it): xds has no keyword 'SEPMINE'" in found.message  # four sweeps
    assert found.help is not None
    assert "fault of sweepwright" in found.help


def test_a_wrong_rung_of_a_ladder_is_found(tmp_path: Path) -> None:
    plan, files = compiled("first-job", tmp_path / "first")
    (index,) = (step for step in plan.steps if step.id.startswith("index@"))
    leaf = next(
        piece.leaf
        for line in index.files[0].lines
        for piece in line
        if not isinstance(piece, str) and piece.leaf.endswith("SEPMIN")
    )
    rung = Attempt(set={leaf: "few"}, reason="a test")
    ladder = index.model_copy(update={"attempts": (*index.attempts, rung)})
    steps = tuple(ladder if step is index else step for step in plan.steps)
    (found,) = emitted_wrongly(plan.model_copy(update={"steps": steps}), files)
    assert "SEPMIN takes 1 number" in found.message


def test_keywords_of_the_job_may_stand_where_no_step_reads_them(tmp_path: Path) -> None:
    write_story("first-job", tmp_path)
    job = tmp_path / "first-job.yaml"
    job.write_text(job.read_text() + "keywords: {xds: {STRONG_PIXEL: 4}}\n")
    done = compile_job(job, Options("xds"))
    assert done.folder is not None, done.diagnostics
    text = (done.folder / "sweeps/A/integrate/XDS.INP").read_text()
    assert "STRONG_PIXEL= 4" in text


def test_the_options_of_ctruncate_are_those_of_its_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_ccp4(monkeypatch)
    plan, _ = compiled("first-job", tmp_path / "first")
    (step,) = (step for step in plan.steps if step.program == "ctruncate")
    options = [str(word) for word in step.argv if str(word).startswith("-")]
    assert "-colano" in options
    assert set(options) <= set(table("ctruncate"))


@pytest.mark.parametrize("program", ["ctruncate", "freerflag", "cad"])
def test_other_programs_of_ccp4_take_no_keywords_of_a_job(program: str) -> None:
    assert all(row.closed for row in table(program).values())
    assert program_problem(program) is not None
