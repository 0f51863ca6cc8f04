"""Who looks at a page, as the pages ask of them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Visitor:
    """placeholder"""
    name: str
    role: str
    may_act: bool
    is_admin: bool
