"""Diagnostics as text: pictures for people, annotations for GitHub."""
