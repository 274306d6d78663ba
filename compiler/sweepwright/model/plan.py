"""A plan is data: steps, the files they read, and holes for what is not known yet.

The runner knows nothing of crystallography: it fills holes, starts programs, asks a judge by name,
and writes down what happened. So any folder with a valid ``plan.json`` can be run, also one that
was written by hand; `plan_schema` gives its JSON Schema.

Names
    A step's ``id`` is ``step@subject``. Its ``folder`` lies below the run folder; each attempt has a
    numbered folder in it (``sweeps/A/index/1``), and everything a step reads or writes is named
    relative to that. A `FileRef` names an output of an earlier step, never one of its attempts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    model_validator,
)

from sweepwright.model.types import MODULE

STEP_ID = r"^[a-z][a-z0-9_]*(@[A-Za-z0-9][A-Za-z0-9_+.-]*)?$"
_ANY, _NO_DOT = "[A-Za-z0-9._+@-]*", "[A-Za-z0-9_+@-]"
_NAME = rf"(\.|\.{{0,2}}{_NO_DOT}{_ANY}|\.{{3}}{_ANY})"
#: a path that stays below the folder it is relative to: names with slashes between, none of them ``..``
SAFE_PATH = rf"^{_NAME}(/{_NAME}?)*$"
PLAN_VERSION: Literal[1] = 1
StepId = Annotated[str, Field(pattern=STEP_ID)]
SafePath = Annotated[str, Field(pattern=SAFE_PATH)]


class PlanModel(BaseModel):
    """Frozen, and strict about what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Need(StrEnum):
    """How much of a reference must be there: the one file, all of several, or what succeeded.

    ``last`` is the file of the last of its steps that ran, none of which may have failed: what a
    corrective step that ran only where it was needed has made better.
    """

    ONE = "one"
    ALL = "all"
    PRESENT = "present"
    LAST = "last"


class FileRef(PlanModel):
    """An output of one or several earlier steps.

    ``link`` puts it into the step's folder under that name before the program starts (XDS reads
    fixed names); otherwise its relative path stands in the argument list.
    """

    steps: tuple[StepId, ...] = Field(min_length=1)
    name: SafePath
    need: Need = Need.ONE
    at_least: int = Field(default=1, ge=1)
    link: SafePath | None = None

    @model_validator(mode="after")
    def _one_step_for_one(self) -> FileRef:
        if self.need is Need.ONE and len(self.steps) != 1:
            raise ValueError("'need: one' names exactly one step")
        return self


@dataclass(frozen=True, slots=True)
class Filled:
    """A piece of text that a leaf gave: ``origin`` names layer and key, never a file or line.

    It is no model: a plan has very many of them, and they are made from values that were checked.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    text: str
    leaf: str
    origin: str = ""


class Hole(PlanModel):
    """A place that is filled when the step starts.

    ``decision`` is ``STEP.field`` of an earlier step's ``decision.json``, ``resource`` a thing of
    the machine; exactly one of them is given. ``nodes`` are the names of the machines of the
    allocation, at most ``most``. ``style`` names how the value is spelled.
    """

    leaf: str
    decision: str | None = None
    resource: Literal["threads", "memory", "scratch", "nodes"] | None = None
    most: int | None = Field(default=None, ge=1)
    style: str = "plain"
    origin: str = ""

    @model_validator(mode="after")
    def _exactly_one(self) -> Hole:
        if (self.decision is None) == (self.resource is None):
            raise ValueError("a hole names either a decision or a resource")
        return self

    @property
    def decided_by(self) -> str | None:
        """The id of the step whose decision fills the hole, if one does."""
        return None if self.decision is None else self.decision.rpartition(".")[0]


Piece = Filled | str | Hole
Line = tuple[Piece, ...]
Argument = str | FileRef | Filled | Hole


class LineTable(PlanModel):
    """A file as lines of pieces: literal text of the template, filled leaves, and holes.

    ``comment`` starts the origin comment at the end of a line; without it none is written.
    """

    name: SafePath
    lines: tuple[Line, ...]
    comment: str = ""

    @property
    def holes(self) -> tuple[Hole, ...]:
        """All holes of the file."""
        return tuple(piece for line in self.lines for piece in line if type(piece) is Hole)


class Output(PlanModel):
    """A file that the step must have written when it succeeds (unless it is ``optional``)."""

    name: SafePath
    role: str = ""
    optional: bool = False


class Condition(PlanModel):
    """When a step runs: an outcome of an earlier step, or a value of its decision."""

    step: StepId
    outcome: Literal["success", "soft-failure", "failure"] | None = None
    field: str | None = None
    equals: Any = None


class Attempt(PlanModel):
    """One rung of a ladder: the text for declared holes, and why this is tried."""

    set: dict[str, str] = Field(default_factory=dict)
    reason: str


class Step(PlanModel):
    """One program run, or one function of our own (``program`` begins with ``sweepwright:``).

    ``stdin`` is the file of the step that the program reads on its standard input. ``version`` is what
    the program said of itself when its files were checked; empty: it was not here, or does not matter.
    """

    id: StepId
    program: str
    argv: tuple[Argument, ...] = ()
    folder: SafePath
    files: tuple[LineTable, ...] = ()
    inputs: tuple[FileRef, ...] = ()
    outputs: tuple[Output, ...] = ()
    when: Condition | None = None
    attempts: tuple[Attempt, ...] = ()
    stdin: SafePath | None = None
    judge: str = "exit-code"
    threads: Literal["one", "share"] = "one"
    version: str = ""
    title: str = ""

    @model_validator(mode="after")
    def _reads_its_own_file(self) -> Step:
        if self.stdin is not None and self.stdin not in {table.name for table in self.files}:
            raise ValueError(f"'stdin: {self.stdin}' is no file of the step")
        return self

    @property
    def references(self) -> tuple[FileRef, ...]:
        """Every file of earlier steps that this one reads."""
        return (*self.inputs, *(item for item in self.argv if isinstance(item, FileRef)))

    @property
    def holes(self) -> tuple[Hole, ...]:
        """Every hole of the step's files and arguments."""
        in_files = tuple(hole for table in self.files for hole in table.holes)
        return (*in_files, *(item for item in self.argv if isinstance(item, Hole)))

    @property
    def after(self) -> tuple[str, ...]:
        """Ids of the steps that must have ended before this one starts, in order of mention."""
        ids = [step for reference in self.references for step in reference.steps]
        ids += [hole.decided_by for hole in self.holes if hole.decided_by]
        if self.when is not None:
            ids.append(self.when.step)
        return tuple(dict.fromkeys(ids))


class Result(PlanModel):
    """A file that the run delivers: an output of a step, under a name below the run folder."""

    path: SafePath
    step: StepId
    name: SafePath
    role: str


class Plan(PlanModel):
    """All steps of a run in an order in which they could run one after the other."""

    sweepwright_plan: Literal[1] = PLAN_VERSION
    name: str
    engine: str = ""
    steps: tuple[Step, ...]
    results: tuple[Result, ...] = ()
    modules: tuple[Annotated[str, Field(pattern=MODULE)], ...] = ()
    """Environment modules that are loaded before any program is started."""
    caveats: tuple[str, ...] = ()
    """What to bear in mind of results made in a non-default way."""

    @model_validator(mode="after")
    def _steps_in_order(self) -> Plan:
        seen: set[str] = set()
        folders: set[str] = set()
        for step in self.steps:
            if step.id in seen:
                raise ValueError(f"two steps have the id '{step.id}'")
            if step.folder in folders:
                raise ValueError(f"two steps have the folder '{step.folder}'")
            for wanted in step.after:
                if wanted not in seen:
                    raise ValueError(
                        f"step '{step.id}' needs '{wanted}', which is not an earlier step"
                    )
            seen.add(step.id)
            folders.add(step.folder)
        for result in self.results:
            if result.step not in seen:
                raise ValueError(f"result '{result.path}' names the unknown step '{result.step}'")
        return self

    def step(self, step_id: str) -> Step:
        """The step with this id. Raises KeyError where there is none."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)


def plan_schema() -> dict[str, Any]:
    """The JSON Schema of ``plan.json``."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Plan.model_json_schema()}
