"""Reads a YAML file into a frozen value, or says in one paragraph what is wrong, where, and what to do."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, BeforeValidator, ValidationError

from chemistry.errors import BadInput
from chemistry.wording import in_words, keys_of, nearest, problems_of, shortened

LARGEST = 1e15
"""No number of a file can mean more, in whatever unit: what is larger is a slip, and overflows somewhere later."""

Model = TypeVar("Model", bound=BaseModel)


def read_yaml_value(model: type[Model], path: Path) -> Model:
    """The file at `path` as a `model`.

    Raises:
        BadInput: the file is missing, is not text, is not YAML, or does not describe a valid `model`; every problem
            is named with its line and key.
    """
    root = _compose(path)
    remedy = "`ionloop schema` of `campaign`, `lab`, `serve`, `faults`, `search` or `slurm` prints what they may hold."
    return _validated(model, _construct(root, path), root, path, (), remedy)


def part_of_yaml_file(model: type[Model], content: Any, path: Path, part: tuple[str, ...], remedy: str) -> Model:
    """A part of a file that only now can be checked, as a `model`: what it may hold depends on the rest of the file.

    Args:
        model: What the part should be.
        content: What it holds, as plain data.
        path: The file, read before.
        part: The keys that lead to it.
        remedy: What to do about what is wrong.

    Raises:
        BadInput: as `read_yaml_value`.
    """
    return _validated(model, content, _compose(path), path, part, remedy)


@contextmanager
def placed_in(path: Path) -> Iterator[None]:
    """Whatever the block finds wrong with a part of the file at `path` is told with the file and the line.

    The place of such a `BadInput` is the dotted path of the part.
    """
    try:
        yield
    except BadInput as error:
        line, keys = _place(_compose(path), keys_of(error.place))
        if error.place and not keys:
            raise  # it is no part of this file
        place = f"{path}, line {line}, `{'.'.join(keys)}`" if keys else str(path)
        raise BadInput(error.problem, place=place, problems=error.problems, remedy=error.remedy) from error


def _validated(
    model: type[Model], content: Any, root: yaml.Node, path: Path, part: tuple[str, ...], remedy: str
) -> Model:
    try:
        value = model.model_validate(content)
    except ValidationError as error:
        problems = tuple(_problem(model, root, details, part) for details in problems_of(error))
        raise _refused(path, problems, remedy) from error
    problems = tuple(
        f"{_key(root, (*part, *location))}: {shortened(repr(number))} is beyond any number that can be meant "
        f"(limit {LARGEST:g})"
        for location, number in _numbers(value.model_dump(by_alias=True))
        if abs(number) > LARGEST
    )
    if problems:
        raise _refused(path, problems, remedy)
    return value


def _refused(path: Path, problems: tuple[str, ...], remedy: str) -> BadInput:
    number = f"{len(problems)} problem{'s' if len(problems) > 1 else ''} found, nothing was started:"
    return BadInput(number, place=str(path), problems=problems, remedy=remedy)


def _numbers(value: Any, location: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], float]]:
    """Every number of plain data, with its place."""
    if isinstance(value, int | float):
        yield location, value
    entries = (
        value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list | tuple) else ()
    )
    for key, entry in entries:
        yield from _numbers(entry, (*location, key))


class _Loader(yaml.SafeLoader):
    """Words stay the words that were written, and only a field that takes yes or no, or a date, reads them so.

    YAML itself would make `experiments: yes` a truth value, which then counts as the number 1.
    """


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.rpartition(":")[2] not in ("bool", "timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _compose(path: Path) -> yaml.Node:
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    except (UnicodeDecodeError, yaml.reader.ReaderError) as error:
        raise BadInput("this is not a text file in UTF-8", place=str(path), remedy="Save it as UTF-8.") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{path}, line {mark.line + 1}" if mark else str(path)
        raise BadInput(
            f"this is not valid YAML ({error.problem})",
            place=place,
            remedy="Check indentation, quotes and brackets there.",
        ) from error
    except RecursionError as error:
        raise BadInput("it is nested too deeply", place=str(path), remedy="See examples/ for its shape.") from error
    except FileNotFoundError as error:
        remedy = "Check the path; examples/ holds some to start from."
        raise BadInput("there is no such file", place=str(path), remedy=remedy) from error
    except IsADirectoryError as error:
        remedy = "Name the YAML file inside it."
        raise BadInput("this is a folder, not a file", place=str(path), remedy=remedy) from error
    except OSError as error:
        problem = f"the file cannot be read ({error.strerror})"
        raise BadInput(problem, place=str(path), remedy="Check its path and its permissions.") from error
    if not isinstance(root, yaml.MappingNode):
        raise BadInput("the file holds no `key: value` pairs", place=str(path), remedy="See examples/ for its shape.")
    return root


def _construct(root: yaml.Node, path: Path) -> Any:
    """Plain data.

    Duplicate keys are refused, of which YAML would quietly keep the last, and keys with nothing after them, which would
    pass for what was left out.
    """
    for node in _mappings(root, path):
        seen: set[str] = set()
        for key, value in node.value:
            place = f"{path}, line {key.start_mark.line + 1}"
            if key.value in seen:
                raise BadInput(f"the key `{key.value}` is given twice", place=place, remedy="Keep one of them.")
            if value.value == "" and value.tag == "tag:yaml.org,2002:null":
                remedy = "Give it a value, or leave the key out."
                raise BadInput(f"nothing stands after the key `{key.value}`", place=place, remedy=remedy)
            seen.add(key.value)
    try:
        return _Loader("").construct_document(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise BadInput(
            f"a value cannot be read ({error.problem})",
            place=f"{path}, line {mark.line + 1 if mark else '?'}",
            remedy="Write a plain value there.",
        ) from error
    except ValueError as error:  # a number of thousands of digits
        raise BadInput(f"a value cannot be read ({error})", place=str(path), remedy="Write a plain value.") from error


def _mappings(node: yaml.Node, path: Path, above: tuple[yaml.Node, ...] = ()) -> Iterable[yaml.MappingNode]:
    """Every mapping below a node; what holds itself, by an alias, is refused."""
    if any(node is other for other in above):
        raise BadInput(
            "a value refers to itself",
            place=f"{path}, line {node.start_mark.line + 1}",
            remedy="Write it out; `*name` may not stand inside of `&name`.",
        )
    if isinstance(node, yaml.MappingNode):
        yield node
    values = (pair[1] for pair in node.value) if isinstance(node, yaml.MappingNode) else node.value
    if not isinstance(node, yaml.ScalarNode):
        for value in values:
            yield from _mappings(value, path, (*above, node))


def _problem(model: type[BaseModel], root: yaml.Node, details: Any, part: tuple[str, ...]) -> str:
    """One problem in one sentence: line, key, value, what is wrong, and the nearest key where one is unknown."""
    location = details["loc"]
    line, keys = _place(root, (*part, *location))
    key = ".".join(keys) or "the file"
    if details["type"] == "extra_forbidden":
        return f"Line {line}: unknown key `{key}`{nearest(str(location[-1]), _known_keys(model, location[:-1]))}"
    if details["type"] == "missing":
        lacking = f"entry {location[-1] + 1}" if isinstance(location[-1], int) else f"the key `{location[-1]}`"
        return f"Line {line}: `{key}` lacks {lacking}"
    return f"Line {line}: `{key}`: {in_words(details)}".rstrip(".")


def _key(root: yaml.Node, location: tuple[Any, ...]) -> str:
    line, keys = _place(root, location)
    return f"Line {line}: `{'.'.join(keys)}`"


def _place(root: yaml.Node, location: tuple[Any, ...]) -> tuple[int, list[str]]:
    """The line that a pydantic location points at, and those of its parts that stand in the file."""
    node, line, keys = root, root.start_mark.line + 1, []
    for part in location:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(part)), None)
            if found is None:
                continue  # a tag of a union, or a key that is missing
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            continue
        keys.append(str(part))
    return line, keys


def _known_keys(model: type[BaseModel], location: tuple[Any, ...]) -> list[str]:
    """The keys that a model allows at a location; where one of several models may stand, those of all."""
    models = [model]
    for part in location:
        below = [
            Annotated[field.annotation, None, *field.metadata]
            for held in models
            for name, field in held.model_fields.items()
            if part in (name, field.alias)
        ]
        # What is no field is a place in a list, a name that the file gives, or a tag: the models stay.
        models = [found for annotation in below for found in _models_in(annotation)] if below else models
    return [field.alias or name for held in models for name, field in held.model_fields.items()]


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """`Model` of `Model | None`, `tuple[Model, ...]`, `dict[str, Model]` and the like.

    Where a function reads the file's own words first, that of the words as it says that they are spelt.
    """
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    inner = get_args(annotation)
    spelt = [one.json_schema_input_type for one in inner if isinstance(one, BeforeValidator)]
    return [found for one in spelt or inner for found in _models_in(one)]
