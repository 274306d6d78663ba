"""Each rule that is known of XDS has a code, or a reason why it has none."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from sweepwright.programs.xds_rules import xds_rules, xds_sources
from sweepwright.rules.catalogue import codes, rule

FACTS = Path(os.environ.get("SWEEPWRIGHT_SHARED", "/nowhere")) / "facts/xds/rules.md"
CHECKS = [code for code in codes() if "SW-E030" <= code <= "SW-E045"]


def test_each_rule_has_codes_that_exist_or_a_reason() -> None:
    known = set(codes())
    for one in xds_rules():
        assert bool(one.code) != bool(one.reason), one.id
        assert set(one.code) <= known, one.id
        assert one.source in xds_sources(), one.id


def test_rules_are_told_once() -> None:
    ids = [one.id for one in xds_rules()]
    assert len(ids) == len(set(ids))
    assert [one for one in ids if one.startswith("XI")] == [f"XI{i:02}" for i in range(1, 25)]


def test_each_check_of_xds_is_of_a_rule() -> None:
    used = {code for one in xds_rules() for code in one.code}
    assert len(CHECKS) == 16
    assert [code for code in CHECKS if code not in used] == []
    assert all(rule(code) is not None for code in used)


@pytest.mark.skipif(not FACTS.exists(), reason="the collection of facts is not here")
def test_no_rule_of_the_collection_is_forgotten() -> None:
    text = FACTS.read_text(encoding="utf-8")
    asked = re.findall(r"^- ([A-O][0-9]+) ", text, re.M)
    asked += re.findall(r"^\| (XI[0-9]{2}) ", text, re.M)
    assert len(asked) > 100
    assert sorted(asked) == sorted(one.id for one in xds_rules())
