"""Where a Tiled catalogue is, whether it can be written to, and what to say where it cannot."""

import contextlib
import os
from dataclasses import dataclass, field
from importlib.util import find_spec

import httpx

from chemistry.errors import BadInput, IonloopError

LOCAL = "local"
"""What a lab file says for a catalogue of its own, in the campaign's folder."""
KEY = "TILED_API_KEY"
"""The environment variable that holds the key, as Tiled's own clients have it: a lab file is no place for it."""
ANSWER_S = 10.0
_INSTALL = 'Install it: `pip install "ionloop[tiled]"`; or take `tiled_uri` out of the lab file.'


class CatalogueAway(IonloopError):
    """Nobody answers at the catalogue's address, or it failed."""


class RunNotTaken(IonloopError):
    """The catalogue answers and does not take a run: it stays in the ledger, and others are sent."""


@dataclass(frozen=True)
class Catalogue:
    """A catalogue that somebody serves."""

    uri: str
    key: str = field(repr=False)

    def refuse_unfit(self) -> None:
        """Ask it for its root, with the key; nothing is written.

        Raises:
            BadInput: there is no key, it is refused, or what answers is no Tiled.
            CatalogueAway: nobody answers, or the server failed.
        """
        if not self.key:
            raise BadInput(
                "the catalogue wants a key, and none is given",
                place="tiled_uri",
                remedy=f"Set {KEY} in the environment; a lab file is no place for it.",
            )
        about = f"{self.uri.rstrip('/')}/api/v1/"
        try:
            root = httpx.get(about, timeout=ANSWER_S, headers=self._headers)
            found = httpx.get(f"{about}metadata/", timeout=ANSWER_S, headers=self._headers)
        except httpx.HTTPError as away:
            raise CatalogueAway(f"The Tiled catalogue {self.uri} does not answer ({away})") from away
        if found.status_code in (401, 403):
            raise BadInput(
                f"the catalogue {self.uri} refuses the key ({found.status_code})",
                place="tiled_uri",
                remedy=f"Set {KEY} to a key that may write there.",
            )
        if found.status_code >= 500:
            raise CatalogueAway(f"The Tiled catalogue {self.uri} answers {found.status_code}")
        if not _is_tiled(root) or found.status_code != 200:
            raise BadInput(
                f"what answers at {self.uri} is no Tiled catalogue ({found.status_code})",
                place="tiled_uri",
                remedy="Give the address of the server, such as https://tiled.example.org, without `/api/v1`.",
            )

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Apikey {self.key}"}


def refuse_unfit_catalogue(uri: str) -> None:
    """Refuse what a lab file names and nobody could write to, before anything moves.

    One that does not answer is no reason: it may be back in an hour, and the ledger keeps everything until then.

    Raises:
        BadInput: Tiled is not installed, the key is missing or refused, or what answers is no Tiled.
    """
    if uri == LOCAL:
        refuse_without_server()
    elif uri:
        with contextlib.suppress(CatalogueAway):
            catalogue_at(uri).refuse_unfit()


def catalogue_at(uri: str) -> Catalogue:
    """The catalogue of an address, with the key of the environment.

    Raises:
        BadInput: Tiled's client is not installed.
    """
    refuse_without_client()
    return Catalogue(uri, os.environ.get(KEY, ""))


def refuse_without_client() -> None:
    """Raise `BadInput` where Tiled's client is not installed."""
    if find_spec("tiled") is None or find_spec("pyarrow") is None:
        raise BadInput("the lab file names a Tiled catalogue, and Tiled is not installed", remedy=_INSTALL)


def refuse_without_server() -> None:
    """Raise `BadInput` where a catalogue cannot be served from here."""
    refuse_without_client()
    if find_spec("duckdb") is None or find_spec("zarr") is None:
        raise BadInput("`tiled_uri: local` wants Tiled's server, and only its client is installed", remedy=_INSTALL)


def _is_tiled(answer: httpx.Response) -> bool:
    try:
        told = answer.json()
    except ValueError:
        return False
    return isinstance(told, dict) and "api_version" in told and "library_version" in told
