"""Texts as people and programs spoil them, for readers that must say what is wrong with any text."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

_KINDS = ("drop", "double", "swap", "word", "word", "text", "cut")


@st.composite
def mangled(draw: st.DrawFn, text: str, more_words: Iterable[str] = ()) -> str:
    """``text`` with up to five lines spoilt; words are put in the place of others."""
    lines = text.splitlines()
    words = sorted({*text.split(), *more_words})
    for _ in range(draw(st.integers(1, 5))):
        index = draw(st.integers(0, len(lines) - 1))
        kind = draw(st.sampled_from(_KINDS))
        if kind == "drop" and len(lines) > 1:
            del lines[index]
        elif kind == "double":
            lines.insert(index, lines[index])
        elif kind == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[index], lines[other] = lines[other], lines[index]
        elif kind == "word":
            parts = lines[index].split() or [""]
            parts[draw(st.integers(0, len(parts) - 1))] = draw(st.sampled_from(words))
            lines[index] = " ".join(parts)
        elif kind == "text":
            lines[index] += draw(st.text(max_size=4))
        else:
            lines[index] = lines[index][: draw(st.integers(0, len(lines[index])))]
    return "\n".join(lines)
