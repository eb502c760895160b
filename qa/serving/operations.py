"""A function that is served, with what its docstring says: one description for all protocols.

The HTTP API, MCP and gradio_client's endpoints are all made from the same `Operation`s, so that
none of them can say or do anything that the others do not.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints

from qa.errors import InputError

_ARGUMENT = re.compile(r"^ {4}(\w+): +(.*)$")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument: its name, its type, its default (`inspect.Parameter.empty` if required)."""

    name: str
    type: Any
    default: Any
    about: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A function that is served.

    Attributes:
        run: The function; takes its arguments by name.
        writes: Whether it changes the corpus or the index.
        about: What its docstring says before the arguments.
        parameters: In order.
        returns: The type it returns.
    """

    run: Callable[..., Any]
    writes: bool
    about: str
    parameters: tuple[Parameter, ...]
    returns: Any

    @property
    def name(self) -> str:
        """What it is called: `/name` to gradio_client, the tool's name in MCP."""
        return self.run.__name__

    @property
    def summary(self) -> str:
        """The first sentence of what is said about it."""
        return self.about.partition("\n")[0]

    def check_names(self, given: Iterable[str]) -> None:
        """Refuse what is no argument: a filter that is misspelt would filter nothing, unseen.

        Raises:
            InputError: It names the first that is none, and those there are.
        """
        names = [parameter.name for parameter in self.parameters]
        if wrong := [name for name in given if name not in names]:
            takes = ", ".join(names) or "none"
            raise InputError(f"{self.name} has no argument {wrong[0]!r}; its arguments: {takes}")

    def described(self, annotate: Callable[[Parameter], Any], kind: Any) -> inspect.Signature:  # noqa: ANN401
        """The signature for a library that reads one.

        Args:
            annotate: Gives a parameter's annotation.
            kind: How arguments are passed, as `inspect.Parameter.KEYWORD_ONLY`.
        """
        parameters = [
            inspect.Parameter(p.name, kind, default=p.default, annotation=annotate(p))
            for p in self.parameters
        ]
        return inspect.Signature(parameters, return_annotation=self.returns)


def misfits(errors: Sequence[Mapping[str, Any]], *, below: int = 0) -> str:
    """What arguments do not fit their types, in one line.

    Args:
        errors: As Pydantic's `ValidationError.errors` gives them.
        below: How many parts of their places do not name arguments.
    """
    return "; ".join(
        f"{'.'.join(str(part) for part in wrong['loc'][below:]) or 'the request'}: {wrong['msg']}"
        for wrong in errors
    )


def operation(run: Callable[..., Any], *, writes: bool) -> Operation:
    """Describe a function from its signature and its Google-style docstring."""
    about, _, rest = inspect.getdoc(run).partition("\nArgs:\n")  # type: ignore[union-attr]
    told = dict(_arguments(rest))
    hints = get_type_hints(run)
    parameters = tuple(
        Parameter(p.name, hints[p.name], p.default, told.get(p.name, ""))
        for p in inspect.signature(run).parameters.values()
    )
    about = re.split(r"\n(?:Returns|Raises):\n", about)[0]
    return Operation(run, writes, about.strip(), parameters, hints["return"])


def _arguments(section: str) -> Iterator[tuple[str, str]]:
    name, lines = "", []  # type: str, list[str]
    for line in section.splitlines():
        if line and not line.startswith(" "):  # "Returns:", "Raises:"
            break
        if found := _ARGUMENT.match(line):
            if name:
                yield name, " ".join(lines)
            name, lines = found[1], [found[2]]
        elif line.strip():
            lines.append(line.strip())
    if name:
        yield name, " ".join(lines)
