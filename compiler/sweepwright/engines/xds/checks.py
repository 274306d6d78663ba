"""What XDS, or this release with it, cannot do of a job."""

from __future__ import annotations

from collections.abc import Iterator

from sweepwright.engines import damage
from sweepwright.engines.keyword_checks import given_keywords, without_step
from sweepwright.engines.lattice_checks import lattice_of_group, one_lattice
from sweepwright.engines.xds.instrument import family
from sweepwright.model.diagnostic import Diagnostic, error, warning
from sweepwright.model.job_resolved import ResolvedJob, ResolvedSweep
from sweepwright.model.resolved import Layer
from sweepwright.programs.xds.names import STRANGE

#: where a job gives XDS's word for a detector
_DETECTOR = tuple(
    f"keywords[{program}].DETECTOR"
    for program in ("xds", "xds.init", "xds.colspot", "xds.integrate")
)


def check(job: ResolvedJob) -> list[Diagnostic]:
    """What this release cannot do with XDS."""
    found: list[Diagnostic] = []
    for group in job.groups:
        number, cell = group.leaves["space_group_number"], group.leaves["cell"]
        if number.value is not None and cell.value is None:
            message = f"XDS wants the cell together with the space group (crystal {group.name})"
            found.append(
                error(
                    "SW-E004", message, group.leaves["space_group"].origin.span, help="Add 'cell:'."
                )
            )
        if cell.value is not None and number.value is None:
            message = f"XDS wants the space group together with the cell (crystal {group.name})"
            help_ = "Add 'space_group:'; of an unknown one XDS finds the cell itself."
            found.append(error("SW-E004", message, cell.origin.span, help=help_))
        found += [*lattice_of_group(group), *one_lattice(group)]
    for sweep in job.sweeps:
        if sweep.extent[0] < 1:
            message = (
                f"sweep {sweep.name}: XDS counts images from 1, the first is {sweep.extent[0]}"
            )
            found.append(error("SW-E005", message, help="Leave image 0 out with 'range:'."))
    found += [item for sweep in job.sweeps for item in _path(sweep)]
    for sweep in job.sweeps:
        found += _plugin(sweep)
        found += _masks(sweep)
        found += _detector(sweep)
    found += _keywords(job)
    program = job.leaves["processing.scaling.program"]
    if program.value == "dials":
        message = "data of XDS are not scaled by DIALS"
        help_ = "Write aimless, xscale, or auto; or process with the engine dials."
        found.append(error("SW-E058", message, program.origin.span, help=help_))
    found += _zero_dose(job)
    found += _nodes(job)
    return found


def _nodes(job: ResolvedJob) -> Iterator[Diagnostic]:
    """Jobs are what XDS deals out over nodes."""
    nodes, jobs = job.leaves["run.nodes"], max(job.leaves["run.jobs"].known)
    if nodes.known > jobs:
        message = f"XDS cannot be spread over {nodes.known} nodes: 'run.jobs' is {jobs}"
        help_ = f"Write 'jobs: {nodes.known}' or more under 'run:', which changes numbers."
        yield error("SW-E075", message, nodes.origin.span, help=help_)


def _zero_dose(job: ResolvedJob) -> Iterator[Diagnostic]:
    """Of the programs that scale, XSCALE alone extrapolates."""
    program = job.leaves["processing.scaling.program"].known
    for group in job.groups:
        asked = group.leaves[damage.ZERO_DOSE]
        if asked.known and program != "xscale":
            tell = warning if asked.origin.layer is Layer.MACRO else error
            message = f"'{damage.ZERO_DOSE}' is for XSCALE alone, and data are scaled by {program}"
            help_ = "Write 'scaling: {program: xscale}' under 'processing:'."
            yield tell("SW-E010", message, asked.origin.span, help=help_)


def _keywords(job: ResolvedJob) -> Iterator[Diagnostic]:
    given = given_keywords(job, ("xds", "xscale", "pointless", "aimless"))
    if not given:
        return
    from sweepwright.engines.xds import correct, index, integrate  # few jobs have keywords
    from sweepwright.engines.xds.group import scaling_programs
    from sweepwright.engines.xds.instrument import readers

    until = job.leaves["processing.until"].known
    stages = [index.STAGE] if until == "indexing" else [index.STAGE, integrate.STAGE, correct.STAGE]
    running = list(readers(" ".join(stages)))
    if until == "end":
        running += scaling_programs(job)
    yield from without_step(given, running)


def _plugin(sweep: ResolvedSweep) -> list[Diagnostic]:
    """XDS has no reader of its own for HDF5."""
    if not sweep.template.one_file or "plugin.file" in sweep.leaves:
        return []
    message = f"sweep {sweep.name}: XDS reads HDF5 only through a plug-in, and none is found here"
    help_ = (
        "Put durin-plugin.so or dectris-neggia.so beside xds_par, or say where it is: "
        "--plugin durin=FILE, or 'plugins:' in the user's file. Or use the engine dials."
    )
    return [warning("SW-E024", message, sweep.leaves["images"].origin.span, help=help_)]


def _detector(sweep: ResolvedSweep) -> list[Diagnostic]:
    """A detector of no known family, unless the job gives XDS's word for it."""
    kind = family(sweep)
    if not kind.unknown or any(sweep.leaves.get(key) is not None for key in _DETECTOR):
        return []
    message = (
        f"sweep {sweep.name}: it is not known what XDS calls this detector; "
        f"'DETECTOR= {kind.keyword}' is written"
    )
    help_ = "Give the word with 'keywords: {xds: {DETECTOR: ...}}'."
    return [warning("SW-E022", message, sweep.leaves["images"].origin.span, help=help_)]


def _path(sweep: ResolvedSweep) -> list[Diagnostic]:
    """XDS ends a name at a blank, and takes the rest of a line behind ! for a comment."""
    template = sweep.seen
    strange = sorted(set(STRANGE.findall(f"{template.folder}{template.prefix}{template.suffix}")))
    if not strange:
        return []
    shown = " ".join("a blank" if sign.isspace() else f"'{sign}'" for sign in strange)
    message = f"sweep {sweep.name}: XDS cannot read a path that holds {shown}"
    help_ = "Rename the images, or make links to them with plain names."
    return [error("SW-E020", message, sweep.leaves["images"].origin.span, help=help_)]


def _masks(sweep: ResolvedSweep) -> list[Diagnostic]:
    leaf = sweep.leaves.get("masks")
    found = []
    for mask in leaf.known or () if leaf is not None else ():
        if mask.kind == "polygon" and len(mask.numbers) != 8:
            message = f"sweep {sweep.name}: XDS takes polygons of four corners only"
            found.append(error("SW-E013", message, leaf.origin.span if leaf else None))
    return found
