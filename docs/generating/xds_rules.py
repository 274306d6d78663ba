"""The page of what is known of XDS, and which code looks at it."""

from __future__ import annotations

from sweepwright.programs.xds_rules import XdsRule, xds_rules, xds_sources

_INTRODUCTION = """\
# What is known of XDS's input

Rules that people and programs which write XDS.INP, XSCALE.INP and XDSCONV.INP have learned, and which
code of `sweepwright rule` looks at each, or why none needs to.
"""


def xds_rules_page() -> str:
    """All rules as one table, and below it where they are from."""
    rows = [
        f"| {rule.id} | {rule.what} | {_looked_at(rule)} | {rule.source} |" for rule in xds_rules()
    ]
    sources = [f"- *{label}*: {text}" for label, text in xds_sources().items()]
    head = ["| | rule | looked at by | source |", "|---|---|---|---|"]
    return "\n".join([_INTRODUCTION, *head, *rows, "", "Sources:", "", *sources]) + "\n"


def _looked_at(rule: XdsRule) -> str:
    if rule.code:
        return ", ".join(f"[{code}](rules/{code}.md)" for code in rule.code)
    return f"none: {rule.reason}"
