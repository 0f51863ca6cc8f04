"""Readers of instrument files: the format is told by content, never by the ending of the name."""

from devices.spectrum_files.reader import read_spectrum

__all__ = ["read_spectrum"]
