"""The shipped data are clean, and what is wrong with a site file is told with its place."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from sweepwright.resources import sites_folder
from sweepwright.sites.lint import lint
from sweepwright.sites.schema import Family, Goniostat
from sweepwright.sites.store import Layer, Part, Sites, cut, load_sites

SITES = load_sites(sites_folder())

HEAD = "facility: Somewhere\n---\n"
RECORD = """\
id: {id}
beamline: B1
detector: {{serials: [60-7777]}}
valid: {valid}
rotation_axis: {{sw: [1, 0, 0], confidence: documented}}
sources: [a letter]
confidence: documented
"""


def written(folder: Path, *records: str) -> Sites:
    path = folder / "own.yaml"
    path.write_text(HEAD + "---\n".join(records))
    return load_sites(sites_folder(), given=[path])


def told(sites: Sites) -> list[tuple[str, str]]:
    return [(item.code, item.message) for item in lint(sites)]


def test_the_shipped_data_are_clean() -> None:
    assert lint(SITES) == []


def test_every_record_says_where_it_comes_from() -> None:
    entries = SITES.all()
    assert len(entries) > 200
    for entry in entries:
        assert all(source.strip() for source in entry.record.sources), entry.record.id
        assert entry.facility.facility == entry.record.facility
        assert entry.layer is Layer.SHIPPED


def test_the_index_of_the_texts_says_what_the_records_say() -> None:
    for entry in SITES.all():
        lists, record = entry.part.lists(), entry.record
        assert lists.get("serials", ()) == record.detector.serials
        assert lists.get("site_texts", ()) == record.key.site_texts
        assert lists.get("words", ()) == record.key.words


def test_kappa_vectors_are_those_of_their_angles() -> None:
    """(cos a, -sin a cos h, sin a sin h): one formula for all horizontal kappa stages."""
    checked = 0
    for device in SITES.beside():
        if not isinstance(device, Goniostat) or device.home_deg is None:
            continue
        assert device.opening_deg is not None
        a, h = math.radians(device.opening_deg), math.radians(device.home_deg)
        wanted = (math.cos(a), -math.sin(a) * math.cos(h), math.sin(a) * math.sin(h))
        kappa = next(axis.vector for axis in device.axes if axis.name == "kappa")
        cosine = sum(x * y for x, y in zip(wanted, kappa, strict=True)) / math.hypot(*kappa)
        assert math.degrees(math.acos(min(1.0, cosine))) < 0.1, device.id
        checked += 1
    assert checked >= 9


def test_the_axes_of_a_chain_are_unit_vectors_with_their_names() -> None:
    device = SITES.goniostat("mini-kappa-dls")
    assert device is not None
    assert [axis.name for axis in device.chain] == ["omega", "kappa", "phi"]
    for axis in device.chain:
        assert math.hypot(*axis.vector) == pytest.approx(1, abs=1e-11)
    # 0.914 -0.279 0.297 has length 1.000723
    assert device.chain[1].vector == pytest.approx((0.913340, -0.278799, 0.296786), abs=1e-6)
    assert device.chain[0].vector == (1, 0, 0)


def test_frames_of_modules_are_as_large_as_modules_and_gaps() -> None:
    checked = 0
    for family in SITES.beside():
        if isinstance(family, Family) and family.module_px and family.gap_px and family.size_px:
            for size, module, gap in zip(
                family.size_px, family.module_px, family.gap_px, strict=True
            ):
                count = (size + gap) / (module + gap)
                assert count == int(count), family.id
            checked += 1
    assert checked >= 15


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("beamline: B1", "beemline: B1", "'beamline' is missing"),
        ("beamline: B1", "beamline: B1\ncolour: red", "there is no key 'colour'"),
        ("serials: [60-7777]", "serial: 60-7777", "there is no key 'detector.serial'"),
        ("sw: [1, 0, 0]", "sw: [1, 1, 0]", "'rotation_axis.sw': its length is 1.41421"),
        ("sw: [1, 0, 0]", "sw: [1, 0]", "'rotation_axis.sw.2' is missing"),
        ("sources: [a letter]", "sources: []", "'sources'"),
        ("sources: [a letter]\n", "", "'sources' is missing"),
        ("confidence: documented\n", "confidence: sure\n", "'confidence'"),
        ("valid: {}", "valid: {from: 2012-01-01, to: 2011-01-01}", "it ends (2011-01-01) before"),
        ("beamline: B1", "beamline: B1\nbeam_centre: adsc-9", "'beam_centre'"),
        ("beamline: B1", "beamline: B1\ngoniostat: hexapod", "goniostat hexapod of record one"),
        ("serials: [60-7777]", "serials: [607777]", "'detector.serials.0'"),
    ],
)
def test_a_record_that_says_something_else_is_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    good = RECORD.format(id="one", valid="{}")
    assert old in good
    assert told(written(tmp_path, good)) == []
    found = told(written(tmp_path, good.replace(old, new)))
    assert {code for code, _ in found} == {"SW-S007"}
    assert any(message in text for _, text in found), found


def test_the_place_of_a_mistake_is_that_of_the_key(tmp_path: Path) -> None:
    good, bad = RECORD.format(id="one", valid="{}"), RECORD.format(id="two", valid="{till: 1}")
    (found,) = lint(written(tmp_path, good, bad))
    assert found.span is not None
    # 1 head, 2 ---, 3 to 9 the first record, 10 ---, its valid on line 14
    assert (found.span.line, found.span.column) == (14, 9)


@pytest.mark.parametrize("text", ["facility: [", "- a list", "facility: A\n---\n: : :\n", "\x00"])
def test_what_is_no_site_file_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(f"{text}\n---\n{RECORD.format(id='one', valid='{}')}")
    assert "SW-S007" in {item.code for item in lint(load_sites(sites_folder(), given=[path]))}


def test_records_that_no_header_tells_apart_are_an_error(tmp_path: Path) -> None:
    early = RECORD.format(id="one", valid="{to: 2012-05-01}")
    late = RECORD.format(id="two", valid="{from: 2012-04-30}")
    ((code, text),) = told(written(tmp_path, early, late))
    assert code == "SW-S009"
    assert text == "no header tells one (to 2012-05-01) from two (from 2012-04-30)"
    assert told(written(tmp_path, early, late.replace("04-30", "05-01"))) == []
    known = late + "not_told_apart: [one]\n"
    assert told(written(tmp_path, early, known)) == []
    placed = late + "key: {site_texts: [B2]}\n"
    assert [code for code, _ in told(written(tmp_path, early, placed))] == ["SW-S009"]
    other = early + "key: {site_texts: [B1]}\n"
    assert told(written(tmp_path, other, placed)) == []


def test_a_gap_between_two_periods_is_told(tmp_path: Path) -> None:
    early = RECORD.format(id="one", valid="{to: 2012-05-01}")
    late = RECORD.format(id="two", valid="{from: 2012-06-01}")
    ((code, text),) = told(written(tmp_path, early, late))
    assert code == "SW-S010"
    assert "from 2012-05-01, when one ends, to 2012-06-01, when two begins" in text


def test_defaults_of_run_are_those_of_the_job_language(tmp_path: Path) -> None:
    record = RECORD.format(id="one", valid="{}")
    head = (
        "facility: Somewhere\nrun: {threads: 20, probe: true, jobs: {colspot: 1, integrate: 4}}\n"
    )
    path = tmp_path / "own.yaml"
    path.write_text(f"{head}---\n{record}")
    entry = load_sites(sites_folder(), given=[path]).get("one")
    assert entry is not None
    run = entry.facility.run
    assert (run.threads, run.probe, run.executor) == (20, True, None)
    assert run.jobs is not None
    assert (run.jobs.colspot, run.jobs.integrate) == (1, 4)
    path.write_text(f"{head.replace('threads', 'treads')}---\n{record}")
    assert {code for code, _ in told(load_sites(sites_folder(), given=[path]))} == {"SW-S007"}


def test_an_id_stands_once_and_names_that_are_known(tmp_path: Path) -> None:
    record = RECORD.format(id="one", valid="{}")
    assert [code for code, _ in told(written(tmp_path, record, record))] == ["SW-S012"]
    lost = record + "refines: two\n"
    assert told(written(tmp_path, lost)) == [
        ("SW-S012", "record one names two, and there is no such record")
    ]
    nameless = record.replace("id: one\n", "")
    assert "SW-S012" in {code for code, _ in told(written(tmp_path, record, nameless))}


def test_shipped_lists_stand_on_one_line(tmp_path: Path) -> None:
    for name in ("detectors.yaml", "goniostats.yaml"):
        (tmp_path / name).write_bytes((sites_folder() / name).read_bytes())
    text = RECORD.format(id="one", valid="{}").replace(
        "detector: {serials: [60-7777]}", "detector:\n  serials:\n    - 60-7777"
    )
    (tmp_path / "some.yaml").write_text(HEAD + text)
    assert [item.code for item in lint(load_sites(tmp_path))] == ["SW-S012"]


def test_documents_know_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("# note\n---\nfacility: A\n---\nid: x\n")
    assert cut(path) == [Part(path, 3, "facility: A\n"), Part(path, 5, "id: x\n")]
