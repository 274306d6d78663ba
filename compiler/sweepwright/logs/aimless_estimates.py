"""Where AIMLESS thinks that the data end: by CC(1/2) and by I/sigma, overall and by direction.

It prints several thresholds in newer versions. ``resolution_estimate.{direction}.cc_half`` and
``.i_over_sigma`` are of the first threshold that every direction has, which is
``resolution_estimate.thresholds.cc_half``; all of them are in the table ``limits.list``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sweepwright.logs.draft import Draft
from sweepwright.logs.printed import value
from sweepwright.logs.reading import Table, UnreadableError, Value

STATISTICS = ("cc_half", "i_over_sigma")
_COLUMNS = ("direction", "statistic", "threshold", "limit", "at_maximum")


@dataclass(frozen=True, slots=True)
class Estimate:
    """One estimate as printed, ``message`` is what stands behind the limit."""

    direction: str
    statistic: str
    threshold: str
    limit: str
    message: str

    @property
    def resolution(self) -> Value:
        """None where no part of the data is above the threshold."""
        return None if "below" in self.message else value(self.limit)

    @property
    def at_maximum(self) -> bool | None:
        """Whether the data end before the limit is reached; None if the message is unknown."""
        if not self.message or "below" in self.message:
            return False
        return True if re.fullmatch(r"= ?= ?maximum ?resolution", self.message) else None


def direction(text: str) -> str:
    """``h``, ``h_k`` (a plane), ``a*`` or ``overall``, from the words of any version."""
    words = re.sub(r"\b(?:along|axis|plane)\b", " ", text.lower())
    if not words.strip() or re.search(r"\b[hkl]{2,}\b|plane|axis", words):
        raise UnreadableError(f"'{text}' is no direction")
    return re.sub(r"[^0-9a-z*+-]+", "_", words).strip("_")


def estimates(draft: Draft, found: Sequence[Estimate], prefix: str = "") -> None:
    """The values and the table of these estimates."""
    # 0.7.2 prints one twice where its two thresholds are the same
    found = tuple(dict.fromkeys(found))
    with draft.part("the estimates of resolution limits"):
        keys = [(each.direction, each.statistic, each.threshold) for each in found]
        if len(set(keys)) < len(keys):
            raise UnreadableError("a direction has two estimates of one kind")
        rows = tuple(
            (*key, each.resolution, each.at_maximum) for key, each in zip(keys, found, strict=True)
        )
        if rows:
            label = "{direction}.{statistic}_{threshold}"
            draft.tables[f"{prefix}limits.list"] = Table(_COLUMNS, rows, label)
        main = [each for kind in STATISTICS for each in _main(found, kind)]
        values: dict[str, Value] = {}
        for each in main:
            values[f"thresholds.{each.statistic}"] = value(each.threshold)
            values[f"{each.direction}.{each.statistic}"] = each.resolution
            values[f"{each.direction}.{each.statistic}_at_maximum"] = each.at_maximum
        for name in dict.fromkeys(each.direction for each in main):
            both = [each.at_maximum for each in main if each.direction == name]
            if len(both) == len(STATISTICS) and None not in both:
                values[f"{name}.at_maximum"] = all(both)
        draft.values |= {
            f"{prefix}resolution_estimate.{name}": each for name, each in values.items()
        }


def _main(found: Sequence[Estimate], statistic: str) -> list[Estimate]:
    """Those of the first threshold that all directions have."""
    of_kind = [each for each in found if each.statistic == statistic]
    directions = dict.fromkeys(each.direction for each in found)
    for threshold in dict.fromkeys(each.threshold for each in of_kind):
        those = [each for each in of_kind if each.threshold == threshold]
        if len(those) == len(directions):
            return those
    if of_kind:
        raise UnreadableError("the directions have no threshold in common")
    return []
