"""Pictures as PNG, drawn with Pillow at twice the size and made smaller, so that edges are smooth."""

from __future__ import annotations

import io
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFont

from sweepwright.report.drawing import COLOURS, Line, Look, Picture, Pixels, Point, Word, look

#: pixels of the file for each unit of the picture, and how many of those are drawn for one
_SCALE, _FINE = 2, 2
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}
_OPAQUE = 255
#: signs that the letters of Pillow lack
_PLAIN = str.maketrans("Å×", "Ax")


def png(picture: Picture) -> bytes:
    """The picture as a PNG file."""
    factor = _SCALE * _FINE
    width, height = (round(length * factor) for length in picture.size)
    canvas = Image.new("RGB", (width, height), COLOURS["paper"])
    pen = ImageDraw.Draw(canvas, "RGBA")  # what lets light through lies on what is below it
    for mark in picture.marks:
        if isinstance(mark, Pixels):
            canvas.paste(*_pixels(mark, factor))
        elif isinstance(mark, Word):
            _word(pen, mark, factor)
        else:
            _line(pen, mark, factor)
    out = io.BytesIO()
    small = canvas.resize((width // _FINE, height // _FINE), Image.Resampling.LANCZOS)
    small.save(out, "PNG", optimize=True)
    return out.getvalue()


def _pixels(mark: Pixels, factor: int) -> tuple[Image.Image, tuple[int, int]]:
    size = round(mark.size[0] * factor), round(mark.size[1] * factor)
    image = Image.open(io.BytesIO(mark.png))
    return image.convert("RGB").resize(size, Image.Resampling.BOX), (
        round(mark.at[0] * factor),
        round(mark.at[1] * factor),
    )


def _word(pen: ImageDraw.ImageDraw, mark: Word, factor: int) -> None:
    looks = look(mark.role)
    font = ImageFont.load_default(looks.letters * factor)
    place = mark.at[0] * factor, mark.at[1] * factor
    fill, anchor = _colour(looks.fill, 1.0), _ANCHORS[mark.anchor]
    pen.text(place, mark.text.translate(_PLAIN), font=font, fill=fill, anchor=anchor)


def _line(pen: ImageDraw.ImageDraw, mark: Line, factor: int) -> None:
    looks = look(mark.role)
    points = [(x * factor, y * factor) for x, y in mark.points]
    if mark.closed:
        if looks.fill:
            pen.polygon(points, fill=_colour(looks.fill, looks.opacity))
        points = [*points, points[0]]
    if looks.stroke:
        fill, width = _colour(looks.stroke, looks.opacity), round(looks.width * factor)
        for stretch in _dashes(points, looks, factor):
            pen.line(stretch, fill=fill, width=width, joint="curve")


def _dashes(points: list[Point], looks: Look, factor: int) -> list[list[Point]]:
    """The line cut into its dashes; the whole line when it has none."""
    if looks.dash is None:
        return [points]
    on, off = (length * factor for length in looks.dash)
    found: list[list[Point]] = []
    walked = 0.0
    for (x0, y0), (x1, y1) in pairwise(points):
        length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
        at = 0.0
        while at < length:
            phase = (walked + at) % (on + off)
            step = min((on if phase < on else on + off) - phase + 1e-6, length - at)
            if phase < on:
                found.append(
                    [
                        (x0 + (x1 - x0) * t / length, y0 + (y1 - y0) * t / length)
                        for t in (at, at + step)
                    ]
                )
            at += step
        walked += length
    return found


def _colour(name: str | None, opacity: float) -> tuple[int, int, int, int]:
    text = COLOURS[name or "ink"]
    red, green, blue = (int(text[i : i + 2], 16) for i in (1, 3, 5))
    return red, green, blue, round(_OPAQUE * opacity)
