"""The parts of a job that say how images are read, how the machine is used, and what is delivered."""

from __future__ import annotations

from typing import Annotated, Literal

from sweepwright.model import choice_types as c
from sweepwright.model import types as t
from sweepwright.model.section import Section


class ImageAccess(Section):
    """Where and how images are read; never changes results."""

    compressed: Literal["allow", "refuse", "unpack"] | None = None
    """Images compressed as a whole (.gz, .bz2): read as they are, refused, or unpacked to scratch."""
    plugin: t.Text | None = None
    """`auto`, or the id of a plug-in that a site record or the user's file defines."""
    prefer: t.Texts | None = None
    """Folders with a faster copy of the same files; used when present and equal in size."""


class Run(Section):
    """How the machine is used. Only `jobs` changes numbers, so it alone is pinned."""

    threads: t.AutoCount | None = None
    """Threads of the whole run; `auto`: all cores of the allocation, found when a step starts."""
    scaling_threads: t.AutoCount | None = None
    """Threads of scaling; `auto`: as `threads`."""
    jobs: c.JobNumbers | None = None
    """XDS's MAXIMUM_NUMBER_OF_JOBS, or {colspot: 1, integrate: 4}."""
    nodes: t.Count | None = None
    """Nodes of a cluster over which XDS is spread."""
    probe: t.Boolean | None = None
    """Compare the versions of the programs on the nodes with the lock first."""
    executor: t.Name | None = None
    """`local`, `slurm`, or an id that a site record or the user's file defines."""
    modules: t.Modules | None = None
    """Environment modules to load before a program starts, as `xds/20240630`."""


class Report(Section):
    """The report."""

    inline: t.Boolean | None = None
    """Everything in one HTML file that can be moved."""
    manual: t.Text | None = None
    """Where links to explanations lead: `online`, `local`, or an address."""
    pdf: t.Boolean | None = None
    """Also write report.pdf."""
    css: t.Text | None = None
    """A style sheet below the folder of the job, or `off`."""
    pictures: Literal["all", "final", "final-first", "none"] | None = None
    """Pictures of images with predictions."""


class Ispyb(Section):
    """XML for ISPyB."""

    file: t.FileName | None = None
    """Name of the file in results/."""
    local_elements: c.LocalElements | None = None
    """Elements of the site, e.g. [{at: AutoProcContainer/.../Image, sweep: A, set: {datasetID: 12345}}]."""


class Outputs(Section):
    """What is delivered."""

    report: Report = Report.model_construct()
    ispyb: Ispyb = Ispyb.model_construct()
    mmcif: t.Boolean | None = None
    """Write mmCIF for deposition."""
    anisotropy: t.AutoBoolean | None = None
    """Analyse anisotropy."""
    files: (
        Annotated[tuple[str, ...], t.Parsed(t.list_of(t.word_of("shelx"))), t.schema(type="array")]
        | None
    ) = None
    """Extra formats."""
    names: Literal["plain", "autoproc"] | None = None
    """`autoproc`: also write results under that system's file names."""
    keep: Literal["all", "final", "nothing-big"] | None = None
    """What stays in the run folder."""


class Lims(Section):
    """Identifiers of the experiment; carried into results, never changes processing."""

    source: t.Text | None = None
    """The system that the identifiers belong to, e.g. ispyb."""
    data_collection_ids: t.Texts | None = None
    """Identifiers of the data collections."""
