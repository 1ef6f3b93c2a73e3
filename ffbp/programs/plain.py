"""The functions of an exported program, made from the registries' plain forms.

The core writes into existing arrays because that is fast; the plain forms state the same operations as expressions.
`Definitions` collects a program's imports and functions, each once, in the order of their use. Plain forms use NumPy; for
another array module, only the module's name changes.
"""

import ast
import builtins
import inspect
import keyword
import re
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType

from ffbp.core.optimizers import Optimizer
from ffbp.programs.layout import INDENT, docstring, fold, is_plain, literal

# Names used by the code around the functions.
RESERVED = frozenset(
    """
    A0 A0_test A0_train A0_epoch Y Y_epoch Y_test Y_train X y X_train X_test y_train y_test np jnp jax torch nn csv
    theta grad state n batch epoch step forward backward encode in_units with_ones predict score losses loss mean
    std points table columns rows rows_test rows_train order classes optimizer model schedule shuffler random_state
    is_weight learning_rate update starts linear output_delta
    """.split()  # noqa: SIM905
)
_IMPORT = re.compile(r"\s*(?:import (.+)|from (\S+) import (.+))")


@dataclass(frozen=True)
class Function:
    """A function of the program. ``positional``: {the caller's name of an argument: the function's own name}."""

    name: str
    positional: dict[str, str]
    keywords: tuple[str, ...] = ()

    def call(self, *, named: bool = False, **arguments: str) -> str:
        """A call's text; arguments that the function does not have are ignored."""
        texts = [(f"{own}=" if named else "") + arguments[given] for given, own in self.positional.items()]
        texts += [f"{name}={arguments[name]}" for name in self.keywords]
        return f"{self.name}({', '.join(texts)})"


@dataclass
class Definitions:
    """Imports and functions of one program. ``arrays``: the array module's name in the functions' text."""

    arrays: str = "np"
    modules: set[str] = field(default_factory=set)  # import ...
    names: dict[str, set[str]] = field(default_factory=dict)  # from module import names
    _functions: dict[str, list[str]] = field(default_factory=dict)
    _known: dict[tuple, Function] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    def beside(self, arrays: str) -> "Definitions":
        """Definitions for another array module in the same program: imports and names are shared."""
        return Definitions(arrays, self.modules, self.names, _taken=self._taken)

    def import_lines(self) -> list[str]:
        """Import statements, sorted: the standard library, an empty line, the others."""
        found = [(False, module, f"import {module}") for module in self.modules]
        found += [(True, module, f"from {module} import {', '.join(sorted(n))}") for module, n in self.names.items()]
        lines: list[list[str]] = [[], []]
        for _, module, line in sorted(found):
            lines[re.split(r"[ .]", module)[0] not in sys.stdlib_module_names].append(line)
        return [*lines[0], *([""] if all(lines) else []), *lines[1]]

    def new_lines(self) -> list[str]:
        """The functions added since the last call, helpers before their users, with two empty lines between them."""
        lines = "\n\n\n".join("\n".join(self._functions.pop(name)) for name in list(self._functions))
        return lines.splitlines()

    def formula(
        self, name: str, plain: str, takes: tuple[str, ...], *, keywords: tuple[str, ...] = (), doc: str = ""
    ) -> Function:
        """A plain form as a function: its last line is the value; it has only the parameters that it uses."""
        *lines, value = plain.splitlines()
        doc = re.sub(r",? in place", "", inspect.cleandoc(doc))
        return self._define(name, plain, [*lines, f"return {value}"], {n: n for n in takes}, keywords, doc)

    def update(self, entry: Optimizer) -> Function:
        """An optimizer's update: in place with NumPy; with any other array module it returns the new theta and state."""
        lines, rows = entry.plain.splitlines(), ", ".join(entry.memory)
        doc = inspect.cleandoc(entry.bind.__doc__ or "")
        if entry.memory:
            lines.insert(0, f"{rows} = state" if len(entry.memory) > 1 else f"{rows} = state[0]")
        if self.arrays != "np":
            lines = [line.replace("[:] = ", " = ") for line in lines]
            lines.append(f"return theta, [{rows}]" if entry.memory else "return theta, state")
            doc = doc.replace(", in place", "")
        takes, keywords = {n: n for n in ("theta", "grad", "state")}, ("learning_rate", "step", *entry.hyper)
        return self._define(f"{entry.key}_update", entry.plain, lines, takes, keywords, doc or entry.formula)

    def source(self, function: Callable, name: str, takes: tuple[str, ...] = (), *, doc: str = "") -> Function:
        """A function from its source; ``takes``: its callers' names for its parameters.

        Its imports move to the beginning of the program, functions that it calls are added before it, and constants that
        it reads become its first lines.
        """
        text = textwrap.dedent(inspect.getsource(function))
        first = ast.parse(text).body[0].body[1 if function.__doc__ else 0]
        lines = textwrap.dedent("\n".join(text.splitlines()[first.lineno - 1 :])).splitlines()
        lines = [line for line in lines if not self._imported(line)]
        outside = inspect.getclosurevars(function)
        for word, value in {**outside.globals, **outside.nonlocals}.items():
            if isinstance(value, ModuleType):
                self.modules.add(value.__name__ if value.__name__ == word else f"{value.__name__} as {word}")
            elif is_plain(value):
                lines.insert(0, f"{word} = {literal(value)}")
            elif value.__module__.split(".")[0] in ("ffbp", function.__module__.split(".")[0]):
                self.source(value, word)
            else:
                self.names.setdefault(value.__module__, set()).add(word)
        kinds = inspect.signature(function).parameters
        own = [n for n, parameter in kinds.items() if parameter.kind is parameter.POSITIONAL_OR_KEYWORD]
        keywords = tuple(n for n, parameter in kinds.items() if parameter.kind is parameter.KEYWORD_ONLY)
        given = dict(zip([*takes, *own[len(takes) :]], own, strict=True))
        lines = lines[next(i for i, line in enumerate(lines) if line) :]
        return self._define(name, text, lines, given, keywords, inspect.cleandoc(doc or function.__doc__ or ""))

    def _define(self, name, text, lines, takes, keywords, doc) -> Function:
        if (name, text) not in self._known:
            code = "\n".join(lines)
            takes = {given: own for given, own in takes.items() if _uses(code, own)}
            keywords = tuple(word for word in keywords if _uses(code, word))
            function = Function(self.free_name(name), takes, keywords)
            signature = ", ".join([*takes.values(), *(["*", *keywords] if keywords else [])])
            head = [*fold(f"def {function.name}({signature}):"), *(docstring(doc) if doc else [])]
            lines = [re.sub(r"\bnp\.", f"{self.arrays}.", INDENT + line) if line else "" for line in lines]
            self._functions[function.name] = [*head, *(folded for line in lines for folded in fold(line))]
            self._known[name, text] = function
        return self._known[name, text]

    def _imported(self, line: str) -> bool:
        """Whether a line is an import; if so, add it to the program's imports."""
        if found := _IMPORT.fullmatch(line):
            module, source, names = found.groups()
            if module:
                self.modules.add(module)
            else:
                self.names.setdefault(source, set()).update(names.split(", "))
        return bool(found)

    def free_name(self, wanted: str) -> str:
        """The wanted name as an identifier that nothing else in the program uses."""
        name = re.sub(r"\W", "_", wanted) or "function"
        if name[0].isdigit():
            name = "_" + name
        while (
            keyword.iskeyword(name)
            or hasattr(builtins, name)
            or name in RESERVED | self._taken
            or re.fullmatch(r"(delta|d?[Wb]b?|[ZA])\d+", name)
        ):
            name += "_"
        self._taken.add(name)
        return name


def numpy_names(plain: str) -> set[str]:
    """NumPy's functions that a plain form uses."""
    return set(re.findall(r"\bnp\.(\w+)", plain))


def _uses(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w.]){name}\b", text) is not None
