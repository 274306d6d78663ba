"""IDXREF.LP: which of its solutions counts, the lattices and the subtrees."""

from __future__ import annotations

from pathlib import Path

import pytest
from damaged_logs import assert_truthful, cut, merged, named, starred, without_a_line
from log_samples import assert_true, samples, text_of

from sweepwright.logs import idxref

DATA = Path(__file__).parent / "data"
NEW = (DATA / "idxref_new.LP").read_text()
OLD = (DATA / "idxref_old.LP").read_text()


def read(text: str) -> dict[str, object]:
    """Names and values of a text that has no troubles."""
    assert idxref.recognises(text[:4000]) == "IDXREF.LP"
    reading = idxref.read(text, "IDXREF.LP")
    assert reading.troubles == ()
    return dict(named(reading))


@pytest.mark.parametrize("file", samples("idxref_*"))
def test_samples_of_idxref(file: str) -> None:
    assert_true(idxref, file)


def test_the_solution_that_xds_goes_on_with() -> None:
    # four refinements and two countings stand in this log: only the last ones count
    found = read(NEW)
    assert found["idxref.n_spots_used"] == 5210
    assert found["idxref.n_spots_total"] == 6045
    assert found["idxref.n_indexed"] == 5011
    assert found["idxref.n_rejected_overlap"] == 2
    assert found["idxref.n_rejected_far"] == 197
    assert found["idxref.space_group_number"] == 16
    assert found["idxref.cell"] == (63.105, 74.081, 95.104, 90.0, 90.0, 90.0)
    assert found["idxref.sd_spot_position_px"] == 0.57
    assert found["idxref.expected_error_spindle_deg"] == 0.088
    assert found["idxref.expected_error_detector_px"] == 0.64
    assert found["idxref.detector_origin_px"] == (1228.55, 1267.1)
    assert found["idxref.direct_beam_px"] == (1231.07, 1262.45)
    assert found["idxref.input.cell"] == (63.1, 74.1, 95.1, 90.0, 90.0, 90.0)
    assert found["idxref.parameters"] == ("BEAM", "ORIENTATION", "CELL", "AXIS", "POSITION")
    assert found["error.soft"] == "SOLUTION IS INACCURATE"
    assert "error.hard" not in found


def test_the_mosaicity_that_idxref_prints_is_no_result() -> None:
    assert read(NEW)["idxref.mosaicity_deg"] is None


def test_lattices_subtrees_and_origins() -> None:
    found = read(NEW)
    assert found["idxref.n_lattices_accepted"] == 5
    assert found["idxref.lattice_23.bravais_lattice"] == "oC"
    assert found["idxref.lattice_23.quality_of_fit"] == 3.1
    assert found["idxref.lattice_23.accepted"] is True
    assert found["idxref.lattice_25.accepted"] is False
    assert found["idxref.subtree_2.population"] == 101
    assert found["idxref.origin_-1_0_-2.quality"] == 88.4


def test_the_layout_of_2006() -> None:
    found = read(OLD)
    assert found["idxref.n_spots_used"] == 8120
    assert "idxref.n_spots_total" not in found
    assert found["idxref.n_indexed"] == 7105
    assert found["idxref.cell"] == (62.422, 62.43, 153.604, 90.012, 89.987, 90.031)
    assert found["idxref.lattice_44.accepted"] is None
    assert len(found["idxref.lattice_44.reindexing"]) == 12
    assert "idxref.n_lattices_accepted" not in found


def test_line_ends_of_idxref_do_not_matter() -> None:
    assert read(NEW.replace("\n", "\r\n")) == read(NEW)


def test_the_spots_indexed_must_be_those_refined() -> None:
    reading = idxref.read(NEW.replace(" 5011 OUT OF", " 5012 OUT OF"), "IDXREF.LP")
    assert "idxref.n_indexed" not in reading.values
    assert "not those of the refinement" in str(reading.troubles[0])


def test_a_log_that_stops_with_an_error_has_no_solution_and_no_further_trouble() -> None:
    head = NEW.partition(" ***** REFINED SOLUTION BASED")[0]
    reading = idxref.read(
        head + " !!! ERROR !!! CANNOT CONTINUE WITH A TWO DIMENSIONAL LATTICE\n", "IDXREF.LP"
    )
    assert reading.values["error.hard"] == "CANNOT CONTINUE WITH A TWO DIMENSIONAL LATTICE"
    assert "idxref.cell" not in reading.values
    assert reading.values["idxref.n_spots_used"] == 5210
    assert reading.troubles == ()


def test_a_log_that_just_ends_is_a_trouble() -> None:
    head = NEW.partition(" cpu time used")[0]
    assert "ends too early" in str(idxref.read(head, "IDXREF.LP").troubles[0])


def test_two_logs_of_idxref_in_one_file_are_refused() -> None:
    reading = idxref.read(NEW + OLD, "IDXREF.LP")
    assert named(reading) == {}
    assert "several runs" in str(reading.troubles[0])


@pytest.mark.parametrize("text", [NEW, OLD])
@pytest.mark.parametrize("damage", [cut, merged, starred, without_a_line])
def test_a_damaged_idxref_log_gives_no_wrong_number(damage: object, text: str) -> None:
    assert callable(damage)
    assert_truthful(idxref, text, damage(text, 200))


@pytest.mark.parametrize("file", samples("idxref_2014*", "idxref_2020_below50*"))
@pytest.mark.parametrize("damage", [cut, merged, starred, without_a_line])
def test_a_damaged_sample_of_idxref_gives_no_wrong_number(damage: object, file: str) -> None:
    assert callable(damage)
    assert_truthful(idxref, text_of(file), damage(text_of(file), 60), {"warnings"})


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ***** COLSPOT ***** (VERSION Jan 31, 2020  BUILT=20200131)   3-Jul-2020\n",
        "!Generated by IDXREF   (VERSION Jan 31, 2020  BUILT=20200131)\n",
        " XPARM.XDS    VERSION Jan 31, 2020  BUILT=20200131\n",
        "see ***** IDXREF *****\n",
    ],
)
def test_no_idxref(text: str) -> None:
    assert idxref.recognises(text) is None
