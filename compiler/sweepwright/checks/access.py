"""Whether images may be read as they are."""

from __future__ import annotations

from collections.abc import Iterator

from sweepwright.model.diagnostic import Diagnostic, Related, error
from sweepwright.model.job_resolved import ResolvedJob


def check_access(job: ResolvedJob) -> Iterator[Diagnostic]:
    """SW-E063: images are packed, and the job refuses that."""
    choice = job.leaves["image_access.compressed"]
    if choice.known != "refuse":
        return
    related = (Related("refused here", choice.origin.span),) if choice.origin.span else ()
    for sweep in job.sweeps:
        if sweep.template.packed:
            message = f"sweep {sweep.name}: the images are packed ({sweep.template.packed})"
            help_ = (
                "Unpack them first, or write 'compressed: unpack' or 'allow' in 'image_access:'."
            )
            span = sweep.leaves["images"].origin.span
            yield error("SW-E063", message, span, related=related, help=help_)
