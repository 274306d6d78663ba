"""Bytes of images to `ImageFacts`, one module a format; names of images to sweeps."""
