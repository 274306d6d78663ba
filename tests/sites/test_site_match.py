"""The key of a look-up: never the serial alone, never a guess."""

from __future__ import annotations

from pathlib import Path

import pytest

from sweepwright.model.facts import Fact, ImageFacts
from sweepwright.resources import sites_folder
from sweepwright.sites.dates import day_of
from sweepwright.sites.findings import findings, in_use
from sweepwright.sites.match import SiteMatch, match_site
from sweepwright.sites.query import SiteQuery, query_of
from sweepwright.sites.store import Layer, SiteFileError, Sites, load_sites

SITES = load_sites(sites_folder())


def match(**said: object) -> SiteMatch:
    return match_site(SiteQuery(**said), SITES)


def found(**said: object) -> str | list[str]:
    """The id of the record, or those of all that fit."""
    answer = match(**said)
    return answer.record.id if answer.record else [e.record.id for e in answer.candidates]


def codes(answer: SiteMatch, **how: bool) -> list[str]:
    return [item.code for item in findings(answer, **how)]


def test_the_suffix_belongs_to_the_serial() -> None:
    assert found(serial="24-0109") == "lnls-mx2-pilatus2m-0109"
    assert found(serial="24-0109-F") == "sls-pilatus2mf-0109f"
    assert found(serial="60-0114") == []
    assert found(serial="60-0105") == []


def test_the_frame_tells_detectors_with_one_serial() -> None:
    assert found(serial="38", size_px=(2048, 2048)) == "sls-x06sa-marccd165-38"
    assert found(serial="38", size_px=(3072, 3072)) == "sp8-bl44xu-mx225he-38"
    assert len(found(serial="38")) == 2
    assert found(serial="60-0131", size_px=(1475, 1679)) == []


def test_the_name_of_the_place_tells_where_a_detector_stood() -> None:
    for site, id_ in (
        ("ESRF ID29", "esrf-id29-pilatus3-0128"),
        ("esrf id30", "esrf-id30-pilatus3-0128"),
        ("ESRF, BM07", "esrf-bm07-pilatus3-0128"),
    ):
        assert found(detector=f"PILATUS3 6M, S/N 60-0128, {site}", date="2016-01-01") == id_
    assert len(found(detector="PILATUS3 6M, S/N 60-0128", date="2016-01-01")) == 3
    # ESRF ID30 is not the beginning of ESRF ID30B
    assert found(detector="PILATUS3 6M, S/N 60-0104, ESRF ID30", date="2016-01-01") == []


def test_a_place_and_a_date_that_contradict_each_other_fit_nothing() -> None:
    answer = match(detector="PILATUS 6M, S/N 60-0104, ESRF ID29", date="2016-05-01")
    assert answer.outcome == "none"
    (said,) = findings(answer)
    assert "esrf-id29-pilatus6m-0104 is valid to 2015-03-04" in said.message
    assert "esrf-id30b-pilatus6m-0104 is called ESRF ID30B in headers" in said.message


def test_the_word_for_the_axis_tells_pins_from_trays() -> None:
    asked = {"detector": "PILATUS3 6M, S/N 60-0119", "date": "2019-09-11"}
    assert found(**asked, oscillation_axis="X.CW +SLOW") == "dls-i24-pilatus3-0119-pin"
    assert found(**asked, oscillation_axis="X.CW") == "dls-i24-pilatus3-0119-pin"
    assert found(**asked, oscillation_axis="X.CW +FAST") == "dls-i24-pilatus3-0119-tray"
    assert found(**asked, oscillation_axis="X.CW -FAST") == "dls-i24-pilatus3-0119-tray"
    # nothing said is not 'no FAST'
    assert match(**asked).outcome == "ambiguous"


def test_the_angles_of_the_header_tell_goniostats() -> None:
    serial = "60-0106"
    assert found(serial=serial, angles={"kappa", "phi"}) == "soleil-px1-pilatus6m-0106-kappa"
    assert found(serial=serial, angles={"omega", "chi"}) == "soleil-px1-pilatus6m-0106-smargon"
    assert match(serial=serial).outcome == "ambiguous"


def test_the_format_tells_where_it_is_written_and_never_excludes_a_dectris_kind() -> None:
    i04 = {"serial": "60-0100", "date": "2018-01-01"}
    assert found(**i04, format="imgcif") == "dls-i04-pilatus6m-0100-smargon"
    assert found(**i04, format="minicbf") == [
        "dls-i24-pilatus6m-0100",
        "dls-i04-pilatus6m-0100-minikappa",
    ]
    assert found(serial="24-0107", format="minicbf", date="2018-01-01") == (
        "dls-i19-1-pilatus2m-0107"
    )
    # serials of CCDs are small numbers: another kind of file is another detector
    assert found(serial="50", format="mar345") == "doris-bw7a-mar345-50"
    assert found(serial="50", format="smv") == []


@pytest.mark.parametrize("date", [None, "", "1970-01-01T00:00:01", "1989-12-31", "not set"])
def test_without_a_date_nothing_is_chosen_that_dates_tell_apart(date: str | None) -> None:
    answer = match(serial="60-0114-F", date=date)
    assert answer.outcome == "ambiguous"
    assert codes(answer) == ["SW-S003", "SW-S002"]


def test_without_a_date_a_single_record_is_taken_and_the_lack_is_said() -> None:
    answer = match(serial="24-0124")
    assert answer.record is not None
    assert "SW-S003" in codes(answer)
    assert "SW-S003" not in codes(match(serial="24-0124", date="2020-01-01"))
    # no period to check, nothing to say
    assert codes(match(serial="60-0102", site="PSI")) == []


def test_one_serial_at_two_places_is_an_error_that_lists_them() -> None:
    (said,) = findings(match(serial="446"))
    assert (said.code, said.severity) == ("SW-S002", "error")
    assert said.help is not None
    assert "aps-446: APS not stated" in said.help
    assert "nsls-x6a-446: NSLS X6A" in said.help


def test_a_copied_serial_does_not_hide_the_camera() -> None:
    camera = {"detector": "TimePix_SU", "serial": "901", "format": "smv"}
    assert found(**camera, size_px=(512, 512)) == "ed-timepix-su-512"
    assert found(**camera, size_px=(516, 516)) == "ed-timepix-su-516"
    assert found(serial="901", format="smv", size_px=(3072, 3072)) == "ssrl-bl9-2-901"
    assert found(detector="TIMEPIX, S/N 24-0109-F", format="minicbf") == "ed-timepix-cbf"


def test_an_instrument_is_known_by_its_name_where_files_have_no_serial() -> None:
    said = {"site": "DIAMOND BEAMLINE I03", "format": "nxmx-hdf5", "size_px": (4148, 4362)}
    assert found(**said, date="2022-01-01") == "dls-i03-eiger2xe16m"
    assert found(**said, date="2021-05-01") == "dls-i03-eiger2xe16m-dead-modules"
    assert found(**said, date="2021-06-23") == "dls-i03-eiger2xe16m"
    assert found(site="DLS I19-2", format="nxmx-hdf5", date="2022-03-01") == (
        "dls-i19-2-eiger2x4m-cdte"
    )
    assert found(site="DLS I19-2", detector="Tristan 10M", format="nxmx-hdf5") == (
        "dls-i19-2-tristan"
    )


def test_a_place_tells_a_detector_with_a_serial_where_the_header_has_none() -> None:
    assert found(site="DLS I04", date="2022-01-01", format="nxmx") == "dls-i04-eiger2xe16m-160-0001"
    # the place of HDF5 files may be all there is
    assert found(detector="DIAMOND BEAMLINE I04", date="2022-01-01") == (
        "dls-i04-eiger2xe16m-160-0001"
    )
    assert found(detector="DLS I03", date="2022-01-01") == "dls-i03-eiger2xe16m"
    assert found(serial="E-32-0118", site="DIAMOND BEAMLINE I04", date="2022-12-09T16:18:01Z") == (
        "dls-i04-eiger2xe16m-160-0001"
    )
    # another serial is another detector, and a name of the facility says no beamline
    assert found(site="DLS I04", serial="E-32-9999", date="2022-01-01") == []
    assert found(site="Diamond", date="2012-01-01") == []


def test_the_longer_word_wins() -> None:
    assert found(detector="jungfrau4m_rr0_smx") == "esrf-id29-jungfrau4m"
    assert found(detector="jungfrau") == "dls-i24-jungfrau"


def test_a_serial_that_only_the_suffix_tells_from_a_known_one_is_named() -> None:
    (said,) = findings(match(detector="PILATUS 6M, S/N 60-0114"))
    assert said.code == "SW-S001"
    assert "dls-i02-pilatus6mf-0114 is of 60-0114-F" in said.message
    (other,) = findings(match(detector="PILATUS 6M-F, S/N 60-0131-F"))
    assert "als-502-pilatus3-0131 is of 60-0131;" in f"{other.message};"


def test_a_camera_is_known_by_its_word_whatever_serial_was_copied() -> None:
    answer = match(detector="BEAMLINE=TimePix_SU", size_px=(516, 516))
    assert answer.record is not None
    assert answer.record.id == "ed-timepix-su-516"
    assert found(detector="MSC_REIT_A200_SN09020156") == "home-rigaku-a200"
    assert found(detector="MSC_REIT_A200_SN09250183") == "sp8-bl26b1-a200"


def test_an_axis_that_nobody_knows_is_said() -> None:
    (said,) = findings(match(detector="PILATUS3 300K, S/N 3-0226"))
    assert (said.code, said.severity) == ("SW-S004", "warning")
    assert "is not known" in said.message


def test_a_disputed_month_is_not_decided() -> None:
    answer = match(detector="Dectris Eiger 16M, E-32-0107", date="2021-06-01")
    assert answer.outcome == "ambiguous"


def test_an_assumed_axis_is_said_and_weighs_more_for_anomalous_data() -> None:
    answer = match(serial="60-0103")
    assert answer.entry is not None
    (usual,) = in_use(answer.entry)
    (strong,) = in_use(answer.entry, anomalous=True)
    assert usual.code == strong.code == "SW-S004"
    assert "anomalous differences" in strong.message
    assert "anomalous" not in usual.message


def test_sources_that_disagree_about_the_axis_are_told() -> None:
    (said,) = findings(match(serial="E-32-0129", date="2023-01-01"))
    assert (said.code, said.severity) == ("SW-S005", "warning")
    assert "about the axis" in said.message


def test_two_days_around_a_move_are_told() -> None:
    assert "SW-S011" in codes(match(serial="60-0114-F", date="2017-01-02"))
    assert "SW-S011" in codes(match(serial="60-0114-F", date="2016-12-30"))
    assert "SW-S011" not in codes(match(serial="60-0114-F", date="2017-01-04"))


def test_no_record_is_advice_unless_one_is_asked_for() -> None:
    answer = match(detector="PILATUS3 6M, S/N 60-0122")
    assert [item.severity for item in findings(answer)] == ["advice"]
    assert [item.severity for item in findings(answer, asked=True)] == ["error"]


def test_a_query_from_the_facts_of_a_header() -> None:
    facts = {
        "detector": "PILATUS 6M, S/N 60-0106, Soleil",
        "date": "2013-11-20T16:11:02.512",
        "size": (2463, 2527),
        "kappa": 0.0,
        "phi": 70.0,
        "axis_text": "PHI",
    }
    query = query_of(
        ImageFacts("minicbf", {name: Fact(value, name) for name, value in facts.items()})
    )
    assert query == SiteQuery(
        detector="PILATUS 6M, S/N 60-0106, Soleil",
        date="2013-11-20T16:11:02.512",
        size_px=(2463, 2527),
        format="minicbf",
        oscillation_axis="PHI",
        angles={"kappa", "phi"},
    )
    answer = match_site(query, SITES)
    assert answer.record is not None
    assert answer.record.id == "soleil-px1-pilatus6m-0106-kappa"
    assert query_of(ImageFacts("minicbf")) == SiteQuery(format="minicbf")


OWN = """\
facility: ESRF
---
id: esrf-id29-pilatus6m-0104
beamline: ID29
detector:
  family: pilatus-6m
  serials:
    - 60-0104
valid: {to: 2015-03-04}
rotation_axis: {sw: [-1, 0, 0], confidence: calibrated}
sources: [our own data]
confidence: calibrated
---
id: our-lab
beamline: basement
detector: {serials: [60-9999]}
rotation_axis: {sw: [0, -1, 0], confidence: calibrated}
sources: [our own data]
confidence: calibrated
"""


def own(folder: Path, text: str = OWN) -> Path:
    path = folder / "own.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("layer", [Layer.USER, Layer.GIVEN])
def test_a_record_of_the_user_wins_and_says_so(tmp_path: Path, layer: Layer) -> None:
    path = own(tmp_path)
    shipped = sites_folder()
    sites = (
        load_sites(shipped, tmp_path) if layer is Layer.USER else load_sites(shipped, given=[path])
    )
    answer = match_site(SiteQuery(serial="60-0104", date="2012-05-01"), sites)
    assert answer.entry is not None
    assert answer.entry.layer is layer
    assert answer.entry.record.rotation_axis.sw == (-1, 0, 0)
    assert codes(answer) == ["SW-S008"]
    added = match_site(SiteQuery(serial="60-9999"), sites)
    assert added.record is not None
    assert added.record.origin == "site record our-lab (at all dates)"
    assert codes(added) == []


def test_a_given_file_wins_over_that_of_the_user(tmp_path: Path) -> None:
    (tmp_path / "user").mkdir()
    own(tmp_path / "user")
    given = own(tmp_path, OWN.replace("[-1, 0, 0]", "[0, 1, 0]"))
    sites = load_sites(sites_folder(), tmp_path / "user", [given])
    entry = sites.get("esrf-id29-pilatus6m-0104")
    assert entry is not None
    assert (entry.layer, entry.record.rotation_axis.sw) == (Layer.GIVEN, (0, 1, 0))


def test_a_wrong_file_of_the_user_is_told_and_not_passed_over(tmp_path: Path) -> None:
    own(tmp_path, OWN.replace("beamline: basement", "beemline: basement"))
    sites = load_sites(sites_folder(), tmp_path)
    with pytest.raises(SiteFileError) as raised:
        match_site(SiteQuery(serial="60-9999"), sites)
    assert {item.code for item in raised.value.found} == {"SW-S007"}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2015/Mar/04 09:13:22", "2015-03-04"),
        ("2011-05-06T13:44:12.982", "2011-05-06"),
        ("Tue Jun 26 09:43:09 2007", "2007-06-26"),
        ("Tue Jun 26 09:43:09 PDT 2007", "2007-06-26"),
        ("Tue_Aug__4_12:00:00_2015", "2015-08-04"),
        ("062609432007.12", "2007-06-26"),
        ("26-Jun-2007 10:00:00", "2007-06-26"),
        ("2012-05-01", "2012-05-01"),
        ("1990-01-01", "1990-01-01"),
        ("1989-12-31T23:59:59", "None"),
        ("1970-01-01T00:00:01", "None"),
        ("2021-02-31", "None"),
        ("0000-00-00", "None"),
        ("26/06/07", "None"),
        ("", "None"),
    ],
)
def test_dates_as_headers_write_them(text: str, day: str) -> None:
    assert str(day_of(text)) == day


def test_sites_are_given_by_id_too() -> None:
    assert isinstance(SITES, Sites)
    assert SITES.get("no-such-record") is None
