"""Whom the serving process tells what, and when a campaign counts as hanging."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from chemistry.quantity_fields import in_unit
from chemistry.value import Value

News = Literal["ended", "waits", "drifts", "hangs", "failed"]
"""What there is to tell: a campaign is over; waits for a person; gives results that are no longer as foretold; shows no
sign of life; or a run of anything that is served has failed or crashed."""
ALL_NEWS: tuple[News, ...] = ("ended", "waits", "drifts", "hangs", "failed")
_ADDRESS = r"^[^@\s,]+@[^@\s,]+$"
_VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"


class Mail(Value):
    """A mail server, and who is written to."""

    to: tuple[Annotated[str, Field(pattern=_ADDRESS)], ...] = Field(min_length=1)
    sender: str = Field(pattern=_ADDRESS)
    host: str = "localhost"
    """Of the SMTP server."""
    port: int = Field(default=25, ge=1, le=65535)
    tls: Literal["none", "starttls", "always"] = "none"
    user: str | None = None
    password_variable: str | None = Field(default=None, pattern=_VARIABLE)
    """Name of the environment variable that holds the password: it stands in no file."""

    @model_validator(mode="after")
    def _with_password(self) -> Self:
        if (self.user is None) != (self.password_variable is None):
            raise ValueError("`user` and `password_variable` go together; give both or neither")
        if self.user is not None and self.tls == "none":
            raise ValueError("a password is sent over TLS only; say `tls: starttls` or `tls: always`")
        return self


class Webhook(Value):
    """An address that is sent a JSON object by POST."""

    url: str = Field(pattern=r"^https?://[^\s]+$")
    token_variable: str | None = Field(default=None, pattern=_VARIABLE)
    """Name of the environment variable that holds a token, sent as `Authorization: Bearer …`."""
    text_key: str = Field(default="text", min_length=1)
    """Under which key the words stand: `text` for Slack and Mattermost, `content` for Discord."""


class Alerts(Value):
    """Whom to tell, and of what."""

    when: tuple[News, ...] = ALL_NEWS
    webhooks: tuple[Webhook, ...] = ()
    mail: Mail | None = None
    hangs_after: Annotated[float, in_unit("hour"), Field(gt=0, le=1000)] = 6.0
    """A campaign that is not paused and has written nothing into its ledger for so long, wall time, hangs."""

    @model_validator(mode="after")
    def _to_somebody(self) -> Self:
        if not self.webhooks and self.mail is None:
            raise ValueError("nobody is told; give `webhooks: [{url: …}]`, `mail: {…}`, or leave `alerts` out")
        return self
