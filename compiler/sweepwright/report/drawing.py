"""Pictures as data: lines, areas and words with a role each, drawn as SVG here and as PNG elsewhere.

Lengths are those of the picture, x to the right and y down. A role says what a mark means; `ROLES`
says how that looks. Colours have the names of the report page's, so that a picture in it is dark
where the page is.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from markupsafe import Markup, escape

Point = tuple[float, float]
COLOURS = {
    "paper": "#ffffff", "ink": "#1b2430", "soft": "#5a6675", "rule": "#d9dfe6", "panel": "#f5f7fa",
    "c1": "#0067a8", "c2": "#b84a00", "bad": "#9b1c1c",
}  # fmt: skip


class Look(NamedTuple):
    """Colours by name, width and dashes of the line, opacity and size of letters."""

    stroke: str | None = None
    fill: str | None = None
    width: float = 1.0
    dash: tuple[float, float] | None = None
    opacity: float = 1.0
    letters: float = 12.0


ROLES = {
    "detector": Look("ink", "panel", 1.6),
    "detector behind": Look("ink", "panel", 1.6, opacity=0.85),
    "frame": Look("ink", None, 1.6),
    "gap": Look(None, "rule"),
    "mask": Look("bad", "bad", 1.0, opacity=0.35),
    "left out": Look("bad", None, 1.2, (2, 3)),
    "ring": Look("soft", None, 0.9, (5, 4)),
    "beam": Look("c2", None, 1.8),
    "axis": Look("c1", None, 2.2),
    "axis still": Look("c1", None, 1.2, (6, 3)),
    "laboratory": Look("soft", None, 1.1),
    "crystal": Look("ink", "ink"),
    "title": Look(fill="ink", letters=14.0),
    "word": Look(fill="ink"),
    "note": Look(fill="soft", letters=11.0),
    "beam word": Look(fill="c2"),
    "axis word": Look(fill="c1"),
    "warning": Look(fill="bad"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points; ``closed`` makes it an area."""

    role: str
    points: tuple[Point, ...]
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """Words that begin, end or are centred at a point of their base line."""

    role: str
    at: Point
    text: str
    anchor: Literal["start", "middle", "end"] = "start"


@dataclass(frozen=True, slots=True)
class Pixels:
    """A PNG picture in a rectangle: left upper corner, width and height."""

    png: bytes
    at: Point
    size: Point


Mark = Line | Word | Pixels


@dataclass(frozen=True, slots=True)
class Picture:
    """Marks in the order of drawing; ``title`` says what is seen to those who cannot see it."""

    title: str
    size: Point
    marks: tuple[Mark, ...]


def arrow(role: str, points: Sequence[Point], head: float = 7.0) -> tuple[Line, Line]:
    """A line with a head at its last point; the head is filled in the line's colour."""
    (x0, y0), (x1, y1) = _last_stretch(points, head)
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 or 1.0
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    back = x1 - head * ux, y1 - head * uy
    wing = 0.42 * head
    corners = (
        (x1, y1), (back[0] - wing * uy, back[1] + wing * ux), (back[0] + wing * uy, back[1] - wing * ux),
    )  # fmt: skip
    return Line(role, tuple(points)), Line(f"{role} head", corners, closed=True)


def _last_stretch(points: Sequence[Point], head: float) -> tuple[Point, Point]:
    """The end of a curve over about the length of the head, so that the head follows it."""
    x1, y1 = points[-1]
    before = [p for p in points if (p[0] - x1) ** 2 + (p[1] - y1) ** 2 >= (head / 2) ** 2]
    return (before or [points[0]])[-1], points[-1]


def look(role: str) -> Look:
    """How a role looks; the head of an arrow has the line's colour all over."""
    if role.endswith(" head"):
        line = ROLES[role.removesuffix(" head")]
        return Look(None, line.stroke, opacity=line.opacity)
    return ROLES[role]


def svg(picture: Picture) -> Markup:
    """The picture as an SVG element that stands alone or in a page."""
    width, height = picture.size
    title = escape(picture.title)
    return Markup("\n").join(
        [
            Markup(
                '<svg xmlns="http://www.w3.org/2000/svg" class="picture" role="img" '
                f'viewBox="0 0 {width:g} {height:g}" aria-label="{title}" '
                'font-family="system-ui, DejaVu Sans, Arial, sans-serif">'
            ),
            Markup(f"<title>{title}</title>"),
            *(_drawn(mark) for mark in picture.marks),
            Markup("</svg>"),
        ]
    )


def _drawn(mark: Mark) -> Markup:
    if isinstance(mark, Pixels):
        data = base64.b64encode(mark.png).decode()
        (x, y), (width, height) = mark.at, mark.size
        return Markup(
            f'<image x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
            f'preserveAspectRatio="none" href="data:image/png;base64,{data}"/>'
        )
    looks = look(mark.role)
    if isinstance(mark, Word):
        x, y = mark.at
        return Markup(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{mark.anchor}" '
            f'font-size="{looks.letters:g}" fill="{_colour(looks.fill)}">{escape(mark.text)}</text>'
        )
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in mark.points) + ("Z" if mark.closed else "")
    dash = f' stroke-dasharray="{looks.dash[0]:g} {looks.dash[1]:g}"' if looks.dash else ""
    faint = f' opacity="{looks.opacity:g}"' if looks.opacity < 1 else ""
    return Markup(
        f'<path d="M{path}" fill="{_colour(looks.fill)}" stroke="{_colour(looks.stroke)}" '
        f'stroke-width="{looks.width:g}" stroke-linejoin="round"{dash}{faint}/>'
    )


def _colour(name: str | None) -> str:
    return f"var(--{name}, {COLOURS[name]})" if name else "none"
