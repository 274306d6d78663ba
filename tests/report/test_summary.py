"""The page is one file, well formed, safe and the same every time."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser

import gemmi
import numpy as np
import pytest

from sweepwright.model.verdict import Finding, FindingState
from sweepwright.report.charts import image_charts
from sweepwright.report.summary import (
    DecisionLine,
    ImageFigures,
    Program,
    SetFigures,
    StepLine,
    Summary,
    SweepFacts,
    render_summary,
)
from sweepwright.results.model import MergedSet, Output, Results
from sweepwright.results.observations import Observations
from sweepwright.results.per_image import ImageStatistics, per_image
from sweepwright.results.resolution import resolution_limit
from sweepwright.results.statistics import merging_statistics

CELL = (50.0, 55.0, 60.0, 90.0, 90.0, 90.0)
VOID = {"meta", "link", "br", "img", "input", "hr"}
EVIL = '</script><script>alert("x")</script> & <b>'


def observations():
    rng = np.random.default_rng(1)
    unique = gemmi.make_miller_array(gemmi.UnitCell(*CELL), gemmi.SpaceGroup("P 21 21 21"), 2.3)
    rows = np.repeat(np.arange(len(unique)), 4)
    truth = rng.exponential(100, len(unique))
    return Observations(
        hkl=unique[rows],
        plus=np.ones(len(rows), dtype=bool),
        intensity=truth[rows] + rng.normal(0, 30, len(rows)),
        sigma=np.full(len(rows), 30.0),
        batch=rng.integers(1, 41, len(rows)),
        dataset=np.zeros(len(rows), dtype=np.int64),
        cell=CELL,
        space_group="P 21 21 21",
    )


@pytest.fixture(scope="module")
def summary():
    data = observations()
    decision = resolution_limit(
        data, criteria={"cc_half": 0.3, "i_over_sigma": 1.0}, anomalous=True
    )
    made = merging_statistics(data, anomalous=True, shells=10)
    merged = MergedSet(
        group="x1", dataset="peak", sweeps=("A",), space_group="P 21 21 21", cell=CELL, wavelength_a=0.98,
        overall=made.overall, inner=made.inner, outer=made.outer,
    )  # fmt: skip
    return Summary(
        job="lyso",
        title=EVIL,
        engine="DIALS",
        engine_reason="no XDS on this machine",
        results=Results(
            sets=(merged,),
            outputs=(Output(path='results/a "b".mtz', role=EVIL),),
            findings=(Finding("SW-Q001", FindingState.NOT_JUDGED, EVIL),),
        ),
        sets=(SetFigures(made, decision),),
        sweeps=(SweepFacts("A", "$raw/a_####.cbf", "1-40", 40, 1, 0.98, 90),),
        images=(ImageFigures("A", per_image(data)),),
        programs=(Program("DIALS", "3.12"),),
        decisions=(DecisionLine("Resolution", "2.30 Å", "first crossing", EVIL),),
        steps=(StepLine("index@A", "dials.index", 90.0, "success", EVIL),),
        version="0.1.0",
    )


class Balance(HTMLParser):
    """Collects tags that are not closed in order, and what the page would fetch."""

    def __init__(self):
        super().__init__()
        self.open, self.addresses, self.scripts = [], [], []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.addresses += [values[name] for name in ("src", "href", "action") if name in values]
        if tag == "script":
            self.scripts.append(values.get("type"))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_fetches_nothing(summary):
    page = render_summary(summary)
    parser = Balance()
    parser.feed(page)
    assert parser.open == []
    assert parser.addresses == ["results/a%20%22b%22.mtz"]
    assert not re.search(r"https?://|@import|url\(", page)


def test_text_cannot_become_markup(summary):
    page = render_summary(summary)
    parser = Balance()
    parser.feed(page)
    assert parser.scripts == ["application/json"]
    assert "<b>" not in page


def test_the_numbers_can_be_read_back(summary):
    page = render_summary(summary)
    island = re.search(r'<script type="application/json" id="results">(.*?)</script>', page, re.S)
    assert json.loads(island.group(1)) == summary.results.to_json()


def test_the_same_values_give_the_same_bytes_and_a_small_page(summary):
    assert render_summary(summary) == render_summary(replace(summary))
    assert len(render_summary(summary)) < 100_000


def test_the_key_numbers_are_those_of_the_results(summary):
    page = render_summary(summary)
    overall = summary.results.sets[0].overall
    assert f"<dd>{overall.completeness:.1%}</dd>" in page
    assert f"<dd>{overall.cc_half:.4f}</dd>" in page
    # two against resolution; two against images, for these observations have no scales
    assert page.count("<svg") == page.count("</svg>") == 4
    assert "Scale factor" not in page


def test_a_failed_run_has_a_page_too():
    bare = Summary(job="x", title="", engine="XDS", engine_reason="asked for", results=Results())
    page = render_summary(bare)
    assert "No merged set was made" in page
    assert "Nothing was judged" in page


def test_figures_without_their_set_are_refused(summary):
    with pytest.raises(ValueError, match="1 merged sets, figures for 0"):
        render_summary(replace(summary, sets=()))


@pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed")
def test_a_browser_shows_it_without_complaint(summary, tmp_path):
    (tmp_path / "page.html").write_text(render_summary(summary))
    options = (
        "headless no-sandbox disable-gpu disable-quic no-first-run disable-background-networking"
    )
    done = subprocess.run(
        [
            "chromium",
            *(f"--{option}" for option in options.split()),
            "--disable-component-update",
            "--disable-sync",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--enable-logging=stderr",
            f"--screenshot={tmp_path / 'page.png'}",
            f"file://{tmp_path / 'page.html'}",
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "CONSOLE" not in done.stderr
    assert (tmp_path / "page.png").stat().st_size > 10_000


def test_what_no_image_has_gets_no_chart():
    images = [ImageStatistics(batch, 90, None, 5.0 + batch, 0.05) for batch in (1001, 1002)]
    titles = [chart.title for chart in image_charts(images, 1000)]
    assert titles == ["Mean I/σ(I) of observations", "R against the merged mean"]
    scaled = [*images, ImageStatistics(1003, 90, 1.1, 8.0, None)]
    assert len(image_charts(scaled, 1000)) == 3
