"""The pages that people read, and the commands that stand in them."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
SHELLS = {"sh", "bash", "console"}
COMMENT = re.compile(r"(?:^|(?<=\s))#")


@dataclass(frozen=True)
class Documented:
    """A line that a reader is told to type, or a command that is spoken of in a sentence.

    Attributes:
        section: text of its page from the heading above it to the next.
        whole: whether it stands in a block of code, to be typed as it is.
        typed: as it stands there, for the shell.
    """

    page: str
    line: int
    words: tuple[str, ...]
    whole: bool
    section: str
    typed: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {shlex.join(self.words)}"


@cache
def documented(page: Path) -> tuple[Documented, ...]:
    """Every command of a page, in its order."""
    text = page.read_text()
    name, sections = str(page.relative_to(ROOT)), _sections(text)
    found: list[Documented] = []
    for token in MarkdownIt("commonmark").parse(text):
        for line, typed, whole in _commands(token):
            section = next(body for start, body in reversed(sections) if start <= line)
            found.append(Documented(name, line, _words(typed), whole, section, typed))
    return tuple(found)


def _commands(token: Token) -> Iterator[tuple[int, str, bool]]:
    first = (token.map or [0])[0] + 1
    if token.type in ("fence", "code_block"):
        shell = token.info.split(" ")[0] in SHELLS
        for number, line in _lines(token.content):
            words = _words(line)
            if words and (shell or words[0] == "ionloop"):
                yield first + number, line, True
    for child in token.children or ():
        if child.type == "code_inline" and child.content.startswith("ionloop "):
            yield first, child.content, False


def _lines(code: str) -> Iterator[tuple[int, str]]:
    """Lines as a shell sees them: one that ends in a backslash goes on in the next."""
    begun, kept = 0, ""
    for number, line in enumerate(code.splitlines(), start=1):
        begun = begun or number
        if line.endswith("\\"):
            kept += line[:-1] + " "
            continue
        yield begun, kept + line
        begun, kept = 0, ""


def _words(line: str) -> tuple[str, ...]:
    """The words of a command, without what the shell keeps for itself."""
    for comment in (*COMMENT.finditer(line), None):  # a number sign within quotes begins none
        try:
            words = shlex.split(line[: comment.start()] if comment else line)
        except ValueError:
            continue
        return tuple(words[:-1] if words[-1:] == ["&"] else words)
    return ()  # no line for a shell: YAML, or prose with an apostrophe


def _sections(text: str) -> list[tuple[int, str]]:
    lines = text.splitlines()
    inside, starts = False, [0]
    for number, line in enumerate(lines, start=1):
        inside ^= line.startswith("```")
        if line.startswith("#") and not inside:
            starts.append(number)
    ends = [*starts[1:], len(lines) + 1]
    return [(start, "\n".join(lines[max(start - 1, 0) : end - 1])) for start, end in zip(starts, ends, strict=True)]
