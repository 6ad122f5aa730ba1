"""CEL as Kubernetes' admission evaluates it, restricted to what both engines share.

Objects are dynamic and an error is a value of its own: whoever asks must treat it
as a refusal. A function that only one of the two engines knows is refused when the
expression is compiled, so that no policy works here and fails in the cluster.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_optional, ext_strings

# Functions and macros that cel-cpp with its string extension and Kubernetes share.
SHARED = frozenset(
    {"all", "bool", "contains", "double", "dyn", "endsWith", "exists", "exists_one"}
    | {"filter", "getDayOfWeek", "getHours", "has", "int", "join", "lowerAscii", "map"}
    | {"matches", "orValue", "replace", "size", "split", "startsWith", "string"}
    | {"substring", "timestamp", "trim", "upperAscii"}
)

TEXT = re.compile(r"""r?"(?:[^"\\]|\\.)*"|r?'(?:[^'\\]|\\.)*'""")
CALL = re.compile(r"([A-Za-z_]\w*)\s*\(")
OPERATORS = frozenset({"in"})

ANY, BOOL, STRING = cel.Type.DYN, cel.Type.BOOL, cel.Type.STRING


@dataclass(frozen=True, slots=True)
class Failed:
    """An expression that could not be evaluated; ``why`` is the engine's message."""

    why: str


class NotCompiled(Exception):
    """An expression is not valid, or uses what the two engines do not share."""


class Names:
    """The variables that an expression may use, with their types.

    Kubernetes types what it declares itself; objects and parameters are dynamic.
    """

    def __init__(self, types: Mapping[str, Any]) -> None:
        """Declare variables; a dot in a name makes it look like a field."""
        self.types = dict(types)
        self.engine = cel.NewEnv(
            variables=self.types,
            extensions=[ext_strings.ExtStrings(), ext_optional.ExtOptional()],
        )

    def also(self, name: str, type_: Any) -> "Names":
        """Return these names and one more."""
        return Names({**self.types, name: type_})


class Scope:
    """Values of variables, converted once for all expressions that read them."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        """Keep plain Python values by the variables' names."""
        self.values = dict(values)
        self._bound: dict[Names, Any] = {}

    def bound(self, names: Names) -> Any:
        """Return the values as the engine's own, for expressions over these names."""
        if names not in self._bound:
            known = names.types.keys() & self.values.keys()
            values = {name: self.values[name] for name in known}
            self._bound[names] = names.engine.Activation(data=values)
        return self._bound[names]


class Expression:
    """A compiled expression."""

    def __init__(self, text: str, names: Names, gives: Any = None) -> None:
        """Compile it.

        Args:
            text: The CEL source.
            names: Variables that it may use, with their types.
            gives: Type that it must have; None where any will do.

        Raises:
            NotCompiled: It is not valid.
        """
        foreign = sorted(_calls(text) - SHARED)
        if foreign:
            raise NotCompiled(f"{foreign[0]}() is not shared with Kubernetes")
        try:
            self._compiled = names.engine.compile(text)
            self._names = names
        except (RuntimeError, ValueError) as error:
            raise NotCompiled(str(error).partition("\n")[0]) from error
        self.type = self._compiled.return_type()
        if gives is not None and self.type != gives:
            raise NotCompiled(f"{text} gives {self.type}, and {gives} is wanted")

    def value(self, scope: Scope) -> Any:
        """Return the plain Python value, or ``Failed``."""
        try:
            result = self._compiled.eval(activation=scope.bound(self._names))
        except (RuntimeError, ValueError, TypeError) as error:
            return Failed(str(error).partition("\n")[0])
        if result.type() == cel.Type.ERROR:
            return Failed(str(result.value()))
        return result.plain_value()


def _calls(text: str) -> set[str]:
    return set(CALL.findall(TEXT.sub("''", text))) - OPERATORS
