"""Who exported a campaign first, with what: kept with it wherever it goes."""

from pydantic import Field

from chemistry.value import Value

NO_LICENCE = "No licence is stated: ask whoever ran the campaign before the data are used or passed on."


class Exported(Value):
    """What an archive says of its own making."""

    by: str
    licence: str = NO_LICENCE
    """Under which the data may be used: the URL of a licence, or words."""
    ionloop: str
    """Version of the ionloop that wrote it."""
    homepage: str = ""
    """Where that ionloop can be had; empty where its package does not say."""
    python: str
    packages: dict[str, str] = Field(default_factory=dict)
