"""Who changes the ledger, and from where: written beside every change that is made in their name."""

from enum import StrEnum

from pydantic import Field

from chemistry.value import Value


class Role(StrEnum):
    """What a person may do, from least to most. Each may do what the one before it may."""

    VIEWER = "viewer"
    """Read everything but the people."""
    OPERATOR = "operator"
    """Command campaigns, answer requests, add and correct data."""
    ADMIN = "admin"
    """Say who else may, and read the audit."""

    def covers(self, other: "Role") -> bool:
        """Whether this role may do what another one may."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(other)


def lower(one: Role, other: Role) -> Role:
    """The one of two roles that may do less."""
    return other if one.covers(other) else one


class Author(Value):
    """Somebody who changes the ledger through `Ledger.acting`."""

    name: str = Field(min_length=1)
    via: str
    """How they are known: `session`, `token lims`, `command line`."""
    role: Role | None = None
    """As which they act; None on the command line, where whoever reaches the ledger may."""
    address: str = ""
    """Network address that they came from; empty on the command line."""
    action: str = ""
    """What they asked for: `POST /api/v1/amendments`, `ionloop people add`."""

    @property
    def columns(self) -> dict[str, str]:
        """As the audit has it."""
        role = "" if self.role is None else self.role.value
        return {"by": self.name, "role": role, "via": self.via, "address": self.address, "action": self.action}
