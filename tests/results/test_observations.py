"""What is read is what was written."""

import numpy as np
import pytest

from sweepwright.results.observations import read_unmerged
from sweepwright.results.statistics import merging_statistics


def test_reading_gives_back_what_was_written(simulated, unmerged_mtz):
    made = simulated(anomalous=5)
    read = read_unmerged(unmerged_mtz(made))
    assert len(read) == len(made)
    assert (read.space_group, read.cell, read.wavelength_a) == ("P 41 21 2", made.cell, 0.9795)
    assert np.array_equal(read.batch, made.batch)
    assert np.array_equal(read.plus, made.plus)
    assert read.intensity == pytest.approx(made.intensity, rel=1e-6)
    ours, theirs = (merging_statistics(item, anomalous=True).overall for item in (made, read))
    assert theirs.r_meas == pytest.approx(ours.r_meas, rel=1e-5)
    assert theirs.unique == ours.unique


def test_observations_without_a_sigma_are_left_out(simulated, unmerged_mtz):
    made = simulated()
    made.sigma[:3] = [0.0, -1.0, np.nan]
    assert len(read_unmerged(unmerged_mtz(made))) == len(made) - 3


def test_each_data_set_has_its_observations(simulated, unmerged_mtz):
    read = read_unmerged(unmerged_mtz(simulated()))
    (part,) = read.by_dataset()
    assert part.datasets[0].name == "FROMDIALS"
    assert len(part) == len(read)


def test_a_merged_file_is_refused_with_the_reason(merged_mtz):
    with pytest.raises(ValueError, match=r"not an unmerged, scaled MTZ: it has H K L IMEAN"):
        read_unmerged(merged_mtz)


def test_no_mtz_is_refused_with_the_reason(tmp_path):
    (tmp_path / "x.mtz").write_text("nothing")
    with pytest.raises(ValueError, match=r"x\.mtz cannot be read as MTZ"):
        read_unmerged(tmp_path / "x.mtz")
