"""The results of a run as values, and ``results.json`` in its published shape.

Fractions are fractions (0.952, not 95.2 %), resolutions and wavelengths are in A, cells in A and
degrees. What is not defined for the data is null, never NaN.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sweepwright.model.verdict import Finding

SCHEMA_VERSION: Literal[1] = 1


class _Value(BaseModel):
    """A frozen value; the JSON keys are the aliases where there are any."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True
    )

    def to_json(self) -> dict[str, Any]:
        """The value as plain data."""
        return self.model_dump(mode="json", by_alias=True)


class RValues(StrEnum):
    """Which observations are expected to agree: of I+ and of I- each, or of both."""

    WITHIN = "within I+/I-"
    ALL = "all I+ and I-"


class ShellStatistics(_Value):
    """Merging statistics of one shell, or of all shells; ``statistics`` defines each of them."""

    d_max: float
    d_min: float
    observations: int
    unique: int
    possible: int
    completeness: float | None
    multiplicity: float | None
    mean_i_over_sigma: float | None
    r_values: RValues
    r_merge: float | None
    r_meas: float | None
    r_pim: float | None
    r_merge_all: float | None
    r_meas_all: float | None
    r_pim_all: float | None
    r_merge_within: float | None
    r_meas_within: float | None
    r_pim_within: float | None
    cc_half: float | None
    cc_half_n: int
    anomalous_completeness: float | None
    anomalous_multiplicity: float | None
    cc_ano: float | None
    cc_ano_n: int
    r_anom: float | None
    sig_ano: float | None


class MergingStatistics(_Value):
    """The statistics of one merged set: ``statistics.json``. Shells go from low to high resolution."""

    anomalous: bool
    binning: Literal["equal volume"] = "equal volume"
    overall: ShellStatistics
    inner: ShellStatistics
    outer: ShellStatistics
    shells: tuple[ShellStatistics, ...]


class MergedSet(_Value):
    """One merged set: a data set of a group of crystals that were scaled together."""

    group: str
    dataset: str
    sweeps: tuple[str, ...]
    space_group: str
    cell: tuple[float, float, float, float, float, float]
    wavelength_a: float = Field(alias="wavelength_A")
    overall: ShellStatistics
    inner: ShellStatistics
    outer: ShellStatistics


class OutputState(StrEnum):
    """Whether a result file is there; ``not_possible`` states its reason."""

    MADE = "made"
    NOT_ASKED = "not_asked"
    NOT_POSSIBLE = "not_possible"


class Output(_Value):
    """A result file, its path relative to the run folder and what it is for."""

    path: str
    role: str
    state: OutputState = OutputState.MADE
    reason: str = ""


class Results(_Value):
    """All that a run found: ``results.json``."""

    schema_version: Literal[1] = Field(default=SCHEMA_VERSION, alias="schema")
    sets: tuple[MergedSet, ...] = ()
    outputs: tuple[Output, ...] = ()
    findings: tuple[Finding, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The content of ``results.json``; the keys of a single set stand at the top as well."""
        document = super().to_json()
        only = document["sets"][0] if len(self.sets) == 1 else {}
        return {**document, **only}


def results_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of ``results.json``."""
    schema = Results.model_json_schema(by_alias=True, mode="serialization")
    repeated = schema["$defs"]["MergedSet"]["properties"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "properties": {**schema["properties"], **repeated},
        "required": ["schema", "sets", "outputs", "findings"],
    }
