"""What readers of images say of a file that they cannot read."""

from __future__ import annotations


class ImageError(ValueError):
    """A file that is not the image it should be; the message says what is wrong with it.

    It goes on behind the file's name: ``is truncated: ...``. ``hint`` says what to do.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
