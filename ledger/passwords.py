"""Passwords as they are kept: salted, and hashed by scrypt, which takes memory that a guesser has to pay for.

scrypt (RFC 7914) is OpenSSL's, in the standard library. The parameters stand with each hash, so that stronger ones can
be asked for later: an old hash is still read, and made anew when its person signs in the next time.
"""

import base64
import hashlib
import hmac
import secrets

from chemistry.errors import BadInput
from chemistry.value import Value

LEAST, MOST = 12, 200
"""Characters of a password."""


class Cost(Value):
    """What one guess takes: memory of 128 · `block` · 2^`log2_n` bytes, `lanes` times over."""

    log2_n: int = 15
    block: int = 8
    lanes: int = 3

    @property
    def memory(self) -> int:
        """Bytes."""
        return 128 * self.block * 2**self.log2_n


STRONG = Cost()
"""32 MiB three times over, which OWASP's Password Storage Cheat Sheet (2024) lists beside 128 MiB once."""


def refuse_weak(password: str) -> None:
    """Raises `BadInput` for a password that is too short, too long, or of one character."""
    if not LEAST <= len(password) <= MOST:
        raise BadInput(
            f"a password of {len(password)} characters", remedy=f"Take {LEAST} to {MOST} of them: four words will do."
        )
    if len(set(password)) < 4:
        raise BadInput("a password of hardly any different characters", remedy="Take four words, for example.")
    try:
        password.encode()
    except UnicodeEncodeError as error:
        raise BadInput("the password holds half a character", remedy="Type it again.") from error


def hashed(password: str, cost: Cost = STRONG) -> str:
    """A password as it is kept: `scrypt$15$8$3$SALT$HASH`."""
    salt = secrets.token_bytes(16)
    return "$".join(
        (
            "scrypt",
            str(cost.log2_n),
            str(cost.block),
            str(cost.lanes),
            _text(salt),
            _text(_scrypt(password, salt, cost)),
        )
    )


def matches(password: str, kept: str) -> bool:
    """Whether this is the password that was kept; takes as long whatever the answer."""
    _, log2_n, block, lanes, salt, wanted = kept.split("$")
    cost = Cost(log2_n=int(log2_n), block=int(block), lanes=int(lanes))
    found = _scrypt(password[: MOST + 1], base64.b64decode(salt), cost)
    return hmac.compare_digest(found, base64.b64decode(wanted))


def weaker_than(kept: str, cost: Cost) -> bool:
    """Whether a hash was made with other parameters than these."""
    return kept.split("$")[1:4] != [str(cost.log2_n), str(cost.block), str(cost.lanes)]


def _scrypt(password: str, salt: bytes, cost: Cost) -> bytes:
    told = password.encode(errors="surrogatepass")
    limit = 2 * cost.memory * cost.lanes + 2**20
    return hashlib.scrypt(told, salt=salt, n=2**cost.log2_n, r=cost.block, p=cost.lanes, maxmem=limit)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
