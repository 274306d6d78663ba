"""CORRECT.LP: the saved data set among its subsets, placeholders, and the layouts of its builds."""

from __future__ import annotations

from pathlib import Path

import pytest
from damaged_logs import assert_truthful, cut, merged, named, starred, without_a_line
from log_samples import assert_true, samples, text_of

from sweepwright.logs import correct
from sweepwright.logs.reading import Reading

DATA = Path(__file__).parent / "data"
NEW = (DATA / "correct_new.LP").read_text()
OLD = (DATA / "correct_old.LP").read_text()


def damaged(old: str, new: str, text: str = NEW) -> Reading:
    """The reading of the log with the last occurrence of a piece replaced."""
    head, found, rest = text.rpartition(old)
    assert found
    return correct.read(head + new + rest, "CORRECT.LP")


def read(text: str) -> dict[str, object]:
    """Names and values of a text that has no troubles."""
    assert correct.recognises(text[:4000]) == "CORRECT.LP"
    reading = correct.read(text, "CORRECT.LP")
    assert reading.troubles == ()
    return dict(named(reading))


@pytest.mark.parametrize("file", samples("correct_*"))
def test_samples_of_correct(file: str) -> None:
    assert_true(correct, file)


def test_the_saved_data_set_is_not_one_of_its_subsets() -> None:
    found = read(NEW)
    assert found["correct.saved.data_range"] == (1, 900)
    assert found["correct.saved.total.n_observed"] == 25381
    assert found["correct.saved.total.completeness_percent"] == 70.2
    assert found["correct.saved.total.cc_half_percent"] == 95.5
    assert found["correct.saved.shell_4.95.r_meas_percent"] == 2.4
    assert found["correct.saved.n_rejected_misfits"] == 77
    assert found["correct.saved.n_systematic_absent"] == 14
    assert found["correct.saved.n_accepted"] == 25383
    assert found["correct.range_1_300.n_observed"] == 32745
    assert found["correct.range_1_600.n_observed"] == 32666
    assert found["correct.n_records_written"] == 40943
    assert found["correct.n_accepted_incl_absences"] == 40865
    assert found["correct.n_rejected"] == 78


def test_stars_mark_what_is_significant() -> None:
    found = read(NEW)
    assert found["correct.saved.shell_2.86.anom_corr_percent"] == 58
    assert found["correct.saved.shell_2.86.anom_corr_significant"] is True
    assert found["correct.saved.shell_2.48.anom_corr_percent"] == -14
    assert found["correct.saved.shell_2.48.anom_corr_significant"] is False


def test_placeholders_of_an_empty_shell_are_no_numbers() -> None:
    found = read(NEW)
    assert found["correct.saved.shell_2.22.n_observed"] == 31
    for name in ("r_observed", "r_expected", "r_meas", "cc_half", "anom_corr"):
        assert found[f"correct.saved.shell_2.22.{name}_percent"] is None
    assert found["correct.saved.shell_2.22.i_over_sigma"] is None
    assert found["correct.saved.shell_2.22.sig_ano"] is None
    assert read(OLD)["correct.saved.shell_2.22.rmrgd_f_percent"] is None


def test_counts_and_the_crystal() -> None:
    found = read(NEW)
    assert found["correct.n_reflections_in_integrate_hkl"] == 41021
    assert found["correct.n_overloaded"] == 12
    assert found["correct.n_outside_resolution"] == 60
    assert found["correct.n_accepted"] == 40943
    assert found["correct.refined.accepted"] is True
    assert found["correct.refined.n_spots"] == 20417
    assert found["correct.refined.cell"] == (63.09, 74.052, 95.066, 90.0, 90.0, 90.0)
    assert found["correct.refined.cell_esd"] == (0.021, 0.023, 0.044, 0.0, 0.0, 0.0)
    assert found["correct.refined.mosaicity_deg"] == 0.118
    assert found["correct.cell"] == (63.09, 74.05, 95.07, 90.0, 90.0, 90.0)
    assert found["correct.space_group_number"] == 16
    assert found["correct.input.space_group_number"] == 1
    assert found["correct.friedels_law"] is False


def test_symmetry() -> None:
    found = read(NEW)
    assert found["correct.n_lattices_accepted"] == 5
    assert found["correct.lattice_31.bravais_lattice"] == "aP"
    assert len(found["correct.lattice_31.reindexing"]) == 12
    assert found["correct.group_16_lattice_32.selected"] is True
    assert found["correct.group_16_lattice_32.r_meas_percent"] == 4.5
    assert found["correct.group_3_lattice_35.r_meas_percent"] is None
    assert found["correct.reindexing"] == ((-2, 0, 0, 2, 0), (0, 2, 0, 2, 0), (0, 0, -2, 2, 0))


def test_errors_and_corrections() -> None:
    found = read(NEW)
    assert found["correct.isa"] == 22.52
    assert found["correct.error_model.b"] == 0.00163
    assert found["correct.decay.chi2"] == 0.912
    assert found["correct.modulation.chi2"] == 0.931
    assert found["correct.absorption.chi2"] == 1.107
    assert found["correct.standard_error.shell_2.220.chi2"] is None
    assert found["correct.standard_error.total.chi2"] == 0.94


def test_wilson_moments_absences_and_outliers() -> None:
    found = read(NEW)
    assert found["correct.wilson.b"] == 31.907
    assert found["correct.wilson.correlation"] == 0.97
    assert found["correct.wilson.shell_3.185.log_mean_i"] is None
    # columns that touch, and one that is too wide for its number
    assert found["correct.moments.acentric.shell_6.633.third"] == -2419013.377
    assert found["correct.moments.acentric.shell_6.633.fourth"] is None
    assert found["correct.moments.acentric.shell_3.185.fourth"] == 468020117.603
    assert found["correct.moments.centric.overall.second"] == 0.929
    assert found["correct.absence_0_0_3.expected_absent"] is True
    assert found["correct.absence_-17_0_0.i_over_sigma"] == -1.28
    assert found["correct.saved.mean_absent_intensity_percent"] == 0.4
    assert found["correct.n_outliers"] == 2
    assert found["correct.n_outliers_capped"] is False
    assert found["correct.n_aliens_above_limit"] == 1


def test_the_layout_of_correct_in_2006() -> None:
    found = read(OLD)
    assert found["correct.refined.n_spots"] == 70012
    assert found["correct.n_removed"] == 2
    assert found["correct.error_model.b"] == -7.215e-05
    assert found["correct.isa"] is None
    # of three tables that with I/sigma of at least -3
    assert found["correct.saved.total.n_observed"] == 27459
    assert found["correct.saved.total.rmrgd_f_percent"] == 6.4
    assert found["correct.saved.total.s_norm_over_s_ano"] == 1.2
    assert "correct.saved.total.cc_half_percent" not in found
    assert found["correct.n_records_written"] == 108166


def test_a_column_under_the_title_of_another_is_refused() -> None:
    new = "R-meas  CC(1/2)  Anomal  SigAno   Nano"
    text = NEW.replace(new, new.replace("CC(1/2)", "Rmrgd-F"))
    assert "correct.saved.total.rmrgd_f_percent" not in correct.read(text, "CORRECT.LP").values


@pytest.mark.parametrize(("a", "b"), [("4.000E+00", "1.000E-04"), ("1.000E+00", "0.000E+00")])
def test_an_error_model_that_was_not_determined(a: str, b: str) -> None:
    reading = damaged(" 1.210E+00  1.630E-03   22.52", f" {a}  {b}   50.00")
    assert reading.values["correct.isa"] is None
    assert reading.values["correct.error_model.a"] is None


def test_an_isa_that_does_not_fit_its_model_is_refused() -> None:
    reading = damaged("1.630E-03   22.52", "1.630E-03   29.52")
    assert "correct.isa" not in reading.values
    assert [trouble.what for trouble in reading.troubles] == ["the error model"]


def test_a_refinement_that_was_not_accepted() -> None:
    start = NEW.index(" REFINED VALUES OF DIFFRACTION")
    end = NEW.index("        MEAN INTENSITY AS FUNCTION OF SPINDLE")
    warning = (
        " !!! WARNING !!! REFINEMENT RESULTS NOT ACCEPTED BECAUSE OF INSUFFICIENT\n"
        " NUMBER OF REFLECTIONS.\n\n"
    )
    found = read(NEW[:start] + warning + NEW[end:])
    assert found["correct.refined.accepted"] is False
    assert "correct.refined.cell" not in found
    # the one selected before
    assert found["correct.cell"] == (63.11, 74.08, 95.1, 90.0, 90.0, 90.0)
    assert found["warning"] == "REFINEMENT RESULTS NOT ACCEPTED BECAUSE OF INSUFFICIENT"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("   1831      1890", "   1830      1890"),  # the shells do not add up
        ("       96.9%      15.1%", "       66.9%      15.1%"),  # not the completeness
        ("CC(1/2)  Anomal", "CC(1/2)  Anomaly"),
        ("    total       25381", "    sum         25381"),
        ("   11052   10.00", "   1105210.00"),
        ("     15.1%     15.4%", "      NaN%     15.4%"),
    ],
)
def test_statistics_in_doubt_are_refused(old: str, new: str) -> None:
    reading = damaged(old, new)
    assert "correct.saved.shells" not in reading.tables
    assert not any(name.startswith("correct.saved.total") for name in reading.values)
    assert reading.troubles
    assert reading.values["correct.saved.n_rejected_misfits"] == 77


def test_percentages_too_wide_for_their_columns_are_none() -> None:
    reading = damaged("     15.1%     15.4%", "    **********  15.4%")
    assert reading.troubles == ()
    assert dict(reading.cells())["correct.saved.shell_2.48.r_observed_percent"] is None
    assert dict(reading.cells())["correct.saved.shell_2.48.r_expected_percent"] == 15.4


def test_line_ends_of_correct_do_not_matter() -> None:
    assert read(NEW.replace("\n", "\r\n")) == read(NEW)


def test_a_log_without_its_end() -> None:
    reading = correct.read(NEW[: NEW.index(" STATISTICS OF SAVED DATA SET")], "CORRECT.LP")
    assert "correct.saved.data_range" not in reading.values
    assert [trouble.what for trouble in reading.troubles[-2:]] == [
        "the statistics of a range of images",
        "the saved data set",
    ]


@pytest.mark.parametrize("text", [NEW, OLD])
@pytest.mark.parametrize("damage", [cut, merged, starred, without_a_line])
def test_a_damaged_correct_log_gives_no_wrong_number(damage: object, text: str) -> None:
    assert callable(damage)
    assert_truthful(correct, text, damage(text, 200))


@pytest.mark.parametrize("file", samples("correct_20[01]*"))
@pytest.mark.parametrize("damage", [cut, merged, starred, without_a_line])
def test_a_damaged_sample_of_correct_gives_no_wrong_number(damage: object, file: str) -> None:
    assert callable(damage)
    assert_truthful(correct, text_of(file), damage(text_of(file), 10))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!FORMAT=XDS_ASCII\n!Generated by CORRECT   (VERSION Jan 31, 2020  BUILT=20200131)\n",
        " ***** XSCALE ***** (VERSION Jan 31, 2020  BUILT=20200131)   3-Jul-2020\n CORRECT\n",
    ],
)
def test_no_correct(text: str) -> None:
    assert correct.recognises(text) is None
