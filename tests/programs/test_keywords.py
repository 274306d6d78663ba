"""Keywords straight through to a program: the tables, what is refused, and that nothing breaks out of
its line."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

import sweepwright
from sweepwright.language.suggest import all_keys
from sweepwright.programs import keywords
from sweepwright.programs.keyword_tables import (
    LINE_PROGRAMS,
    PROGRAMS,
    XDS_STEPS,
    table,
)
from sweepwright.programs.probe import DIALS_PROGRAMS
from sweepwright.resources import templates_folder

HERE = Path(sweepwright.__file__).parent / "programs"


def load(name: str) -> Any:
    return YAML(typ="safe").load(HERE / name)


def errors(program: str, name: str, value: object) -> list[str]:
    problems = keywords.check_keyword(program, name, value)
    return [problem.message for problem in problems if problem.severity == "error"]


def warnings(program: str, name: str, value: object) -> list[str]:
    problems = keywords.check_keyword(program, name, value)
    return [problem.message for problem in problems if problem.severity == "warning"]


# --- the tables ---------------------------------------------------------------------------------

XDS_FIELDS = set(
    "name kind count unit range values order repeat reads may_read scope since until instead "
    "owner owned never meaning source confidence".split()
)
CCP4_FIELDS = set(
    "name kind value form repeat words owner owned never meaning source confidence".split()
)


def test_builds_and_the_table_of_xdsconv() -> None:
    assert table("xds")["DATA_RANGE_FIXED_SCALE_FACTOR"].since == "BUILT 20130330"
    assert table("xscale")["SNRC"].since.startswith("BUILT 20191015")
    assert table("xscale")["SNRC"].until == ""
    rows = table("xdsconv")
    assert rows["OUTPUT_FILE"].closed and rows["OUTPUT_FILE"].least == 2
    assert rows["INCLUDE_RESOLUTION_RANGE"].order == "falling"
    assert (rows["UNIT_CELL_CONSTANTS"].least, rows["REIDX"].most) == (6, 12)


def rows() -> Iterator[tuple[str, dict[str, Any], dict[str, str], set[str]]]:
    for name in ("keywords", "xscale_keywords", "xdsconv_keywords"):
        whole = load(f"xds/{name}.yaml")
        for row in whole["keywords"]:
            yield f"{name}:{row['name']}", row, whole["sources"], XDS_FIELDS
    whole = load("ccp4/keywords.yaml")
    for program, found in whole["programs"].items():
        for row in found:
            yield f"{program}:{row['name']}", row, whole["sources"], CCP4_FIELDS
    whole = load("dials/keywords.yaml")
    for row in whole["rules"]:
        fields = {"program", "names", "owner", "owned", "never", "repeat", "source"}
        yield f"dials:{row['names'][0]}", row, whole["sources"], fields


ROWS = {label: (row, sources, fields) for label, row, sources, fields in rows()}


@pytest.mark.parametrize("label", ROWS)
def test_each_row_says_what_it_must_and_where_it_is_from(label: str) -> None:
    row, sources, fields = ROWS[label]
    assert set(row) <= fields
    assert row["source"] and set(row["source"]) <= set(sources)
    if not label.startswith("dials:"):
        assert row["meaning"] and row["confidence"] in ("high", "medium", "low")
        assert row.get("kind", "int") in (
            *("int", "float", "float*", "bool", "word", "text", "file", "line"),
            "int int float",
            "file word",
        )
    assert re.fullmatch(r"[0-9]+(\.\.[0-9]*)?", str(row.get("count", 1)))
    assert re.fullmatch(r">=?-?[0-9.]+|[0-9.]+\.\.[0-9.]+", str(row.get("range", ">0")))
    assert ("owner" in row) == ("owned" in row)
    assert row.get("owned", "warn") in ("warn", "refuse")
    assert not ("owner" in row and "never" in row)
    steps = {step.lower() for step in (*row.get("reads", ()), *row.get("may_read", ()))}
    assert steps <= set(XDS_STEPS)


def test_an_owner_is_a_key_of_the_job_language() -> None:
    known = set(all_keys())
    owners = {row["owner"] for row, _, _ in ROWS.values() if "owner" in row}
    owners |= {key for row, _, _ in ROWS.values() for key in row.get("words", {}).values()}
    assert len(owners) > 20
    assert owners - known == set()


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_is_open_can_be_checked(program: str) -> None:
    for row in table(program).values():
        if not row.closed:
            assert set(row.kinds) <= {"int", "float", "float*", "bool", "word", "text", "line"}
            assert row.words or "word" not in row.kinds


def test_names_stand_once_and_stay_apart_in_each_spelling() -> None:
    for name in ("xds", "xscale"):
        written = load(f"xds/{'keywords' if name == 'xds' else 'xscale_keywords'}.yaml")["keywords"]
        assert len(written) == len(table(name))
        bare = {re.sub("[^A-Z0-9_]", "", row["name"].upper()) for row in written}
        assert len(bare) == len(written)
    for program in LINE_PROGRAMS:
        four = [name[:4] for name in table(program)]
        assert len(set(four)) == len(four)


def test_each_rule_for_dials_fits_a_parameter() -> None:
    for rule in load("dials/keywords.yaml")["rules"]:
        homes = ["dials." + rule["program"]] if "program" in rule else DIALS_PROGRAMS
        known = [name for home in homes for name in table(home)]
        for pattern in rule["names"]:
            assert any(fnmatchcase(name, pattern) for name in known), pattern


def test_every_keyword_that_we_write_ourselves_is_in_the_tables() -> None:
    files = sorted((templates_folder() / "xds").glob("*.inp.j2"))
    xds = [name for path in files for name in re.findall(r"([^\s=]+)= \{\{", path.read_text())]
    assert len(xds) > 30
    assert set(xds) <= set(table("xds"))
    xscale = re.findall(r"([^\s=]+)= \{\{", (templates_folder() / "xds/XSCALE.INP.j2").read_text())
    assert set(xscale) <= set(table("xscale"))
    for program in DIALS_PROGRAMS:
        text = (templates_folder() / f"{program.replace('.', '/')}.phil.j2").read_text()
        names = re.findall(r"^([\w.]+) = ", text, re.MULTILINE)
        assert names
        assert set(names) <= set(table(program))


def test_tables_are_read_only_when_a_keyword_is_checked() -> None:
    code = (
        "import sys; from sweepwright.programs import keywords; keywords.program_problem('xds');"
        "print([name for name in sys.modules if 'yaml' in name or name == 'difflib'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- what is true of the programs ---------------------------------------------------------------

GOOD = [
    ("xds", "MINIMUM_ZETA", "0.05", ("0.05",)),
    ("xds", "DELPHI", "5", ("5",)),
    ("xds", "DELPHI", "1.5e1", ("1.5e1",)),
    ("xds", "REFINE(IDXREF)", ["BEAM", "axis"], ("BEAM AXIS",)),
    ("xds", "REFINE(INTEGRATE)", [], ("",)),
    ("xds", "CORRECTIONS", "", ("",)),
    ("xds", "SPOT_RANGE", ["1 10", "91 100"], ("1 10", "91 100")),
    ("xds", "SPOT_RANGE", "1 10", ("1 10",)),
    ("xds", "UNTRUSTED_RECTANGLE", ["487 494 0 619"], ("487 494 0 619",)),
    ("xds", "BACKGROUND_RANGE", ["1", "10"], ("1 10",)),
    ("xds", "TRUSTED_REGION", "0 1.41", ("0 1.41",)),
    ("xds", "INCLUDE_RESOLUTION_RANGE", "50 0", ("50 0",)),
    ("xds", "PROFILE_FITTING", "false", ("FALSE",)),
    ("xds", "MIN_RFL_Rmeas", "50", ("50",)),
    ("xds", "NUMBER_OF_PROFILE_GRID_POINTS_ALONG_ALPHA/BETA", "21", ("21",)),
    ("xds", "DATA_RANGE_FIXED_SCALE_FACTOR", "1 900 1.0", ("1 900 1.0",)),
    ("xds", "REIDX", "1 0 0 0 0 1 0 0 0 0 1 0", ("1 0 0 0 0 1 0 0 0 0 1 0",)),
    ("xds", "INDEX_ORIGIN", "0 0 -1", ("0 0 -1",)),
    ("xds", "DETECTOR", "PILATUS", ("PILATUS",)),
    ("xds", "RGRID", "-1", ("-1",)),
    ("xscale", "0-DOSE_SIGNIFICANCE_LEVEL", "0.1", ("0.1",)),
    ("xscale", "RESOLUTION_SHELLS", "20 10 5 2.5", ("20 10 5 2.5",)),
    ("xscale", "STARTING_DOSE", "0.0*", ("0.0*",)),
    ("dials.integrate", "profile.gaussian_rs.min_spots.overall", "50", ("50",)),
    ("dials.integrate", "sampling.integrate_all_reflections", "true", ("True",)),
    ("dials.integrate", "integration.background.algorithm", "glm", ("glm",)),
    ("dials.index", "indexing.image_range", ["1,10", "20 30"], ("1 10", "20 30")),
    (
        "dials.refine",
        "refinement.parameterisation.beam.fix",
        ["wavelength", "in_spindle_plane"],
        ("wavelength+in_spindle_plane",),
    ),
    ("dials.symmetry", "partiality_threshold", "none", ("None",)),
    ("dials.scale", "physical.correction.fix", "absorption", ("absorption",)),
]


@pytest.mark.parametrize(("program", "name", "value", "lines"), GOOD)
def test_good_values_pass_as_the_program_spells_them(
    program: str, name: str, value: object, lines: tuple[str, ...]
) -> None:
    assert errors(program, name, value) == []
    assert keywords.values(program, name, value) == lines
    assert name in keywords.names(program)
    assert keywords.meaning(program, name)


BAD = [
    ("xds", "DELPHI", "5 deg", "'5 deg' has 2"),
    ("xds", "DELPHI", "five", "number"),
    ("xds", "DELPHI", "0", "more than 0"),
    ("xds", "DELPHI", "", "has 0"),
    ("xds", "DELPHI", "5,0", "number"),
    ("xds", "DELPHI", "1e999", "finite"),
    ("xds", "DELPHI", "٥", "ASCII"),
    ("xds", "DELPHI", "5 LIB= x.so", "'=' another keyword"),
    ("xds", "DELPHI", "5 ! degrees", "'!' starts a comment"),
    ("xds", "DETECTOR", "PILATUS!", "'!' starts a comment"),
    ("xds", "DELPHI", "5\nLIB= x.so", "line break"),
    ("xds", "MINIMUM_ZETA", "1.5", "0 to 1"),
    ("xds", "INDEX_MAGNITUDE", "8.5", "whole number"),
    ("xds", "MINIMUM_VALID_PIXEL_VALUE", "-9", "0 or more"),
    ("xds", "NUMBER_OF_PROFILE_GRID_POINTS_ALONG_GAMMA", "8", "not '8'"),
    ("xds", "REFINE(IDXREF)", "NONE", "POSITION"),
    ("xds", "SPOT_RANGE", "10 1", "must not fall"),
    ("xds", "SPOT_RANGE", "0 10", "1 or more"),
    ("xds", "SPOT_RANGE", ["1", "10"], "each item"),
    ("xds", "SPOT_RANGE", "1 10 | 91 100", "has 5"),
    ("xds", "SPOT_RANGE", [], "no value"),
    ("xds", "UNTRUSTED_RECTANGLE", "487 494 619 0", "in each pair"),
    ("xds", "INCLUDE_RESOLUTION_RANGE", "2 50", "must fall"),
    ("xds", "TRUSTED_REGION", "1.41 0", "must rise"),
    ("xds", "DATA_RANGE_FIXED_SCALE_FACTOR", "1.5 900 1.0", "int int float"),
    ("xds", "PROFILE_FITTING", "maybe", "TRUE, FALSE"),
    ("xds", "DELPHI", {"a": "1"}, "a list of values"),
    ("xds", "DETECTOR", "../x", "could be a path"),
    ("xds", "DETECTOR", "/opt/x", "could be a path"),
    ("dials.integrate", "prediction.d_min", "two", "number"),
    ("dials.integrate", "profile.gaussian_rs.min_spots.overall", "-1", "or more"),
    ("dials.integrate", "integration.background.algorithm", "flat", "glm"),
    ("dials.find_spots", "spotfinder.filter.resolution_range", ["3 2 1"], "has 3"),
    ("dials.scale", "physical.correction.fix", "$HOME", "word"),
]


@pytest.mark.parametrize(("program", "name", "value", "said"), BAD)
def test_bad_values_are_refused_with_what_is_wanted(
    program: str, name: str, value: object, said: str
) -> None:
    found = errors(program, name, value)
    assert len(found) == 1
    assert name in found[0]
    assert said in found[0]


def test_where_the_table_is_unsure_no_range_is_checked() -> None:
    assert errors("xds", "MXHOLE", "-3") == []  # confidence low, its range says >0
    assert errors("xds", "MXHOLE", "three") != []


READS = {
    "DELPHI": {"integrate"},
    "MINPK": {"integrate", "correct"},
    "SEPMIN": {"idxref"},
    "REFINE(CORRECT)": {"correct"},
    "TRUSTED_REGION": {"init", "idxref"},
    "VALUE_RANGE_FOR_TRUSTED_DETECTOR_PIXELS": {"defpix"},
    "NBX": {"init", "colspot"},
    "REJECT_ALIEN": {"correct"},
    "TOTAL_SPINDLE_ROTATION_RANGES": {"xplan"},
    "ROFF": {"xycorr"},
}
VALUES = {
    "REFINE(CORRECT)": "CELL",
    "TRUSTED_REGION": "0 1.4",
    "VALUE_RANGE_FOR_TRUSTED_DETECTOR_PIXELS": "6000 30000",
    "TOTAL_SPINDLE_ROTATION_RANGES": "60 180 15",
}


@pytest.mark.parametrize("name", READS)
def test_a_step_takes_only_what_it_reads(name: str) -> None:
    for step in XDS_STEPS:
        found = errors(f"xds.{step}", name, VALUES.get(name, "5"))
        assert (found == []) == (step in READS[name]), step
        assert (name in keywords.names(f"xds.{step}")) == (step in READS[name])
    wrong = next(step for step in XDS_STEPS if step not in READS[name])
    help_ = keywords.check_keyword(f"xds.{wrong}", name, VALUES.get(name, "5"))[0].help or ""
    assert all(f"xds.{step}" in help_ for step in READS[name])


# --- spelling -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("REFINEIDXREF", "REFINE(IDXREF)"),
        ("REFINEINTEGRATE", "REFINE(INTEGRATE)"),
        ("REFINECORRECT", "REFINE(CORRECT)"),
        ("FRIEDELS_LAW", "FRIEDEL'S_LAW"),
        ("XRAY_WAVELENGTH", "X-RAY_WAVELENGTH"),
        ("MINIMUM_ISIGMA", "MINIMUM_I/SIGMA"),
        ("BEAM_DIVERGENCE_ESD", "BEAM_DIVERGENCE_E.S.D."),
        ("REFLECTING_RANGE_ESD", "REFLECTING_RANGE_E.S.D."),
        ("UNIT_CELL_AAXIS", "UNIT_CELL_A-AXIS"),
        ("REFLECTIONSCORRECTION_FACTOR", "REFLECTIONS/CORRECTION_FACTOR"),
        ("SPOT_MAXIMUMCENTROID", "SPOT_MAXIMUM-CENTROID"),
        ("DIRECTION_OF_DETECTOR_XAXIS", "DIRECTION_OF_DETECTOR_X-AXIS"),
        ("MIN_RFL_RMEAS", "MIN_RFL_Rmeas"),
        ("DATA_RANGE", "DATA_RANGE"),
        ("NO_SUCH_THING", "NO_SUCH_THING"),
    ],
)
def test_names_as_shell_variables_hold_them(given: str, name: str) -> None:
    assert keywords.spelled("xds", given) == name
    if name not in (given, "NO_SUCH_THING"):
        problem = keywords.check_keyword("xds", given, "1")[0]
        assert problem.severity == "error"
        assert problem.fix == name


@pytest.mark.parametrize(
    ("program", "given", "fix"),
    [
        ("xds", "DELFI", "DELPHI"),
        ("xds", "delphi", "DELPHI"),
        ("xds", "MINIMUM_ZETTA", "MINIMUM_ZETA"),
        ("dials.integrate", "min_spots.overall", "profile.gaussian_rs.min_spots.overall"),
        ("dials.integrate", "prediction.dmin", "prediction.d_min"),
        ("xscale", "WEIGTH", "WEIGHT"),
    ],
)
def test_one_close_name_is_offered(program: str, given: str, fix: str) -> None:
    (problem,) = keywords.check_keyword(program, given, "1")
    assert problem.fix == fix
    assert fix in (problem.help or "")


def test_several_close_names_are_named_and_none_is_taken() -> None:
    (problem,) = keywords.check_keyword("xds", "UNIT_CELL_D-AXIS", "1 0 0")
    assert problem.fix is None
    assert all(f"UNIT_CELL_{axis}-AXIS" in (problem.help or "") for axis in "ABC")


def test_what_no_table_has_is_refused_with_the_way_out() -> None:
    (problem,) = keywords.check_keyword("xds", "FLUX_CAPACITOR", "1.21")
    assert problem.severity == "error"
    assert problem.fix is None
    assert "added to the table" in (problem.help or "")


def test_a_keyword_of_a_sister_program_is_sent_there() -> None:
    assert "xscale" in (keywords.check_keyword("xds", "MERGE", "TRUE")[0].help or "")
    assert "dials.integrate" in (
        keywords.check_keyword("dials.scale", "sigma_m", "1")[0].help or ""
    )


def test_programs() -> None:
    known = keywords.programs()
    assert {"xds", "xds.integrate", "xscale", "aimless", "pointless", "dials.scale"} <= set(known)
    assert all(keywords.program_problem(program) is None for program in known)
    for wrong, fix in (("xdss", "xds"), ("dials.intgrate", "dials.integrate"), ("XDS", "xds")):
        problem = keywords.program_problem(wrong)
        assert problem is not None
        assert problem.fix == fix
    for wrong in ("ctruncate", "xds.", "xds.all", "dials", "xscale.integrate", ""):
        problem = keywords.program_problem(wrong)
        assert problem is not None
        assert keywords.check_keyword(wrong, "DELPHI", "5") == [problem]
        assert keywords.check_line(wrong, "REJECT 6") == [problem]
    step = keywords.program_problem("xds.index")
    assert step is not None
    assert "xds.idxref" in (step.help or "")
    assert "dials" not in (step.help or "")


# --- what a job may not say ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "name", "value", "said"),
    [
        ("xds", "LIB", "/opt/dectris-neggia.so", "image_access.plugin"),
        ("xds", "CLUSTER_NODES", "node1", "run.nodes"),
        ("xds", "NAME_TEMPLATE_OF_DATA_FRAMES", "x_????.cbf", "images"),
        ("xds", "REFERENCE_DATA_SET", "../XDS_ASCII.HKL", "reference"),
        ("xds", "X-GEO_CORR", "x.cbf", "file"),
        ("xds", "DARK_CURRENT_IMAGE", "d.cbf", "file"),
        ("xds", "DATA_RANGE", "1 10", "'range' of a sweep"),
        ("xds", "EXCLUDE_DATA_RANGE", "1 10", "exclude"),
        ("xds", "MAXIMUM_NUMBER_OF_JOBS", "4", "run.jobs"),
        ("xds", "MAXIMUM_NUMBER_OF_PROCESSORS", "4", "run.threads"),
        ("xds", "SPACE_GROUP_NUMBER", "96", "'space_group' of a crystal"),
        ("xds", "FRIEDEL'S_LAW", "FALSE", "processing.anomalous"),
        ("xds", "X-RAY_WAVELENGTH", "1.0", "geometry.wavelength"),
        ("xds", "JOB", "XYCORR", "plan"),
        ("xds", "SEGMENT_ORGX", "1", "order"),
        ("xds", "REFINE", "CELL", "any more"),
        ("xscale", "INPUT_FILE", "x.HKL", "plan"),
        ("xscale", "CRYSTAL_NAME", "a", "zero_dose"),
        ("dials.integrate", "integration.mp.nproc", "4", "run.threads"),
        ("dials.integrate", "integration.mp.njobs", "4", "run.jobs"),
        ("dials.scale", "scaling_options.nproc", "4", "run.scaling_threads"),
        ("dials.integrate", "output.reflections", "x.refl", "plan"),
        ("dials.import", "input.template", "x_####.cbf", "plan"),
        ("dials.import", "lookup.mask", "m.pickle", "file"),
        ("dials.integrate", "integration.lookup.mask", "m.pickle", "file"),
        ("dials.refine", "refinement.refinery.log", "x.log", "file"),
        ("dials.scale", "scaling_options.target_mtz", "x.mtz", "file"),
        ("dials.export", "json.filename", "x.json", "file"),
        ("dials.cosym", "reference", "x.mtz", "file"),
        ("dials.import", "geometry.beam.wavelength", "1.0", "geometry"),
        ("dials.integrate", "exclude_images", "1,2", "exclude"),
        (
            "dials.refine",
            "refinement.parameterisation.crystal.unit_cell.restraints.tie_to_target.values",
            "1 1 1 90 90 90",
            "group",
        ),
    ],
)
def test_what_belongs_to_the_job_or_to_the_plan_is_refused(
    program: str, name: str, value: str, said: str
) -> None:
    (problem,) = keywords.check_keyword(program, name, value)
    assert problem.severity == "error"
    assert said in problem.message
    assert name not in keywords.names(program)


def test_no_parameter_of_dials_that_names_a_file_or_a_machine_passes() -> None:
    word = re.compile(r"(^|[._])(output|filename|file|directory|log|mp|nproc|njobs|mask|hklout)\b")
    for program in DIALS_PROGRAMS:
        for name in keywords.names(program):
            if table(program)[name].kinds != ("bool",):
                assert not word.search(name), name


def test_a_keyword_that_wins_harmlessly_is_a_warning_with_the_key() -> None:
    for name, value, key in (
        ("SPOT_RANGE", "1 10", "processing.spots.images"),
        ("UNTRUSTED_ELLIPSE", "1 10 1 10", "masks"),
        ("REFINE(IDXREF)", "BEAM", "processing.indexing.refine"),
    ):
        assert errors("xds", name, value) == []
        (message,) = warnings("xds", name, value)
        assert key in message
        assert keywords.owner("xds", name) == key
    assert keywords.owner("xds", "DATA_RANGE") == "sweeps[].range"
    assert keywords.owner("xds", "DELPHI") is None
    assert keywords.owner("xds", "NO_SUCH_THING") is None


def test_old_keywords_are_a_warning_with_the_new_name() -> None:
    (message,) = warnings("xds", "MINIMUM_I/SIGMA", "3")
    assert "SNRC" in message


def test_where_a_keyword_of_xscale_stands() -> None:
    assert keywords.scope("xscale", "RESOLUTION_SHELLS") == "general"
    assert keywords.scope("xscale", "STRICT_ABSORPTION_CORRECTION") == "output"
    assert keywords.scope("xscale", "CORRECTIONS") == "input"


# --- lines --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "line"),
    [
        ("aimless", "REJECT 6"),
        ("aimless", "reject combine 6 all 8 emax 10"),
        ("aimless", "REJE 6"),
        ("aimless", "RUN 1 BATCH 1 TO 100"),
        ("aimless", "SDCORRECTION NOREFINE 1 0 0"),
        ("aimless", "REFINE CYCLES 20"),
        ("pointless", "ISIGLIMIT CCHALF 0.6"),
        ("pointless", "ALLOW OUTOFSEQUENCEFILES"),
        ("pointless", "LABREF F=FP SIGF=SIGFP"),
    ],
)
def test_good_lines(program: str, line: str) -> None:
    assert keywords.check_line(program, line) == []


@pytest.mark.parametrize(
    ("program", "line", "said"),
    [
        ("aimless", "HKLIN other.mtz", "plan"),
        ("aimless", "hklo other.mtz", "plan"),
        ("pointless", "XDSIN other.HKL", "plan"),
        ("pointless", "HKLREF other.mtz", "reference"),
        ("aimless", "XMLOUT x.xml", "plan"),
        ("aimless", "END", "not be read"),
        ("aimless", "ANOMALOUS ON", "processing.anomalous"),
        ("aimless", "REFINE PARALLEL 4", "run.scaling_threads"),
        ("aimless", "REFINE CYCLES 3 para auto", "run.scaling_threads"),
        ("aimless", "FROBNICATE 3", "no keyword"),
        ("aimless", "RUNS 1", "no keyword"),
        ("aimless", "@commands.txt", "'@'"),
        ("aimless", "REJECT 6 # softly", "'#'"),
        ("aimless", "REJECT 6 ! softly", "'!'"),
        ("aimless", "REJECT 6 -", "continue"),
        ("aimless", "REJECT 6 &", "'&'"),
        ("aimless", "REJECT 6 \\", "cannot stand"),
        ("aimless", "REJECT 6\nHKLIN x", "cannot stand"),
        ("aimless", "REJECT 6\tHKLIN x", "cannot stand"),
        ("aimless", "REJECT $(id)", "'$'"),
        ("aimless", "REJECT `id`", "'`'"),
        ("aimless", "TITLE /etc/passwd", "'/'"),
        ("aimless", "  ", "empty"),
        ("xds", "DELPHI= 5", "names with values"),
    ],
)
def test_bad_lines(program: str, line: str, said: str) -> None:
    (problem,) = keywords.check_line(program, line)
    assert problem.severity == "error"
    assert said in problem.message


def test_a_line_that_is_read_as_another_keyword_is_a_warning() -> None:
    (problem,) = keywords.check_line("aimless", "REJETC 6")
    assert problem.severity == "warning"
    assert "REJECT" in problem.message
    (problem,) = keywords.check_keyword("aimless", "REJECT", "6")
    assert "lines" in problem.message


# --- nothing breaks out of its line -------------------------------------------------------------

OPEN = [(name, table("xds")[name]) for name in keywords.names("xds")]
NASTY = st.text(
    alphabet="0123456789.- eE+TRUE!=\n\t\r'\"$|;#/\\\x00\u2028é*(){}BEAMLIB", max_size=24
)


def likely(words: tuple[str, ...]) -> st.SearchStrategy[str]:
    number = st.integers(0, 30).map(str) | st.floats(0, 50).map(repr)
    return number | st.sampled_from(words or ("PILATUS",)) | NASTY


@st.composite
def keyword_and_value(draw: st.DrawFn) -> tuple[str, object]:
    name, row = draw(st.sampled_from(OPEN))
    items = draw(
        st.lists(
            st.lists(likely(row.words), min_size=row.least, max_size=row.most or 5).map(" ".join),
            max_size=3,
        )
    )
    return name, items if draw(st.booleans()) else (items or [""])[0]


def read_inp(text: str) -> list[tuple[str, list[str]]]:
    """XDS.INP by its rules: ``!`` starts a comment, each ``NAME=`` takes what follows it."""
    found = []
    for line in re.split(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", text):
        parts = re.split(r"([^\s=]*)=", line.split("!")[0])
        assert parts[0].strip() == "", "text outside a keyword"
        found += [(key, rest.split()) for key, rest in zip(parts[1::2], parts[2::2], strict=True)]
    return found


@settings(max_examples=1500, deadline=None)
@given(keyword_and_value())
def test_what_passes_is_one_keyword_and_its_values(pair: tuple[str, object]) -> None:
    name, value = pair
    if errors("xds", name, value):
        return
    lines = keywords.values("xds", name, value)
    text = "\n".join(f"{name}= {line}" for line in lines)
    read = read_inp(text)
    assert [key for key, _ in read] == [name] * len(lines)
    given_tokens = [
        token.upper() for item in ([value] if isinstance(value, str) else value)
        for token in item.split()
    ]  # fmt: skip
    assert [token.upper() for _, tokens in read for token in tokens] == given_tokens
    assert text.isascii()


@settings(max_examples=500, deadline=None)
@given(
    NASTY | st.sampled_from(["5 LIB= x", "5\nLIB= x", "5!", "5 ! x"]),
    st.booleans(),
)
def test_no_name_is_smuggled_either(text: str, as_name: bool) -> None:
    name, value = (f"DELPHI{text}", "5") if as_name else ("DELPHI", text)
    if not errors("xds", name, value):
        assert read_inp(f"{name}= {keywords.values('xds', name, value)[0]}") == [
            (name, value.split())
        ]
    for problem in keywords.check_keyword("xds", name, value):
        assert problem.message.isprintable()


@settings(max_examples=500, deadline=None)
@given(
    st.sampled_from(["REJECT ", "RUN 1 ", "TIE ", ""]),
    NASTY | st.sampled_from(["6 -", "6 & ", "@x"]),
)
def test_a_line_that_passes_is_one_line_of_its_keyword(keyword: str, rest: str) -> None:
    line = keyword + rest
    if any(problem.severity == "error" for problem in keywords.check_line("aimless", line)):
        return
    assert line.isascii()
    assert line.isprintable()
    assert not set(line) & set("!#@&\\/~'\"`$;|<>{}")
    tokens = line.split()
    assert tokens[-1] not in ("-", "&", "\\")
    assert tokens[0].upper()[:4] in {name[:4] for name in table("aimless")} - {
        "HKLI",
        "HKLO",
        "END",
    }


PHIL_VALUES = {
    "int": "7", "float": "0.5", "text": "word", "bool": "true",
}  # fmt: skip


def sample(program: str, name: str) -> object | None:
    """A value that passes: of the right kind and number, within its range, or None."""
    row = table(program)[name]
    word = row.words[0] if row.words else PHIL_VALUES[row.kinds[0]]
    for token in (word, "1", "3", "100"):
        value = " ".join([token] * max(row.least, 1))
        if not errors(program, name, [value]):
            return [value]
    return None


@pytest.mark.dials
@pytest.mark.skipif(shutil.which("libtbx.python") is None, reason="DIALS is not here")
def test_dials_reads_back_each_parameter_as_one(tmp_path: Path) -> None:
    written: list[tuple[str, str]] = []
    for program in DIALS_PROGRAMS:
        for name in keywords.names(program):
            value = sample(program, name)
            assert value is not None, f"{program} {name}"
            lines = keywords.values(program, name, value)
            written += [(name, line) for line in lines]
    assert len(written) > 400
    phil = tmp_path / "all.phil"
    phil.write_text("".join(f"{name} = {text}\n" for name, text in written))
    code = (
        "import json, sys, libtbx.phil\n"
        "scope = libtbx.phil.parse(open(sys.argv[1]).read())\n"
        "print(json.dumps([[d.path, ' '.join(w.value for w in d.object.words)]\n"
        "                  for d in scope.all_definitions()]))"
    )
    done = subprocess.run(
        ["libtbx.python", "-c", code, str(phil)], capture_output=True, text=True, check=True
    )
    assert [tuple(pair) for pair in json.loads(done.stdout)] == written
