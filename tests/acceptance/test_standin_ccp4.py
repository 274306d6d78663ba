"""The stand-ins of CCP4: right for right data, and as the programs in their manner.

Most data are made without images, so that symmetry and truth can be anything; one sweep goes all the
way from images through the stand-in of XDS.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import gemmi
import numpy as np
import pytest
from conftest import needs_dials
from made_hkl import Crystal, Matrix, correlation, write
from standin_tool import reading, run
from truth_compare import compare

pytestmark = [needs_dials, pytest.mark.xdist_group("standin")]

TETRAGONAL = Crystal("P 43 21 2", (45, 45, 30, 90, 90, 90), d_min=3.5)
TURNED: Matrix = ((0, 1, 0), (0, 0, 1), (1, 0, 0))
SWAPPED: Matrix = ((0, 1, 0), (1, 0, 0), (0, 0, -1))
MERGE_ONLY = "ONLYMERGE\nANOMALOUS ON\nSDCORRECTION NOREFINE 1 0 0\nREJECT NONE\n"


@dataclass(frozen=True)
class Run:
    """What a program left: its log and XML as they are read, and how it ended."""

    done: CompletedProcess[str]
    log: dict[str, Any]
    xml: dict[str, Any]


def pointless(folder: Path, text: str, *arguments: str) -> Run:
    return _both(folder, "pointless", text, "HKLOUT", "sorted.mtz", *arguments)


def aimless(folder: Path, text: str, hklin: str = "sorted.mtz") -> Run:
    return _both(folder, "aimless", text, "HKLIN", hklin, "HKLOUT", "scaled.mtz")


def _both(folder: Path, program: str, text: str, *arguments: str) -> Run:
    done = run(program, folder, "XMLOUT", f"{program}.xml", *arguments, typed=text)
    log = folder / f"{program}.log"
    log.write_text(done.stdout, encoding="utf-8")
    return Run(done, reading(log, program), reading(folder / f"{program}.xml", f"{program}_xml"))


def xdsin(*files: str) -> str:
    """Each file a data set of its own, named as the file."""
    return "".join(f"NAME PROJECT p CRYSTAL x DATASET {name}\nXDSIN {name}.HKL\n" for name in files)


@pytest.fixture(scope="module")
def tetragonal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Indexed with other axes in P 1, scales that wander by 30 %, 20 misfits; read by POINTLESS."""
    folder = tmp_path_factory.mktemp("tetragonal")
    write(folder / "one.HKL", TETRAGONAL, reindex=TURNED, uneven=0.3, misfits=20)
    assert pointless(folder, xdsin("one")).done.returncode == 0
    return folder


@pytest.fixture(scope="module")
def polar(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two wavelengths of one crystal that can be indexed in two ways, and is."""
    folder = tmp_path_factory.mktemp("polar")
    crystal = Crystal("P 4", (40, 40, 50, 90, 90, 90), d_min=3.5)
    write(folder / "one.HKL", crystal, number=75)
    write(folder / "two.HKL", crystal, number=75, reindex=SWAPPED, seed=2, wavelength=1.1)
    return folder


@pytest.fixture(scope="module")
def low(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """P 21 21 2 with axes b > c > a, and an oblique C 2 whose I 2 is not."""
    folder = tmp_path_factory.mktemp("low")
    write(folder / "o.HKL", Crystal("P 21 21 2", (24, 40, 32, 90, 90, 90)), number=16)
    write(folder / "m.HKL", Crystal("C 1 2 1", (60, 24, 40, 90, 125, 90), d_min=3.5), number=5)
    return folder


def column(mtz: gemmi.Mtz, label: str) -> np.ndarray:
    return mtz.column_with_label(label).array


def numbers(text: Sequence[float]) -> np.ndarray:
    return np.array(text, float).reshape(3, 3)


def test_the_space_group_is_found_from_any_setting(tmp_path: Path) -> None:
    write(tmp_path / "one.HKL", TETRAGONAL, reindex=TURNED)
    found = pointless(tmp_path, xdsin("one"))
    assert found.done.returncode == 0
    for one in (found.log, found.xml):
        assert one["best.kind"] == "space group"
        assert one["best.name"] in ("P 41 21 2", "P 43 21 2")  # no one can tell
        assert one["lattice_point_group"] == "P 4 2 2"
        assert one["n_batches"] == 90
        assert one["names.dataset"] == "one"
        assert one["wavelength" if one is found.xml else "wavelength_printed"] == 0.98
    assert found.log["cell"] == pytest.approx((45, 45, 30, 90, 90, 90), abs=0.01)
    assert "STAND-IN, NOT CCP4" in found.done.stdout
    assert aimless(tmp_path, MERGE_ONLY).done.returncode == 0
    back = np.linalg.inv(numbers(found.xml["best.reindex_matrix"]) @ np.array(TURNED))
    mean, difference = correlation(TETRAGONAL, tmp_path / "scaled.mtz", back)
    assert mean > 0.99
    assert difference > 0.95


def test_screw_axes_that_cannot_be_told(tmp_path: Path) -> None:
    write(tmp_path / "one.HKL", TETRAGONAL, without=[(0, 0, 1)])
    found = pointless(tmp_path, xdsin("one"))
    for one in (found.log, found.xml):
        assert one["best.kind"] == "point group"
        assert one["best.name"] == "P 4 2 2"
        assert one["best.space_group_confidence"] == 0
        assert one["best.laue_confidence"] > 0.9
        assert any("true space group later" in text for text in one["warnings"])
    assert gemmi.read_mtz_file(str(tmp_path / "sorted.mtz")).spacegroup.xhm() == "P 4 2 2"
    for axis in ("4(1)", "4(2)"):
        assert re.search(rf"screw axis {re.escape(axis)} \[c\] +No observations", found.done.stdout)


def test_a_centred_lattice(tmp_path: Path) -> None:
    """I 41 2 2 that was integrated in I 4: what the lattice leaves out is no evidence."""
    write(tmp_path / "one.HKL", Crystal("I 41 2 2", (40, 40, 50, 90, 90, 90), d_min=4), number=79)
    found = pointless(tmp_path, xdsin("one"))
    assert found.log["best.name"] == found.xml["best.name"] == "I 41 2 2"
    assert re.findall(r"screw axis (\S+ \S+)", found.done.stdout) == ["4(1) [c]"]
    assert aimless(tmp_path, MERGE_ONLY).log["completeness_percent"] == (100, 100, 100)


@pytest.mark.parametrize(
    ("setting", "orthorhombic", "monoclinic"),
    [
        ("", "P 21 2 21", "I 1 2 1"),
        pytest.param("SETTING CELL-BASED\n", "P 21 2 21", "I 1 2 1", marks=pytest.mark.long),
        ("SETTING SYMMETRY-BASED\n", "P 21 21 2", "C 1 2 1"),
        pytest.param("SETTING C2\n", "P 21 2 21", "C 1 2 1", marks=pytest.mark.long),
    ],
)
def test_settings(low: Path, setting: str, orthorhombic: str, monoclinic: str) -> None:
    for name, group in (("o", orthorhombic), ("m", monoclinic)):
        found = pointless(low, setting + xdsin(name))
        assert found.log["best.name"] == found.xml["best.name"] == group
        assert found.log["output_space_group"] == group


@pytest.mark.parametrize(
    ("text", "group", "said"),
    [
        ("CHOOSE SPACEGROUP 'P 43 21 2'\n", "P 43 21 2", "Chosen Solution:    space group"),
        ("LAUEGROUP P m m m\n", "P 21 21 21", "Best Solution:    space group"),
        pytest.param(
            "LAUEGROUP HKLIN\n", "P 1", "Best Solution:    space group", marks=pytest.mark.long
        ),
        ("SPACEGROUP P 43 21 2\nREINDEX -h,-l,-k\n", "P 43 21 2", "Copying data"),
        ("REINDEX MATRIX 0 0 1 1 0 0 0 1 0\n", "P 1", "Copying data"),
        ("COPY\n", "P 1", "Copying data"),
    ],
)
def test_symmetry_that_is_told(tetragonal: Path, text: str, group: str, said: str) -> None:
    done = run("pointless", tetragonal, "HKLOUT", "told.mtz", typed=xdsin("one") + text)
    assert done.returncode == 0, done.stdout
    assert said in done.stdout
    assert gemmi.read_mtz_file(str(tetragonal / "told.mtz")).spacegroup.xhm() == group


def test_a_second_file_is_indexed_as_the_first(polar: Path) -> None:
    found = pointless(polar, xdsin("one", "two"))
    assert found.done.returncode == 0
    assert found.log["run_1_batches"] == (1, 90)
    assert found.log["run_2_batches"] == (1001, 1090)
    assert found.log["dataset.two.wavelength_printed"] == 1.1
    assert found.log["best.name"] == "P 4"
    assert found.xml["n_possible_reindexing"] == 2
    assert (
        aimless(polar, MERGE_ONLY + "OUTPUT MTZ MERGED\nOUTPUT MTZ UNMERGED\n").done.returncode == 0
    )
    one, two = (gemmi.read_mtz_file(str(polar / f"scaled_{name}.mtz")) for name in ("one", "two"))
    assert one.datasets[-1].wavelength == pytest.approx(0.98)
    assert two.datasets[-1].dataset_name == "two"
    for name in ("one", "two"):
        unmerged = gemmi.read_mtz_file(str(polar / f"scaled_{name}_unmerged.mtz"))
        assert len(unmerged.batches) == 90
    first = {
        tuple(h): i for h, i in zip(one.make_miller_array(), column(one, "IMEAN"), strict=True)
    }
    pairs = [
        (first[tuple(h)], i)
        for h, i in zip(two.make_miller_array(), column(two, "IMEAN"), strict=True)
        if tuple(h) in first
    ]
    assert np.corrcoef(np.array(pairs).T)[0, 1] > 0.99


def test_indexing_follows_a_reference(polar: Path, tmp_path: Path) -> None:
    for arguments in (("one",), ("two",)):
        pointless(polar, xdsin(*arguments))
        aimless(polar, MERGE_ONLY)
        (polar / "scaled.mtz").rename(tmp_path / f"{arguments[0]}.mtz")
    for reference, operator in (("one", "[-h,k,-l]"), ("two", "[h,k,l]")):
        path = str(tmp_path / f"{reference}.mtz")
        found = pointless(polar, xdsin("two"), "HKLREF", path)
        assert found.done.returncode == 0
        assert f"Best reindex operator for file two.HKL: {operator}" in found.done.stdout
        assert found.xml["reference_space_group"] == "P 4"


def test_cells_that_differ_stop_the_run(polar: Path) -> None:
    write(
        polar / "wide.HKL",
        Crystal("P 4", (40, 40, 50, 90, 90, 90), d_min=6),
        number=75,
        cell=(43, 43, 50, 90, 90, 90),
    )
    found = pointless(polar, xdsin("one", "wide"))
    assert found.done.returncode == 4
    for one in (found.log, found.xml):
        assert one["error.hard"] == "Stopping because cell discrepancy between files"


def test_scaling_finds_the_truth_that_merging_alone_does_not(tetragonal: Path) -> None:
    merged = aimless(tetragonal, MERGE_ONLY)
    scaled = aimless(tetragonal, "ANOMALOUS ON\nSCALES ROTATION SPACING 5\n")
    assert merged.log["rmeas_within"][0] > 0.15
    assert scaled.log["rmeas_within"][0] < 0.04
    assert scaled.log["mean_chi_squared"][0] == pytest.approx(1, abs=0.2)
    back = np.linalg.inv(np.array([[-1, 0, 0], [0, 0, -1], [0, -1, 0]]) @ np.array(TURNED))
    mean, difference = correlation(TETRAGONAL, tetragonal / "scaled.mtz", back)
    assert mean > 0.999
    assert difference > 0.98


def test_the_log_and_the_xml_say_what_is_in_the_file(tetragonal: Path) -> None:
    found = aimless(tetragonal, MERGE_ONLY + "BINS 12\nRESOLUTION HIGH 4\n")
    assert found.done.returncode == 0
    mtz = gemmi.read_mtz_file(str(tetragonal / "scaled.mtz"))
    counts = [np.nansum(column(mtz, label)) for label in ("N(+)", "N(-)")]
    for one in (found.log, found.xml):
        assert one["n_unique"][0] == mtz.nreflections
        assert one["n_obs"][0] == sum(counts)
        assert one["high_resolution"][0] == pytest.approx(mtz.resolution_high(), abs=0.01)
        assert one["completeness_percent"][0] == 100
        assert one["i_over_sigma"][0] == pytest.approx(
            np.mean(column(mtz, "IMEAN") / column(mtz, "SIGIMEAN")), abs=0.1
        )
        assert one["resolution_estimate.overall.at_maximum"] is True
        assert one["space_group"] == "P 41 21 2"
    assert found.xml["only_merge"] is True
    shared = {name for name in found.xml if name in found.log}
    assert {"cc_half", "rmeas_all", "rpim_within", "cc_anomalous", "anomalous_slope"} <= shared
    assert {name: found.log[name] for name in shared - {"run_at", "cell"}} == {
        name: found.xml[name] for name in shared - {"run_at", "cell"}
    }
    tables = aimless_tables(tetragonal)
    assert len(tables["by_resolution.shells"]) == 12
    assert len(tables["by_batch.batches"]) == 90
    assert sum(row[3] for row in tables["completeness.shells"]) == sum(counts)


def aimless_tables(folder: Path) -> dict[str, Any]:
    from sweepwright.logs import aimless_xml

    found = aimless_xml.read((folder / "aimless.xml").read_text(encoding="utf-8"), "aimless.xml")
    return {name: table.rows for name, table in found.tables.items()}


def test_gemmi_merges_the_same(tetragonal: Path) -> None:
    """R values of an independent program, from the same observations."""
    found = aimless(tetragonal, MERGE_ONLY)
    mtz = gemmi.read_mtz_file(str(tetragonal / "sorted.mtz"))
    kept = np.array(mtz.array)[column(mtz, "FLAG") == 0]
    mtz.set_data(kept)
    for kind, where in ((gemmi.DataType.Mean, "all"), (gemmi.DataType.Anomalous, "within")):
        intensities = gemmi.Intensities()
        intensities.import_mtz(mtz, gemmi.DataType.Unmerged)
        intensities.prepare_for_merging(kind)
        (stats,) = intensities.calculate_merging_stats(None)
        assert found.log[f"rmerge_{where}"][0] == pytest.approx(stats.r_merge(), abs=0.002)
        assert found.log[f"rmeas_{where}"][0] == pytest.approx(stats.r_meas(), abs=0.002)
        assert found.log[f"rpim_{where}"][0] == pytest.approx(stats.r_pim(), abs=0.002)


def test_misfits_are_rejected_unless_they_are_kept(tetragonal: Path) -> None:
    for text, accepted in (("", 0), ("KEEP MISFIT\n", 20)):
        found = aimless(tetragonal, MERGE_ONLY + text)
        assert re.search(rf"XDS misfits \(outliers\) +20 +{accepted}\n", found.done.stdout)
        assert found.log["n_obs"][0] == found.log["read.n_observations"] - 20 + accepted


def test_mates_are_compared_only_where_it_is_asked_for(tetragonal: Path) -> None:
    """Differences of 10 % are far beyond errors of 2 %."""
    merge = "ONLYMERGE\nANOMALOUS ON\nSDCORRECTION NOREFINE 1 0 0\n"
    protected = aimless(tetragonal, merge + "REJECT 6 6 KEEP ALL 0 EMAX 10\n")
    compared = aimless(tetragonal, merge + "REJECT 99 99 KEEP ALL 0.3 EMAX 10\n")
    assert protected.log["rejected.between"] == 0
    assert compared.log["rejected.between"] > 100
    assert compared.log["rejected.within"] < protected.log["rejected.within"]


def test_parts_can_be_left_out(tetragonal: Path) -> None:
    everything = aimless(tetragonal, MERGE_ONLY)
    fewer = aimless(tetragonal, MERGE_ONLY + "RUN 1 BATCH 11 TO 90\nEXCLUDE BATCH 21 TO 30\n")
    assert everything.log["read.n_batches"] == 90
    assert fewer.log["read.n_batches"] == 70
    assert fewer.log["n_obs"][0] == pytest.approx(everything.log["n_obs"][0] * 70 / 90, rel=0.05)


def test_amplitudes(tetragonal: Path) -> None:
    aimless(tetragonal, MERGE_ONLY)
    done = run(
        "ctruncate",
        tetragonal,
        *("-hklin", "scaled.mtz", "-hklout", "f.mtz", "-colin", "/*/*/[IMEAN,SIGIMEAN]"),
        *("-colano", "/*/*/[I(+),SIGI(+),I(-),SIGI(-)]", "-xmlout", "ctruncate.xml"),
    )
    assert done.returncode == 0
    (tetragonal / "ctruncate.log").write_text(done.stdout, encoding="utf-8")
    log = reading(tetragonal / "ctruncate.log", "ctruncate")
    xml = reading(tetragonal / "ctruncate.xml", "ctruncate_xml")
    assert log["normal_termination"] is True
    for name in ("n_reflections", "wilson_b", "l_mean", "space_group", "high_resolution"):
        assert log[name] == xml[name]
    assert 0 < log["sigb"] < 8
    assert xml["wilson_b"] == pytest.approx(TETRAGONAL.b, abs=3 * log["sigb"])
    assert xml["l_mean"] == pytest.approx(0.5, abs=0.04)
    assert xml["twinning_suspected"] is False
    mtz = gemmi.read_mtz_file(str(tetragonal / "f.mtz"))
    strong = column(mtz, "IMEAN") > 5 * column(mtz, "SIGIMEAN")
    assert column(mtz, "FMEAN")[strong] == pytest.approx(
        np.sqrt(column(mtz, "IMEAN")[strong]), rel=0.02
    )
    assert np.nanmin(column(mtz, "FMEAN")) > 0
    both = np.isfinite(column(mtz, "DANO"))
    assert column(mtz, "DANO")[both] == pytest.approx(
        (column(mtz, "F(+)") - column(mtz, "F(-)"))[both], abs=1e-3
    )


def test_free_flags_are_kept_and_completed(tetragonal: Path) -> None:
    aimless(tetragonal, MERGE_ONLY)
    for typed in ("FREERFRAC 0.1\nEND\n", "FREE 0.1\n"):
        done = run(
            "freerflag", tetragonal, "HKLIN", "scaled.mtz", "HKLOUT", "free.mtz", typed=typed
        )
        assert "FREERFLAG:  Normal termination" in done.stdout
    before = flags_of(tetragonal / "free.mtz")
    assert set(before.values()) == set(range(10))
    assert sum(flag == 0 for flag in before.values()) == pytest.approx(len(before) / 10, rel=0.4)
    text = (
        "LABIN FILE_NUMBER 1 E1=FreeR_flag\nRESOLUTION FILE_NUMBER 1 100 4\n"
        "LABIN FILE_NUMBER 2 E1=IMEAN E2=SIGIMEAN\nLABOUT FILE_NUMBER 2 E1=I E2=SIGI\nEND\n"
    )
    files = ("HKLIN1", "free.mtz", "HKLIN2", "scaled.mtz", "HKLOUT", "joined.mtz")
    assert "CAD:  Normal termination" in run("cad", tetragonal, *files, typed=text).stdout
    joined = gemmi.read_mtz_file(str(tetragonal / "joined.mtz"))
    assert joined.column_labels() == ["H", "K", "L", "FreeR_flag", "I", "SIGI"]
    kept = flags_of(tetragonal / "joined.mtz")
    assert 0 < len(kept) < len(before)
    run(
        "freerflag",
        tetragonal,
        *("HKLIN", "joined.mtz", "HKLOUT", "whole.mtz"),
        typed="COMPLETE FREE=FreeR_flag\n",
    )
    after = flags_of(tetragonal / "whole.mtz")
    assert len(after) == len(before)
    assert {hkl: after[hkl] for hkl in kept} == kept == {hkl: before[hkl] for hkl in kept}


def flags_of(path: Path) -> dict[tuple[int, ...], float]:
    mtz = gemmi.read_mtz_file(str(path))
    rows = zip(mtz.make_miller_array().tolist(), column(mtz, "FreeR_flag"), strict=True)
    return {tuple(hkl): float(flag) for hkl, flag in rows if np.isfinite(flag)}


@pytest.mark.parametrize(
    ("program", "line"),
    [
        ("pointless", "SPACEGROPU P 1"),
        ("pointless", "TOLERANCE wide"),
        ("pointless", "SETTING BEST"),
        ("pointless", "RUN 1 BATCH 1 90"),
        ("pointless", "CHOOSE P 43 21 2"),
        ("pointless", "NAME PROJECT p CRYSTAL"),
        ("pointless", "c"),
        ("aimless", "SCALES ROTATION SPACING"),
        ("aimless", "SDCORRECTION NOADJUST"),
        ("aimless", "SDCORRECTION BOTH"),
        ("aimless", "KEEP MISFITS"),
        ("aimless", "RUN 1 1 TO 90"),
        ("aimless", "RESOLUTION HIGH"),
        ("aimless", "OUTPUT MERGED MTZ"),
        ("aimless", "PROJECT p"),
    ],
)
def test_bad_keywords_are_syntax_errors(tmp_path: Path, program: str, line: str) -> None:
    done = run(program, tmp_path, "XMLOUT", "x.xml", "HKLIN", "nothing.mtz", typed=line + "\n")
    assert done.returncode == 2
    assert "SYNTAX ERROR" in done.stdout
    assert "error.hard" in reading(tmp_path / "x.xml", f"{program}_xml")


@pytest.mark.parametrize(
    ("program", "line"),
    [
        ("freerflag", "FRACTION 0.05"),
        ("freerflag", "FREERFRAC few"),
        ("cad", "LABIN FILE_NUMBER 1"),
        ("cad", "LABIN FILE 1 E1=I"),
        ("cad", "COPY"),
    ],
)
def test_bad_keywords_of_the_small_programs(tmp_path: Path, program: str, line: str) -> None:
    done = run(program, tmp_path, typed=line + "\n")
    assert done.returncode == 1
    assert f"{program.upper()}:   *** " in done.stdout
    assert "Normal termination" not in done.stdout


def test_files_that_are_not_there(tmp_path: Path) -> None:
    found = pointless(tmp_path, xdsin("one"))
    assert found.done.returncode == 4
    assert "one.HKL" in found.log["error.hard"]
    found = aimless(tmp_path, "ONLYMERGE\n")
    assert found.done.returncode == 4
    assert "End of aimless job" in found.done.stdout  # as it says after every end
    done = run("ctruncate", tmp_path, "-hklin", "a.mtz", "-colin", "/*/*/[I,SIGI]")
    assert done.returncode == 1
    assert "Normal termination" not in done.stdout


@pytest.mark.parametrize("program", ["pointless", "aimless", "ctruncate", "freerflag", "cad"])
def test_scratch_must_exist(tmp_path: Path, program: str) -> None:
    done = run(program, tmp_path, typed="", CCP4_SCR=str(tmp_path / "nowhere"))
    assert done.returncode == 1
    assert "CCP4 library signal" in done.stdout


def test_failure_on_request(tetragonal: Path) -> None:
    done = run(
        "aimless", tetragonal, *("HKLIN", "sorted.mtz"), typed="", CCP4_STANDIN_FAIL="aimless"
    )
    assert done.returncode == 4
    assert "FATAL ERROR message:" in done.stdout


def test_without_input_there_is_the_banner_alone(tmp_path: Path) -> None:
    done = run("aimless", tmp_path)
    assert done.returncode == 0
    assert "AIMLESS" in done.stdout
    assert "Result" not in done.stdout


@pytest.mark.dials
@pytest.mark.parametrize(
    ("file", "least", "least_anomalous"),
    [
        ("XDS_ASCII.HKL", 0.999, 0.98),
        pytest.param("INTEGRATE.HKL", 0.99, 0.9, marks=pytest.mark.long),
    ],
)
def test_from_images_to_merged_intensities(
    xds_data: Path, xds_run: Path, tmp_path: Path, file: str, least: float, least_anomalous: float
) -> None:
    (tmp_path / "one.HKL").symlink_to(xds_run / file)
    found = pointless(tmp_path, xdsin("one"))
    assert found.done.returncode == 0, found.done.stdout
    assert found.log["best.name"].startswith("P 4")
    assert found.log["n_batches"] == 40
    scaled = aimless(tmp_path, "ANOMALOUS ON\nKEEP MISFIT\nSDCORRECTION REFINE SAME\n")
    assert scaled.done.returncode == 0, scaled.done.stdout
    assert scaled.log["cc_half"][0] > 0.99
    compared = compare(xds_data / "data", tmp_path / "scaled.mtz")
    assert compared.cc_intensity > least
    assert compared.cc_anomalous is not None
    assert compared.cc_anomalous > least_anomalous
    assert compared.cell_deviation < 5e-3
