"""Result files keep every number, carry the job's names and no time."""

import shutil
import subprocess
from pathlib import Path

import gemmi
import numpy as np
import pytest

from sweepwright.results.free import FreeFlags, free_flags
from sweepwright.results.mtz import SetNames, finish_merged, tidy_unmerged

NAMES = [SetNames("cm1234", "x1", "peak", 0.9795)]


def finished(source, target):
    finish_merged(source, target, title="Insulin", sets=NAMES, free=FreeFlags())
    return gemmi.read_mtz_file(str(target))


def test_the_merged_file_keeps_its_columns_and_gains_free_flags(merged_mtz, tmp_path):
    before = gemmi.read_mtz_file(str(merged_mtz))
    after = finished(merged_mtz, tmp_path / "out.mtz")
    assert after.column_labels() == [*before.column_labels(), "FreeR_flag"]
    assert after.rfree_column().label == "FreeR_flag"
    order = np.lexsort(before.make_miller_array().T[::-1])
    assert np.array_equal(np.array(after)[:, :5], np.array(before)[order])
    hkl = after.make_miller_array()
    assert np.array_equal(after.rfree_column().array, free_flags(hkl, "P 41 21 2", 1, 0.05))


def test_names_title_sorting_and_limits(merged_mtz, tmp_path):
    after = finished(merged_mtz, tmp_path / "out.mtz")
    data = after.datasets[-1]
    assert (data.project_name, data.crystal_name, data.dataset_name) == ("cm1234", "x1", "peak")
    assert data.wavelength == pytest.approx(0.9795)
    assert (after.title, after.sort_order, after.history) == ("Insulin", [1, 2, 3, 0, 0], [])
    assert after.resolution_high() == pytest.approx(after.make_d_array().min(), rel=1e-5)


def test_the_bytes_are_the_same_every_time_and_hold_no_time(merged_mtz, tmp_path):
    finished(merged_mtz, tmp_path / "one.mtz")
    finished(merged_mtz, tmp_path / "two.mtz")
    one = (tmp_path / "one.mtz").read_bytes()
    assert one == (tmp_path / "two.mtz").read_bytes()
    assert b"2026" not in one
    assert not list(tmp_path.glob("*.part"))


def test_the_unmerged_file_is_sorted_and_keeps_its_numbers(simulated, unmerged_mtz, tmp_path):
    source = unmerged_mtz(simulated(d_min=3).select(slice(None, None, -1)))
    tidy_unmerged(source, tmp_path / "out.mtz", title="Insulin", sets=NAMES)
    before, after = (gemmi.read_mtz_file(str(path)) for path in (source, tmp_path / "out.mtz"))
    assert after.sort_order == [1, 2, 3, 4, 5]
    assert after.column_labels() == before.column_labels()
    rows = np.array(before)
    expected = rows[np.lexsort(rows[:, [4, 3, 2, 1, 0]].T)]
    assert np.array_equal(np.array(after)[:, :5], expected[:, :5])
    assert np.sort(np.array(after)[:, 5]) == pytest.approx(np.sort(rows[:, 5]))
    assert b"2026" not in (tmp_path / "out.mtz").read_bytes()
    assert len(after.batches) == len(before.batches)


def test_files_of_another_kind_are_refused(simulated, unmerged_mtz, merged_mtz, tmp_path):
    target = tmp_path / "out.mtz"
    with pytest.raises(ValueError, match="is not merged"):
        finish_merged(
            unmerged_mtz(simulated(d_min=5)), target, title="", sets=NAMES, free=FreeFlags()
        )
    with pytest.raises(ValueError, match="is not unmerged"):
        tidy_unmerged(merged_mtz, target, title="", sets=NAMES)
    with pytest.raises(ValueError, match="holds 1 data sets, names are given for 2"):
        tidy = [*NAMES, *NAMES]
        finish_merged(merged_mtz, target, title="", sets=tidy, free=FreeFlags())
    finished(merged_mtz, target)
    with pytest.raises(ValueError, match="free flags already"):
        finish_merged(target, tmp_path / "again.mtz", title="", sets=NAMES, free=FreeFlags())


@pytest.mark.dials
def test_cctbx_reads_it(merged_mtz, tmp_path):
    python = "/usr/bin/python3"
    if not Path(python).exists() or not shutil.which("dials.version"):
        pytest.skip("no cctbx: DIALS is not installed")
    finished(merged_mtz, tmp_path / "out.mtz")
    script = (
        "import iotbx.mtz, sys; m = iotbx.mtz.object(sys.argv[1]); a = m.as_miller_arrays();"
        "print([x.info().label_string() for x in a], a[0].is_xray_intensity_array(), '%.3f' % a[0].d_min())"
    )
    done = subprocess.run(
        [python, "-c", script, str(tmp_path / "out.mtz")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split("\n")[0] == "['IMEAN,SIGIMEAN', 'FreeR_flag'] True 2.500"
