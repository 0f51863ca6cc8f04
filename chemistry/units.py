"""Conversions between the ways people state a loading, and quantities with units read from text."""
