"""The 44 lattice characters of the International Tables (Volume A, table 9.2.5.1).

With A, B, C the squares of the reduced cell's edges and D, E, F the products b c, a c, a b, each
character has conditions between them; ``QUALITY OF FIT`` is 500 times the sum of what they are
missed by, divided by A. For likely lattices this gives the numbers of published logs of XDS to their
last digit; it is not known to be the program's formula, and for unlikely ones it is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: character, Bravais type, type of the cell, what is zero in A B C D E F, rows of the new axes
_CHARACTERS = """
1 cF I  A-B B-C D-A/2 E-A/2 F-A/2      ; 1 -1 1  1 1 -1  -1 1 1
2 hR I  A-B B-C D-E E-F                ; 1 -1 0  -1 0 1  -1 -1 -1
3 cP II A-B B-C D E F                  ; 1 0 0  0 1 0  0 0 1
4 hR II A-B B-C D-E E-F                ; 1 -1 0  -1 0 1  -1 -1 -1
5 cI II A-B B-C D+A/3 E+A/3 F+A/3      ; 1 0 1  1 1 0  0 1 1
6 tI II A-B B-C D-E D+E+F+A            ; 0 1 1  1 0 1  1 1 0
7 tI II A-B B-C E-F D+E+F+A            ; 1 0 1  1 1 0  0 1 1
8 oI II A-B B-C D+E+F+A                ; -1 -1 0  -1 0 -1  0 -1 -1
9 hR I  A-B D-A/2 E-A/2 F-A/2          ; 1 0 0  -1 1 0  -1 -1 3
10 mC I A-B D-E                        ; 1 1 0  1 -1 0  0 0 -1
11 tP II A-B D E F                     ; 1 0 0  0 1 0  0 0 1
12 hP II A-B D E F+A/2                 ; 1 0 0  0 1 0  0 0 1
13 oC II A-B D E                       ; 1 1 0  -1 1 0  0 0 1
14 mC II A-B D-E                       ; 1 1 0  -1 1 0  0 0 1
15 tI II A-B D+A/2 E+A/2 F             ; 1 0 0  0 1 0  1 1 2
16 oF II A-B D-E D+E+F+A               ; -1 -1 0  1 -1 0  1 1 2
17 mC II A-B D+E+F+A                   ; 1 -1 0  1 1 0  -1 0 -1
18 tI I  B-C D-A/4 E-A/2 F-A/2         ; 0 -1 1  1 -1 -1  1 0 0
19 oI I  B-C E-A/2 F-A/2               ; -1 0 0  0 -1 1  -1 1 1
20 mC I  B-C E-F                       ; 0 1 1  0 1 -1  -1 0 0
21 tP II B-C D E F                     ; 0 1 0  0 0 1  1 0 0
22 hP II B-C D+B/2 E F                 ; 0 1 0  0 0 1  1 0 0
23 oC II B-C E F                       ; 0 1 1  0 -1 1  1 0 0
24 hR II B-C E+A/3 F+A/3 D+E+F+B/2+A/2 ; 1 2 1  0 -1 1  1 0 0
25 mC II B-C E-F                       ; 0 1 1  0 -1 1  1 0 0
26 oF I  D-A/4 E-A/2 F-A/2             ; 1 0 0  -1 2 0  -1 0 2
27 mC I  E-A/2 F-A/2                   ; -1 2 0  -1 0 0  0 -1 1
28 mC I  E-A/2 F-2D                    ; -1 0 0  -1 0 2  0 1 0
29 mC I  F-A/2 E-2D                    ; 1 0 0  1 -2 0  0 0 -1
30 mC I  D-B/2 F-2E                    ; 0 1 0  0 1 -2  -1 0 0
31 aP I                                ; 1 0 0  0 1 0  0 0 1
32 oP II D E F                         ; 1 0 0  0 1 0  0 0 1
33 mP II D F                           ; 1 0 0  0 1 0  0 0 1
34 mP II D E                           ; -1 0 0  0 0 -1  0 -1 0
35 mP II E F                           ; 0 -1 0  -1 0 0  0 0 -1
36 oC II E+A/2 D F                     ; 1 0 0  -1 0 -2  0 1 0
37 mC II E+A/2 F                       ; 1 0 2  1 0 0  0 1 0
38 oC II F+A/2 D E                     ; -1 0 0  1 2 0  0 0 -1
39 mC II F+A/2 E                       ; -1 -2 0  -1 0 0  0 0 -1
40 oC II D+B/2 E F                     ; 0 -1 0  0 1 2  -1 0 0
41 mC II D+B/2 F                       ; 0 -1 -2  0 -1 0  -1 0 0
42 oI II D+B/2 E+A/2 F                 ; -1 0 0  0 -1 0  1 1 2
43 mI II D+E+F+B/2+A/2 2D+F+B          ; -1 0 0  -1 -1 -2  0 -1 0
44 aP II                               ; 1 0 0  0 1 0  0 0 1
"""


@dataclass(frozen=True)
class Character:
    number: int
    bravais: str
    quality: float
    """0 (perfect) to 999"""
    cell: tuple[float, ...]
    matrix: NDArray[np.int64]
    """rows: the new axes in the given ones, which are those of a reduced cell"""


def characters(cell: Sequence[float]) -> list[Character]:
    """All 44 by falling likelihood, of a reduced primitive cell."""
    metric = metric_of(cell)
    found = (_character(row, metric) for row in _CHARACTERS.strip().splitlines())
    return sorted(found, key=lambda one: (one.quality, -one.number))


def _character(row: str, metric: Floats) -> Character:
    said, matrix_text = row.split(";")
    number, bravais, kind, *conditions = said.split()
    signs, missed = _of_type(metric, positive=kind == "I")
    turned = metric * np.outer(signs, signs)
    values = dict(zip("ABCDEF", turned[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]], strict=True))
    missed += sum(abs(_value(condition, values)) for condition in conditions)
    matrix = np.array(matrix_text.split(), int).reshape(3, 3) * signs
    quality = min(999.0, 500 * missed / values["A"])
    return Character(int(number), bravais, quality, cell_of(matrix @ metric @ matrix.T), matrix)


def _of_type(metric: Floats, *, positive: bool) -> tuple[NDArray[np.int64], float]:
    """Signs of the axes that make all products positive (or negative), as far as they can.

    Two axes or none change their sign; also by how much the products miss what was wanted.
    """
    products = metric[[1, 0, 0], [2, 2, 1]]
    choices = [np.array(signs) for signs in ((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1))]
    wanted = 1 if positive else -1

    def missed(signs: NDArray[np.int64]) -> float:
        turned = products * signs[[1, 0, 0]] * signs[[2, 2, 1]] * wanted
        return float(-turned[turned < 0].sum())

    best = min(choices, key=missed)
    return best, missed(best)


def _value(condition: str, values: dict[str, float]) -> float:
    """Of a sum such as ``2D+F+B/2``."""
    total = 0.0
    for term in condition.replace("-", "+-").split("+"):
        if term:
            letter = next(sign for sign in term if sign in "ABCDEF")
            before, after = term.split(letter)
            factor = float(before + "1") if before in ("", "-") else float(before)
            total += factor * values[letter] / float(after[1:] or 1)
    return total


def metric_of(cell: Sequence[float]) -> Floats:
    lengths = np.array(cell[:3])
    cosines = np.cos(np.radians(cell[3:6]))
    angles = np.eye(3)
    angles[[1, 0, 0], [2, 2, 1]] = angles[[2, 2, 1], [1, 0, 0]] = cosines
    product: Floats = np.outer(lengths, lengths) * angles
    return product


def cell_of(metric: Floats) -> tuple[float, ...]:
    lengths = np.sqrt(np.diag(metric))
    cosines = metric[[1, 0, 0], [2, 2, 1]] / (lengths[[1, 0, 0]] * lengths[[2, 2, 1]])
    return *map(float, lengths), *map(float, np.degrees(np.arccos(cosines)))


def similar(cell: Sequence[float], wanted: Sequence[float], limits: tuple[float, float]) -> bool:
    """``limits``: part of a length, degrees."""
    lengths = np.abs(np.array(cell[:3]) / np.array(wanted[:3]) - 1)
    angles = np.abs(np.array(cell[3:]) - np.array(wanted[3:]))
    return bool(lengths.max() < limits[0] and angles.max() < limits[1])
