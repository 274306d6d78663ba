"""What POINTLESS says of symmetry elements, Laue groups, absences and space groups."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from ccp4_standin.absences import Candidate, Zone
from ccp4_standin.laue import Analysis, LaueGroup, joint_cc, r_meas, z_score
from ccp4_standin.logs import child, six
from ccp4_standin.observations import Unmerged, matrix_of, operator_text


def laue(root: ElementTree.Element, data: Unmerged, found: Analysis) -> None:
    print(f"Lattice point group: {found.lattice}")
    print("Reindexing or changing symmetry")
    print(
        f"Reindex operator from input cell to lattice cell: {operator_text(found.lattice_operator)}\n"
    )
    print(f"Lattice unit cell after reindexing: deviation {found.delta:.2f} degrees")
    print(f"{six(found.lattice_cell)}\n")
    print(
        f"Resolution range reset to {data.spacing().max():8.2f} to {found.high:8.2f}\n"
        "   using Mn(I/sigmaI) cutoff    6.0\n"
    )
    print(
        f"Estimated E(CC) of true correlation coefficient from identity = {found.expected:6.3f}\n"
    )
    child(child(root, "LatticeSymmetry"), "LatticegroupName", found.lattice)
    _elements(root, found)
    _groups(root, found)


def _elements(root: ElementTree.Element, found: Analysis) -> None:
    print("<!--SUMMARY_BEGIN-->\n\nScores for each symmetry element\n")
    print("Nelmt  Lklhd  Z-cc    CC        N  Rmeas    Symmetry & operator (in Lattice Cell)\n")
    scores = child(root, "ElementScores")
    for number, one in enumerate(found.elements, 1):
        stars = _stars(one.likelihood) if one.name != "identity" else ""
        print(
            f"{number:3d} {one.likelihood:7.3f} {one.z_cc:6.2f} {one.cc:6.2f} {one.count:7d}"
            f" {r_meas([one]):6.3f} {stars:<3} {one.name} {one.operators}".rstrip()
        )
        made = child(scores, "Element")
        child(made, "number", number)
        child(made, "Likelihood", f"{one.likelihood:.3f}")
        child(made, "ZCC", f"{one.z_cc:.2f}")
        child(made, "CC", f"{one.cc:.2f}")
        child(made, "NCC", one.count)
        child(made, "R", f"{r_meas([one]):.3f}")
        child(made, "SymmetryElementString", one.name)
        if stars:
            child(made, "ElementScoreStars", stars)
    print("\n<!--SUMMARY_END-->\n")


def _stars(likelihood: float) -> str:
    return "*" * sum(likelihood > limit for limit in (0.5, 0.7, 0.9))


def _groups(root: ElementTree.Element, found: Analysis) -> None:
    print("Accepted Laue groups are marked '>'")
    print("The HKLIN Laue group is marked '=' if accepted, '-' if rejected\n")
    print("<!--SUMMARY_BEGIN-->\n")
    print(
        "   Laue Group        Lklhd   NetZc  Zc+   Zc-    CC    CC-  Rmeas   R-  Delta"
        " ReindexOperator\n"
    )
    scores = child(root, "LaueGroupScoreList")
    for number, one in enumerate(found.groups, 1):
        plus, minus = z_score(one.members), z_score(one.others)
        print(
            f"{one.mark()}{number:2d} {one.name:>11} {_stars(one.likelihood):>4} {one.likelihood:6.3f}"
            f" {plus - minus:6.2f} {plus:5.2f} {minus:5.2f} {joint_cc(one.members):6.2f}"
            f" {joint_cc(one.others):5.2f} {r_meas(one.members):6.2f} {r_meas(one.others):5.2f}"
            f" {one.delta:5.1f} {operator_text(one.operator)}"
        )
        made = child(scores, "LaueGroupScore", Accept=_acceptance(one))
        child(made, "number", number)
        child(made, "LaueGroupName", one.name)
        child(made, "Likelihood", f"{one.likelihood:.3f}")
        child(made, "NetZCC", f"{plus - minus:.2f}")
        child(made, "ZCC_plus", f"{plus:.2f}")
        child(made, "ZCC_minus", f"{minus:.2f}")
        child(made, "CC", f"{joint_cc(one.members):.2f}")
        child(made, "R", f"{r_meas(one.members):.2f}")
        child(made, "CellDelta", f"{one.delta:.1f}")
        child(made, "ReindexOperator", operator_text(one.operator))
        numbers = " ".join(f"{x:g}" for x in matrix_of(one.operator).ravel())
        child(made, "ReindexMatrix", numbers)
    print("\n\n<!--SUMMARY_END-->\n")


def _acceptance(one: LaueGroup) -> str:
    if one.original:
        return "Original" if one.accepted else "OriginalRejected"
    return "Accepted" if one.accepted else "NotAccepted"


def absences(root: ElementTree.Element, found: Sequence[tuple[LaueGroup, Sequence[Zone]]]) -> None:
    scores = child(root, "ZoneScoreList")
    if not any(zones for _, zones in found):
        print("No zones can tell the space groups apart\n")
        return
    print(f"{'*' * 56}\n\nTesting Lauegroups for systematic absences\n{'-' * 42}\n")
    print("<!--SUMMARY_BEGIN-->\n")
    print("         Zone                Number PeakHeight  SD  Probability  ReflectionCondition\n")
    for group, zones in found:
        if zones:
            print(f"Zones for Laue group {group.name}")
            _zones(scores, zones)
    print("\n<!--SUMMARY_END-->\n")


def _zones(scores: ElementTree.Element, found: Sequence[Zone]) -> None:
    for number, one in enumerate(found, 1):
        made = child(scores, "Zone")
        child(made, "ZoneType", one.name)
        child(made, "Condition", one.condition)
        child(made, "Nobs", len(one.rows) if one.known() else 0)
        if not one.known():
            print(f" {number} {one.name:<26}  No observations")
            continue
        print(
            f" {number} {one.name:<26} {len(one.rows):5d} {one.peak:7.3f} {one.spread:7.3f}"
            f" {_stars(one.probability):>4} {one.probability:6.3f}   {one.condition}"
        )
        child(made, "PeakHeight", f"{one.peak:.3f}")
        child(made, "SDPkHt", f"{one.spread:.3f}")
        child(made, "Prob", f"{one.probability:.3f}")


def space_groups(root: ElementTree.Element, found: Sequence[Candidate]) -> None:
    print("\nPossible spacegroups:\n--------------------\n")
    print("   Spacegroup         TotProb SysAbsProb     Reindex         Conditions\n")
    scores = child(root, "SpacegroupList")
    before = None
    for one in found:
        if before is not None and abs(before - one.total) > 0.001:
            print("    ..........")
        before = one.total
        number = one.group.type().number()
        text = operator_text(one.laue.operator)
        shown = "" if text == "[h,k,l]" else text
        print(
            f"{f'<{one.name}>':>15} ({number:3d}) {one.total:8.3f} {one.probability:6.3f}"
            f" {shown:<24} {one.conditions}".rstrip()
        )
        made = child(scores, "Spacegroup")
        child(made, "SpacegroupName", one.name)
        child(made, "SGnumber", number)
        child(made, "TotalProb", f"{one.total:.3f}")
        child(made, "SysAbsProb", f"{one.probability:.3f}")
        child(made, "CenProb", "1.000")
        child(made, "ReindexOperator", text)
        child(
            made, "ReindexMatrix", " ".join(f"{x:g}" for x in matrix_of(one.laue.operator).ravel())
        )
        child(made, "Condition", one.conditions)
    print(f"\n\n{'-' * 63}\n\n")


def choice(best: Sequence[Candidate], kind: str, name: str) -> None:
    if len(best) > 1:
        print("Choosing between possible best groups:\n")
        print("    Space group     Point group            Reindex\n")
        for one in best:
            print(f"{one.name:>15} {operator_text(one.laue.operator):>40}")
    why = {
        "point group": "as multiple space groups have the same score",
        "space group": "as solutions are enantiomorphic"
        if len(best) > 1
        else "as there is a single space group with the highest score",
    }
    print(f"\nSelecting {kind} {name} {why[kind]}")


def confidence(space_group: float, laue_group: float) -> None:
    formula = "(= Sqrt(Score * (Score - NextBestScore)))"
    print(f"\nSpace group confidence {formula} = {space_group:8.2f}")
    print(f"\nLaue group confidence  {formula} = {laue_group:8.2f}\n")
