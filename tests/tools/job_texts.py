"""Jobs and their texts for property tests: any values, written in any of the ways YAML has."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st

#: words that stand without quotes in every place of YAML
_PLAIN = re.compile(r"[A-Za-z0-9$.][\w$./#%+-]*(?: [\w$./%+-]+)*")
_COMMENTS = (
    "why",
    "see log: 4711",
    "a, [b] {c}",
    'don\'t "x"',
    "range: 1-9",
    "- item",
    "# more",
    "%",
)

names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_+-]{0,5}", fullmatch=True)
lengths = st.sampled_from(["150", "300.2 mm", "1e2", "30 cm"])
angles = st.sampled_from(["-30 deg", "0", "90", "007"])
resolutions = st.sampled_from(["auto", "off", "2", "2.1 A", "0.21 nm", "default"])
booleans = st.sampled_from(["true", "false", "default"])
titles = st.sampled_from(
    ["007", "1e5", "no", "1_000", "2026-03-01", "~", "a: b", "x # y", "[x", "don't", "Ångström"]
)
ranges = st.sampled_from(["1-900", "1-200, 401-600", "..600", "401..", "17"])
exclusions = st.lists(
    ranges
    | st.sampled_from(["test_0[2-3]*.cbf", "x_*1.cbf"])
    | st.fixed_dictionaries({"images": ranges, "reason": titles})
    | st.just({"every": "20", "from": "20"})
    | st.just({"degrees": "300..500"}),
    min_size=1,
    max_size=4,
)
masks = st.lists(
    st.just({"rectangle": ["487", "494", "0", "619"]})
    | st.just({"polygon": [["10", "10"], ["90", "10"], ["50", "80"]]})
    | st.just({"resolution": ["3.6 A", "3.7 A"]}),
    min_size=1,
    max_size=3,
)  # fmt: skip


def mapping(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of these keys, in any order."""
    return st.fixed_dictionaries({}, optional=keys).flatmap(
        lambda made: st.permutations(list(made)).map(
            lambda order: {key: made[key] for key in order}
        )
    )


geometry = mapping(
    distance=lengths,
    wavelength=st.sampled_from(["0.9795", "12.66 keV", "Cu"]),
    beam_center=st.just(["1231.5 px", "1263.0 px"]),
    rotation_axis=st.just(["-1", "0", "0"]) | st.just({"in_plane": "138.5 deg"}),
    oscillation=mapping(start=angles, width=st.just("-0.5 deg")),
)
of_sweeps = mapping(
    spots=mapping(images=st.just("all") | st.just({"total": "10", "ranges": "4", "within": "90"})),
    resolution=mapping(high=resolutions, low=resolutions),
    ice_rings=st.sampled_from(["auto", "keep", "default"]),
    indexing=mapping(lattice=st.just("oP"), refine=st.just("auto") | st.just(["cell", "beam"])),
)
of_jobs = mapping(
    engine=st.sampled_from(["auto", "xds", "dials"]),
    anomalous=booleans,
    resolution=mapping(high=resolutions, criteria=mapping(cc_half=st.just("0.3"), r_pim=st.just("off"))),
    free=mapping(fraction=st.just("5 %"), seed=st.just("007")),
    wavelengths=st.just({"decimals": "5"}),
)  # fmt: skip
sweeps = mapping(
    name=names,
    range=ranges,
    exclude=exclusions,
    settings=st.just({"kappa": "-30 deg", "phi": "0"}),
    dataset=names,
    geometry=geometry,
    masks=masks,
    processing=of_sweeps,
) | st.fixed_dictionaries({"+exclude": exclusions})
images = st.sampled_from(["data/x_####.cbf", "$raw/a b/x_####.cbf", "x_%04d.cbf", "y_????.cbf"])
short_sweeps = st.builds(
    "{}, {}, x_####.cbf, 1, 90".format, names, st.sampled_from(["raw", "$raw/b"])
)
jobs = st.builds(
    lambda rest, first, others: {**rest, "sweeps": [{"images": first[0], **first[1]}, *others], "sweepwright": "1"},
    mapping(
        name=names,
        title=titles,
        roots=st.dictionaries(names, st.just("/data/x y"), max_size=2),
        macros=st.just(["anomalous", {"spots-sampled": {"ranges": "4"}}]) | st.just("fast"),
        crystals=st.dictionaries(
            names,
            mapping(
                space_group=st.just("P 21 21 21"),
                cell=st.just(["78.1", "78.1", "78.1", "90", "90", "90"]),
                reference=st.just({"file": "$raw/r.mtz", "use": ["free", "cell"]}),
                processing=of_sweeps,
            ),
            max_size=2,
        ),
        geometry=geometry,
        masks=masks,
        processing=of_jobs,
        keywords=st.just({"xds": {"MINIMUM_ZETA": "0.05", "FRIEDEL'S_LAW": "FALSE"}, "aimless": ["REJECT 6"]}),
        expect=st.just(["completeness >= 95 %", "space_group in P 21 3 | P 2 3"]),
        outputs=mapping(mmcif=booleans, report=mapping(css=st.just("off"))),
    ),
    st.tuples(images, sweeps),
    st.lists(st.builds(lambda i, s: {**s, "images": i}, images, sweeps) | short_sweeps, max_size=3),
)  # fmt: skip


class Writing:
    """One way to write a job: layout, quotes and comments are drawn at each turn."""

    def __init__(self, draw: Any) -> None:
        self._draw = draw
        self.comments: list[str] = []

    def text(self, job: dict[str, Any]) -> str:
        lines = [*self._above(0), *self._mapping(job, 0), *self._above(0)]
        return "\n".join(lines) + "\n"

    def _one_of(self, *choices: Any) -> Any:
        return self._draw(st.sampled_from(choices))

    def _rarely(self) -> bool:
        return bool(self._draw(st.integers(0, 5)) == 0)

    def _comment(self) -> str:
        text = f"#{self._one_of('', ' ')}<{len(self.comments)}> {self._one_of(*_COMMENTS)}"
        self.comments.append(text)
        return text

    def _above(self, indent: int) -> list[str]:
        made = [""] * self._one_of(0, 0, 0, 1, 2)
        if self._rarely():
            made += [" " * indent + self._comment()] + [""] * self._one_of(0, 0, 1)
        return made

    def _beside(self) -> str:
        return self._one_of(" ", "   ") + self._comment() if self._rarely() else ""

    def _value(self, value: Any, head: str, indent: int) -> list[str]:
        """A value behind its key or dash, which stands at ``indent``."""
        if not isinstance(value, str) and value and not self._rarely():
            inner = self._block(value, head, indent)
            if head.endswith("-") and self._one_of(True, False):
                return [
                    head
                    + " " * (len(inner[0]) - len(inner[0].lstrip()) - len(head))
                    + inner[0].lstrip(),
                    *inner[1:],
                ]
            between = self._above(indent + 1)
            return [head + self._beside(), *between, *inner]
        if isinstance(value, str) and self._rarely():
            return [
                head + self._beside(),
                *self._above(indent + 1),
                " " * (indent + 1) + self._scalar(value) + self._beside(),
            ]
        return [f"{head} {self._flow(value, indent)}{self._beside()}"]

    def _block(self, value: Any, head: str, indent: int) -> list[str]:
        dash = head.endswith("-")
        step = self._draw(st.integers(2 if dash else 1, 4))
        if isinstance(value, dict):
            return self._mapping(value, indent + step)
        step = step if dash else self._draw(st.integers(0, 3))
        return self._sequence(value, indent + step)

    def _mapping(self, value: dict[str, Any], indent: int) -> list[str]:
        made: list[str] = []
        for number, (key, inner) in enumerate(value.items()):
            made += self._above(indent) if number else []
            made += self._value(inner, f"{' ' * indent}{self._scalar(key)}:", indent)
        return made

    def _sequence(self, value: list[Any], indent: int) -> list[str]:
        made: list[str] = []
        for number, inner in enumerate(value):
            made += self._above(indent) if number else []
            made += self._value(inner, f"{' ' * indent}-", indent)
        return made

    def _flow(self, value: Any, indent: int) -> str:
        if isinstance(value, str):
            return self._scalar(value)
        if isinstance(value, dict):
            parts = [f"{self._scalar(k)}: {self._flow(v, indent)}" for k, v in value.items()]
            return "{" + self._joined(parts, indent) + "}"
        return "[" + self._joined([self._flow(item, indent) for item in value], indent) + "]"

    def _joined(self, parts: list[str], indent: int) -> str:
        text, last = "", len(parts) - 1
        for number, part in enumerate(parts):
            text += part + ("," if number < last else "")
            if self._rarely():
                text += self._beside() + "\n" + " " * (indent + self._one_of(1, 7))
            elif number < last:
                text += " "
        return text

    def _scalar(self, text: str) -> str:
        """Bare where that is safe, else in quotes. A bare `default` is a word of the language."""
        if text == "default" or (_PLAIN.fullmatch(text) and not self._rarely()):
            return text
        if "'" in text or self._one_of(True, False):
            return f'"{text}"'
        return f"'{text}'"


@st.composite
def texts(draw: Any) -> tuple[str, list[str]]:
    """A job's text, and the comments in it."""
    writing = Writing(draw)
    return writing.text(draw(jobs)), writing.comments


def flow(value: Any) -> str:
    """Plain data on one line, every text but `default` in quotes."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(key)}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    return value if value == "default" else "'" + value.replace("'", "''") + "'"
