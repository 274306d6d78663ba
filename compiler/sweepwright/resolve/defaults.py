"""The defaults of the job language, version 1. They belong to the language: a release never moves them."""

from collections.abc import Mapping
from typing import Any

from sweepwright.model.choice_types import Grouping, Jobs, SiteChoice

#: leaves of the job alone
JOB_DEFAULTS: Mapping[str, Any] = {
    "title": "",
    "project": "sweepwright",
    "site": SiteChoice("auto"),
    "processing.engine": "auto",
    "processing.until": "end",
    "processing.wavelengths": Grouping("tolerance", 0.00005),
    "processing.merging.group": "crystal",
    "processing.scaling.program": "auto",
    "image_access.compressed": "allow",
    "image_access.plugin": "auto",
    "image_access.prefer": (),
    "run.threads": "auto",
    "run.scaling_threads": "auto",
    "run.jobs": Jobs(1, 1),
    "run.modules": (),
    "run.nodes": 1,
}

#: leaves of a group of sweeps
GROUP_DEFAULTS: Mapping[str, Any] = {
    "enforce": True,
    "processing.indexing.related": "auto",
    "processing.anomalous": "auto",
    "processing.protect_anomalous": "off",
    "processing.resolution.high": "auto",
    "processing.resolution.low": "auto",
    "processing.resolution.criteria.cc_half": 0.3,
    "processing.resolution.criteria.i_over_sigma": 1.0,
    "processing.resolution.criteria.r_pim": 0.0,
    "processing.resolution.criteria.completeness": 0.0,
    "processing.scaling.absorption": "auto",
    "processing.damage.report": False,
    "processing.damage.zero_dose": False,
    "processing.damage.cut_back": False,
    "processing.free.fraction": 0.05,
    "processing.free.seed": 1,
}

#: leaves of a sweep; those that headers often lack, too. A leaf that is not here must be given
SWEEP_DEFAULTS: Mapping[str, Any] = {
    "processing.spots.images": None,
    "processing.indexing.attempts": 6,
    "processing.indexing.beam_search": "after-failure",
    "processing.integration.cycles": 2,
    "processing.indexing.lattice": "auto",
    "processing.indexing.max_cell": "auto",
    "processing.indexing.refine": "auto",
    "processing.resolution.high": "auto",
    "processing.resolution.low": "auto",
    "processing.ice_rings": "auto",
    "geometry.rotation_axis": (1.0, 0.0, 0.0),
    "geometry.two_theta": 0.0,
    "geometry.polarization.fraction": 0.99,
    "geometry.polarization.normal": (0.0, 1.0, 0.0),
    "geometry.overload": None,
    "geometry.sensor.material": None,
    "geometry.sensor.thickness": None,
}

#: leaf of a sweep -> field of `ImageFacts`
FROM_HEADER: Mapping[str, str] = {
    "geometry.wavelength": "wavelength",
    "geometry.distance": "distance",
    "geometry.beam_center": "beam_center",
    "geometry.pixel_size": "pixel_size",
    "geometry.size": "size",
    "geometry.overload": "overload",
    "geometry.oscillation.start": "start",
    "geometry.oscillation.width": "width",
    "geometry.two_theta": "two_theta",
    "geometry.rotation_axis": "rotation_axis",
    "geometry.polarization.fraction": "polarization",
    "geometry.sensor.material": "sensor_material",
    "geometry.sensor.thickness": "sensor_thickness",
}
