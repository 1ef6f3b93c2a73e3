"""The registries' own functions as code to read elsewhere: one source of truth for the app and for what leaves it.

The core writes into arrays that it keeps (``np.exp(out, out=out)``), because that is fast. A reader wants the same
operations in the same order as an expression. `Definitions` reads a function's source and rewrites it: what is known
(a closure's values, an entry's fields) is filled in and branches that cannot be taken are dropped; in-place statements
become expressions; scratch arrays and unused parameters vanish. A function that resists is exported as it stands, with
its scratch array made inside. Numbers are never changed, nor the order of operations.
"""

import ast
import builtins
import copy
import inspect
import keyword
import linecache
import re
import sys
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import FunctionType, ModuleType

import numpy as np

from ffbp.programs.layout import INDENT, docstring, fold, is_plain, literal, statements

SCRATCH = ("out", "work")  # parameters that only lend memory
# Names that the programs around the functions use.
RESERVED = frozenset(
    """
    A0 A0_test A0_train A0_epoch Y Y_epoch Y_test Y_train X y X_train X_test y_train y_test np jnp jax torch nn csv
    theta grad state n batch epoch step forward backward encode in_units with_ones predict score losses loss mean
    std points table columns rows rows_test rows_train order classes optimizer model schedule shuffler random_state
    is_weight learning_rate update starts linear
    """.split()  # noqa: SIM905
)
# What each kind of registry function takes, in order: its parameters get these names, whatever they were called.
FORWARD, SLOPE, JACOBIAN = ("Z", "out"), ("Z", "A", "out"), ("A", "delta")
VALUE, VALUE_FROM_LOGITS, GRADIENT = ("A", "Y"), ("Z", "A", "Y", "work"), ("A", "Y", "out")
UPDATE, FACTOR = ("theta", "grad", "state", "work"), ("epoch", "n_epochs")
MAKE = ("n_samples", "noise", "classes", "random_state")
_OPERATORS = {
    "add": ast.Add, "subtract": ast.Sub, "multiply": ast.Mult, "divide": ast.Div, "true_divide": ast.Div,
    "power": ast.Pow,
}  # fmt: skip
_COMPARISONS = {
    "greater": ast.Gt, "greater_equal": ast.GtE, "less": ast.Lt, "less_equal": ast.LtE, "equal": ast.Eq,
    "not_equal": ast.NotEq,
}  # fmt: skip
_KNOWN = {"Z.ndim": 2, "A.ndim": 2}  # an exported program has one network, so its arrays have two axes
_FAST_CONSTANTS = {"_zeros": 0.0, "_ones": 1.0}  # arrays that the core keeps because a number is slower


class NotExportable(ValueError):
    """A registry's function that has no Python source to export."""


class _NotPlain(Exception):
    """A function whose in-place statements have no expression; it is exported as it stands."""


@dataclass(frozen=True)
class Function:
    """A function that was exported: its name and what is left of its parameters."""

    name: str
    positional: tuple[str, ...]
    keywords: tuple[str, ...] = ()
    constant: object = None  # the number that it always returns, or None
    rewritten: bool = True  # False where it is exported as it stands, in-place statements and all
    names: frozenset[str] = frozenset()  # what it uses of the array module

    def call(self, *, named: bool = False, **arguments: str) -> str:
        """A call's text; of the arguments, by parameter, those are taken that the function has."""
        texts = [f"{name}={arguments[name]}" if named else arguments[name] for name in self.positional]
        texts += [f"{name}={arguments[name]}" for name in self.keywords]
        return f"{self.name}({', '.join(texts)})"


@dataclass
class Definitions:
    """The imports, constants and functions that an exported program needs, each once, in the order of their use.

    ``arrays`` is the array module's name in the text; with ``pure`` nothing is changed in place: optimizers return
    what is new (JAX).
    """

    arrays: str = "np"
    pure: bool = False
    modules: set[str] = field(default_factory=set)  # import ...
    names: dict[str, set[str]] = field(default_factory=dict)  # from module import names
    constants: dict[str, str] = field(default_factory=dict)
    functions: dict[str, list[str]] = field(default_factory=dict)
    _known: dict = field(default_factory=dict)
    _taken: dict[str, object] = field(default_factory=dict)
    _helpers: dict[str, Function] = field(default_factory=dict)

    def add_import(self, node: ast.Import | ast.ImportFrom, alias: ast.alias) -> None:
        """Note one name of an import statement."""
        written = alias.name + (f" as {alias.asname}" if alias.asname else "")
        if isinstance(node, ast.ImportFrom):
            self.names.setdefault(node.module, set()).add(written)
        else:
            self.modules.add(written)
        self._taken[(alias.asname or alias.name).split(".")[0]] = None

    def import_lines(self) -> list[str]:
        """Import statements, sorted as usual: the standard library, an empty line, the others."""
        found = [(False, module, f"import {module}") for module in self.modules]
        found += [(True, module, f"from {module} import {', '.join(sorted(n))}") for module, n in self.names.items()]
        lines: list[list[str]] = [[], []]
        for _, module, line in sorted(found):
            lines[re.split(r"[ .]", module)[0] not in sys.stdlib_module_names].append(line)
        return [*lines[0], *([""] if all(lines) else []), *lines[1]]

    def new_lines(self) -> list[str]:
        """The functions that were exported since the last call, helpers before their users, two empty lines between."""
        lines = "\n\n\n".join("\n".join(self.functions.pop(name)) for name in list(self.functions))
        return lines.splitlines()

    def function(
        self,
        function: Callable,
        name: str,
        takes: tuple[str, ...] = (),
        *,
        doc: str = "",
        known: Mapping[str, object] | None = None,
        result: str | None = None,
        merge: tuple[str, ...] = (),
        as_it_stands: bool = False,
    ) -> Function:
        """Export a function under a name (a similar one if it is taken).

        takes: names for its parameters, by position. doc: instead of its docstring. known: parameters or attributes
        ("self.draw") that are settled. result: a parameter that it changes in place and that the exported one returns.
        merge: variables to be written into the place of their one use. as_it_stands: change nothing. Raises
        NotExportable where there is no source.
        """
        if isinstance(function, np.ufunc):
            return Function(f"{self.arrays}.{function.__name__}", ("Z",), names=frozenset({function.__name__}))
        key = (function, result, as_it_stands)
        if key not in self._known:
            name = self.free_name(name, key)
            tree = _renamed(_tree_of(function), takes)
            self._known[key] = self._export(function, tree, name, doc, dict(known or {}), result, merge, as_it_stands)
        return self._known[key]

    def beside(self, arrays: str) -> "Definitions":
        """Definitions for another array module in the same program: what is taken, imported and constant is shared."""
        return Definitions(
            arrays, pure=True, modules=self.modules, names=self.names, constants=self.constants, _taken=self._taken
        )

    def free_name(self, wanted: str, owner: object = None) -> str:
        """The wanted name as an identifier that nothing else in the program has."""
        name = re.sub(r"\W", "_", wanted) or "function"
        if name[0].isdigit():
            name = "_" + name
        while (
            keyword.iskeyword(name)
            or hasattr(builtins, name)
            or name in RESERVED
            or re.fullmatch(r"(delta|d?[Wb]b?|[ZA])\d+", name)
            or self._taken.get(name, owner) != owner
        ):
            name += "_"
        self._taken[name] = owner
        return name

    def inlined(self, function: Callable, arguments: Mapping[str, str]) -> str:
        """The value of a one-expression function with these argument texts put in, by position in its signature."""
        tree, closure = _tree_of(function), _closure_of(function)
        body = _without_docstring(tree)
        if len(body) != 1 or not isinstance(body[0], ast.Return):
            raise NotExportable(f"{function.__name__} must be a single expression to be written into another")
        names = [argument.arg for argument in tree.args.args]
        values = {name: ast.parse(text, mode="eval").body for name, text in zip(names, arguments.values(), strict=True)}
        values |= {name: _constant(value) for name, value in closure.items() if is_plain(value)}
        node = _Substitute(values).visit(body[0].value)
        self._resolve([ast.Expr(node)], function, _loaded_names([ast.parse(text) for text in arguments.values()]))
        return statements([ast.Expr(node)])[0]

    # One function

    def _export(self, function, tree, name, doc, known, result, merge, as_it_stands):
        closure = _closure_of(function)
        values = {**{n: v for n, v in closure.items() if is_plain(v)}, **known}
        body = _without_docstring(tree)
        parameters = [argument.arg for argument in (*tree.args.posonlyargs, *tree.args.args)]
        keywords = [argument.arg for argument in tree.args.kwonlyargs]
        substitute = _Substitute({n: _constant(v) for n, v in values.items() if is_plain(v)})
        attributes = {n: v for n, v in values.items() if "." in n}
        body = _Fold({**_KNOWN, **attributes}, self).block([substitute.visit(node) for node in body])
        body, imported = self._hoist_imports(body)
        plain = _Plain(function, parameters, keywords, self, result, merge)
        dropped = {*SCRATCH, "self", *known}
        rewritten = None
        if not as_it_stands:
            try:
                rewritten = plain.rewrite(copy.deepcopy(body))
            except _NotPlain:
                body = self._scratch_made(parameters) + body
        body = body if rewritten is None else rewritten
        used = _loaded_names(body)
        if not as_it_stands:
            keeps_all = self.pure and plain.is_update
            parameters = [n for n in parameters if n not in dropped and (keeps_all or n in used)]
            keywords = [n for n in keywords if n not in dropped and n in used]
        local = {argument.arg for argument in (*tree.args.posonlyargs, *tree.args.args, *tree.args.kwonlyargs)}
        self._resolve(body, function, local | imported, helpers_as_they_stand=rewritten is None)
        constant = None
        if len(body) == 1 and isinstance(body[0], ast.Return) and isinstance(body[0].value, ast.Constant):
            constant = body[0].value.value
        signature = ", ".join([*parameters, *(["*", *keywords] if keywords else [])])
        text = inspect.cleandoc(doc or function.__doc__ or "")
        if rewritten is not None and (self.pure or not plain.is_update):
            text = re.sub(r",? in place", "", text)
        lines = fold(f"def {name}({signature}):")
        if text:
            lines += docstring(text)
        self.functions[name] = [*lines, *statements(body, INDENT)]
        used = {n.attr for part in body for n in ast.walk(part) if _is_attribute_of(n, self.arrays)}
        helpers = (known for (_, known) in self._helpers.items() if known.name in _loaded_names(body))
        names = frozenset(used.union(*(helper.names for helper in helpers)))
        exported = Function(name, tuple(parameters), tuple(keywords), constant, rewritten is not None, names)
        self._helpers[name] = exported
        return exported

    def _hoist_imports(self, body):
        """The statements without imports, which go to the program's beginning, and the names that those bind."""
        kept, names = [], set()
        for node in body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                for alias in node.names:
                    self.add_import(node, alias)
                    names.add((alias.asname or alias.name).split(".")[0])
            else:
                kept.append(node)
        return kept, names

    def _scratch_made(self, parameters):
        """Statements that make the scratch arrays of a function that `_Plain` cannot rewrite."""
        like = f"np.empty_like({parameters[0]})"
        made = {"out": like, "work": like if parameters[0] == "theta" else f"{like}, {like}"}
        return [ast.parse(f"{name} = {made[name]}").body[0] for name in parameters if name in SCRATCH]

    def _resolve(self, body, function, local, *, helpers_as_they_stand=False):
        """Make every global name that the statements use available: import it, define it, or rename it."""
        nodes = [node for part in body for node in ast.walk(part)]
        local = local | {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        local |= {a.arg for n in nodes if isinstance(n, ast.Lambda) for a in n.args.args}
        scope = {**function.__globals__, **_closure_of(function)}
        renamed = {}
        free = {n.id for part in body for n in ast.walk(part) if _is_free_name(n)}
        for name in sorted(free - local):
            if name not in scope and hasattr(builtins, name):
                continue
            if name not in scope:
                raise NotExportable(f"{function.__name__} uses the name {name!r}, which is not defined where it stands")
            value = inspect.unwrap(scope[name]) if callable(scope[name]) else scope[name]
            if value is np:
                renamed[name] = self.arrays
            elif isinstance(value, ModuleType):
                self.modules.add(value.__name__ + (f" as {name}" if name != value.__name__ else ""))
            elif isinstance(value, FunctionType) and _is_own(value, function):
                renamed[name] = self.function(value, name, as_it_stands=helpers_as_they_stand).name
            elif hasattr(value, "__module__") and callable(value):
                self.names.setdefault(value.__module__, set()).add(name)
            elif (source := _assignment(function, name)) is not None:
                self._resolve([source], function, set())
                self.constants[name] = statements([source])[0]
            elif (found := _import_of(function, name)) is not None:
                self.add_import(*found)
            elif is_plain(value):
                self.constants[name] = f"{name} = {literal(value)}"
            else:
                raise NotExportable(f"{function.__name__} uses {name!r}, which cannot be written as code")
        for part in body:
            for node in ast.walk(part):
                if _is_free_name(node) and node.id in renamed:
                    node.id = renamed[node.id]


# Reading source


@lru_cache(maxsize=512)
def _parsed(function):
    try:
        lines, _ = inspect.getsourcelines(function)
    except (OSError, TypeError):
        raise NotExportable(
            f"{getattr(function, '__name__', function)!r} must be a Python function with source"
        ) from None
    if function.__name__ != "<lambda>":
        return ast.parse(textwrap.dedent("".join(lines))).body[0]
    code = function.__code__
    module = ast.parse("".join(linecache.getlines(code.co_filename)))
    spots = {(p[0], p[2]) for p in code.co_positions() if p[2] is not None and p[0] is not None}
    for node in ast.walk(module):
        if isinstance(node, ast.Lambda) and node.lineno == code.co_firstlineno:
            start, stop = (node.body.lineno, node.body.col_offset), (node.body.end_lineno, node.body.end_col_offset)
            if any(start <= spot < stop for spot in spots if spot[1] > 0):
                arguments = node.args
                return ast.FunctionDef("lambda", arguments, [ast.Return(node.body)], [], lineno=1, col_offset=0)
    raise NotExportable("a lambda must stand in a file to be exported")


def _tree_of(function):
    return copy.deepcopy(_parsed(function))


def _renamed(tree, names):
    """A function's tree with its first parameters called by these names."""
    arguments = [*tree.args.posonlyargs, *tree.args.args]
    new = {old.arg: name for old, name in zip(arguments, names, strict=False) if old.arg != name}
    for node in ast.walk(tree) if new else ():
        if isinstance(node, ast.arg):
            node.arg = new.get(node.arg, node.arg)
        elif isinstance(node, ast.Name):
            node.id = new.get(node.id, node.id)
    return tree


def _is_attribute_of(node, module):
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == module


def _is_free_name(node):
    """Whether a node is a name that is read and that is not already one of the program's own functions."""
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and not hasattr(node, "exported")


def _is_own(value, function):
    """Whether a function belongs to the project, or to the module of the one that uses it: then its source goes along."""
    return value.__module__.split(".")[0] in ("ffbp", function.__module__.split(".")[0])


def _closure_of(function):
    names, cells = function.__code__.co_freevars, function.__closure__ or ()
    return {name: cell.cell_contents for name, cell in zip(names, cells, strict=True)}


@lru_cache(maxsize=64)
def _module_tree(filename):
    return ast.parse("".join(linecache.getlines(filename)))


def _assignment(function, name):
    """The module's statement ``name = ...`` where the function stands."""
    for node in _module_tree(function.__code__.co_filename).body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and getattr(node.targets[0], "id", None) == name:
            return copy.deepcopy(node)
    return None


def _import_of(function, name):
    for node in _module_tree(function.__code__.co_filename).body:
        for alias in node.names if isinstance(node, ast.ImportFrom) else ():
            if (alias.asname or alias.name) == name:
                return node, alias
    return None


def _without_docstring(tree):
    first = tree.body[0]
    is_doc = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return tree.body[1:] if is_doc else tree.body


def _loaded_names(body):
    return {
        node.id
        for part in body
        for node in ast.walk(part)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    } | {
        node.target.id
        for part in body
        for node in ast.walk(part)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
    }


def _constant(value):
    return ast.parse(literal(value), mode="eval").body


class _Substitute(ast.NodeTransformer):
    """Names replaced by known values or expressions."""

    def __init__(self, values):
        self.values = values

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Load) and node.id in self.values:
            return copy.deepcopy(self.values[node.id])
        return node


class _Fold(ast.NodeTransformer):
    """What is known is worked out: attributes, comparisons, branches, and keyword dictionaries."""

    def __init__(self, known, definitions):
        self.known, self.definitions = known, definitions

    def block(self, body):
        done = []
        for node in body:
            node = self.visit(node)
            if isinstance(node, ast.If):
                node.body, node.orelse = self.block(node.body), self.block(node.orelse)
                if isinstance(node.test, ast.Constant):
                    taken = node.body if node.test.value else node.orelse
                    done += taken
                    if taken and isinstance(taken[-1], ast.Return):
                        break
                    continue
            done.append(node)
        return done

    def visit_Attribute(self, node):
        self.generic_visit(node)
        text = ast.unparse(node)
        if text in self.known and is_plain(self.known[text]):
            return _constant(self.known[text])
        return node

    def visit_Compare(self, node):
        self.generic_visit(node)
        if len(node.ops) == 1 and isinstance(node.left, ast.Constant) and isinstance(node.comparators[0], ast.Constant):
            left, right = node.left.value, node.comparators[0].value
            if isinstance(node.ops[0], ast.Eq | ast.NotEq):
                return ast.Constant((left == right) == isinstance(node.ops[0], ast.Eq))
            if isinstance(node.ops[0], ast.Is | ast.IsNot):
                return ast.Constant((left is right) == isinstance(node.ops[0], ast.Is))
        return node

    def visit_IfExp(self, node):
        self.generic_visit(node)
        if isinstance(node.test, ast.Constant):
            return node.body if node.test.value else node.orelse
        return node

    def visit_Call(self, node):
        text = ast.unparse(node.func)
        function = self.known.get(text)
        if callable(function):  # a field that is a function, such as an initializer's std
            arguments = {str(i): ast.unparse(argument) for i, argument in enumerate(node.args)}
            return ast.parse(self.definitions.inlined(function, arguments), mode="eval").body
        self.generic_visit(node)
        if text == "getattr" and len(node.args) == 2 and isinstance(node.args[1], ast.Constant):
            return ast.Attribute(node.args[0], node.args[1].value, ast.Load())
        keywords = []
        for item in node.keywords:
            if item.arg is None and isinstance(item.value, ast.Dict):
                pairs = zip(item.value.keys, item.value.values, strict=True)
                keywords += [ast.keyword(key.value, value) for key, value in pairs]
            else:
                keywords.append(item)
        node.keywords = keywords
        return node


class _Plain:
    """In-place statements rewritten as assignments, and those put into each other where a value is used once."""

    def __init__(self, function, parameters, keywords, definitions, result, merge):
        self.function, self.definitions, self.result = function, definitions, result
        self.parameters = parameters
        self.scope = {**function.__globals__, **_closure_of(function)}
        self.scratch = {name for name in parameters if name in SCRATCH}
        self.is_update = parameters[:3] == ["theta", "grad", "state"]
        self.rows: dict[str, int] = {}  # the optimizer's state rows by their names in the function
        self.persistent = {"theta"} if self.is_update else set()
        self.inner = {*self.scratch, *merge, *([result] if result else [])}  # names that may be put into each other

    def rewrite(self, body):
        body = [part for node in body for part in self.statement(node)]
        if self.result:
            body.append(ast.Return(ast.Name(self.result, ast.Load())))
        body = self.merge(body)
        stray = _loaded_names(body) & self.scratch
        if any(name in SCRATCH or not _is_assigned(body, name) for name in stray) and any(
            not _is_assigned(body, name) for name in stray
        ):
            raise _NotPlain
        if self.is_update:
            body = self.finish_update(body)
        return body

    # Statements

    def statement(self, node):
        if isinstance(node, ast.If):
            node.body = [part for inner in node.body for part in self.statement(inner)]
            node.orelse = [part for inner in node.orelse for part in self.statement(inner)]
            node.test = self.expression(node.test)
            return [node]
        if isinstance(node, ast.Return):
            node.value = self.expression(node.value)
            return [node]
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            return self.call_statement(node)
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            return self.assignment(node)
        if isinstance(node, ast.AugAssign) and self.is_array(node.target):
            value = ast.BinOp(_loaded(node.target), node.op, self.expression(node.value))
            return [_assign(node.target, value)]
        if isinstance(node, ast.With | ast.For | ast.While | ast.Try) and _loaded_names([node]) & self.scratch:
            raise _NotPlain
        return [node]

    def call_statement(self, node):
        call = node.value
        target, value = self.in_place(call)
        if target is not None:
            return [_assign(target, value)]
        helper = self.helper(call)
        if helper is not None and self.is_update:
            call = self.call_helper(helper, call)
            if self.definitions.pure:
                targets = ast.Tuple([ast.Name(n, ast.Store()) for n in ("theta", "state")], ast.Store())
                return [ast.Assign([targets], call, lineno=0)]
            return [ast.Expr(call)]
        if _loaded_names([node]) & {*self.scratch, *self.persistent, *self.inner}:
            raise _NotPlain
        return [node]

    def assignment(self, node):
        target, value = node.targets[0], node.value
        if isinstance(value, ast.Name) and value.id in self.scratch:  # shifted, _ = work
            names = target.elts if isinstance(target, ast.Tuple) else [target]
            self.scratch |= {name.id for name in names}
            self.inner |= {name.id for name in names}
            return []
        if self.is_update and isinstance(value, ast.Name) and value.id == "state":
            names = target.elts if isinstance(target, ast.Tuple) else []
            if not names:
                raise _NotPlain
            self.rows |= {name.id: row for row, name in enumerate(names)}
            self.persistent |= set(self.rows)
            return [node]
        if self.is_update and _is_state_row(value) and isinstance(target, ast.Name):
            self.rows[target.id] = value.slice.value
            self.persistent.add(target.id)
            return [node]
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) and target.value.id in self.scratch:
            whole = ast.unparse(target.slice) in ("...", ":")
            if not whole:
                raise _NotPlain
            target = ast.Name(target.value.id, ast.Store())
        node.value = self.expression(value)
        return [_assign(target, node.value)]

    def is_array(self, target):
        name = target.value if isinstance(target, ast.Subscript) else target
        return isinstance(name, ast.Name) and name.id in {*self.scratch, *self.persistent, *self.inner, "state"}

    # Expressions

    def in_place(self, call):
        """(target, value) of a call that writes into an array, or (None, None)."""
        name = self.numpy_name(call)
        for item in call.keywords:
            if item.arg == "out":
                value = copy.deepcopy(call)
                value.keywords = [other for other in value.keywords if other.arg != "out"]
                return self.target(item.value), self.operator(value)
        if name == "copyto" and len(call.args) == 2 and not call.keywords:
            return self.target(call.args[0]), self.expression(call.args[1])
        if isinstance(call.func, ast.Attribute) and call.func.attr == "fill" and self.is_array(call.func.value):
            like = ast.parse(f"np.full_like({self.parameters[0]}, 0.0)", mode="eval").body
            like.args[1] = self.expression(call.args[0])
            return self.target(call.func.value), like
        helper = self.helper(call)
        if helper is not None and "out" in _parameter_names(helper):
            position = _parameter_names(helper).index("out")
            if position < len(call.args):
                return self.target(call.args[position]), self.call_helper(helper, call)
        return None, None

    def target(self, node):
        if isinstance(node, ast.Name) or (self.is_update and _is_state_row(node)):
            return node
        raise _NotPlain

    def expression(self, node):
        if node is None:
            return None
        return _Expressions(self).visit(node)

    def operator(self, call):
        """A NumPy call without ``out`` as the operator that it stands for."""
        name = self.numpy_name(call)
        arguments = [self.expression(argument) for argument in call.args]
        if name in _OPERATORS and len(arguments) == 2 and not call.keywords:
            return ast.BinOp(arguments[0], _OPERATORS[name](), arguments[1])
        if name in _COMPARISONS and len(arguments) == 2 and not call.keywords:
            return ast.Compare(arguments[0], [_COMPARISONS[name]()], [arguments[1]])
        if name == "negative" and len(arguments) == 1:
            return ast.UnaryOp(ast.USub(), arguments[0])
        if name == "reciprocal" and len(arguments) == 1:
            return ast.BinOp(ast.Constant(1.0), ast.Div(), arguments[0])
        call.args = arguments
        return call

    def numpy_name(self, call):
        function = call.func
        if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
            return None
        return function.attr if self.scope.get(function.value.id) is np else None

    def helper(self, call):
        """The Python function of the same module that is called, or None."""
        if not isinstance(call.func, ast.Name):
            return None
        value = self.scope.get(call.func.id)
        return value if isinstance(value, FunctionType) else None

    def call_helper(self, helper, call):
        """A call of another exported function: scratch and dropped parameters left out."""
        exported = self.definitions.function(helper, helper.__name__)
        names = _parameter_names(helper)
        given = dict(zip(names, call.args, strict=False)) | {item.arg: item.value for item in call.keywords}
        given = {name: self.expression(value) for name, value in given.items() if name not in SCRATCH}
        name = ast.Name(exported.name, ast.Load())
        name.exported = True
        return ast.Call(
            name,
            [given[name] for name in exported.positional],
            [ast.keyword(name, given[name]) for name in exported.keywords if name in given],
        )

    # Putting values into each other

    def merge(self, body):
        """Put a value that is used exactly once into the place of its use; values of inner names only."""
        body = list(body)
        i = 0
        while i < len(body):
            node = body[i]
            if isinstance(node, ast.If):
                node.body, node.orelse = self.merge(node.body), self.merge(node.orelse)
            name = _assigned_name(node)
            is_row = name is not None and _is_state_row(node.value)
            if (
                name in {*self.inner, *self.persistent}
                and not is_row
                and (use := self.single_use(body, i, name)) is not None
            ):
                _Replace(name, node.value).visit_statement(body[use])
                del body[i]
                i = max(i - 1, 0)
                continue
            i += 1
        return body

    def single_use(self, body, i, name):
        """The index of the one statement that uses the value assigned in statement i, or None."""
        needs = _loaded_names([body[i].value])
        use = None
        killed = False
        for j in range(i + 1, len(body)):
            node = body[j]
            count = _count(node, name)
            if count:
                if use is not None or count > 1 or not isinstance(node, ast.Assign | ast.Return):
                    return None
                if any(_changes(between, needs) for between in body[i + 1 : j]):
                    return None
                use = j
            if _assigned_name(node) == name:
                killed = True
                break
        if name in self.persistent and not killed:
            return None  # its last value has to stay
        return use

    # Optimizers

    def finish_update(self, body):
        names = [name for name, _ in sorted(self.rows.items(), key=lambda item: item[1])]
        if self.definitions.pure:
            state = (
                ast.List([ast.Name(n, ast.Load()) for n in names], ast.Load())
                if names
                else ast.Name("state", ast.Load())
            )
            if not names and any(_is_state_row(t) for node in body for t in getattr(node, "targets", ())):
                body.insert(0, ast.parse("state = list(state)").body[0])
            return [*body, ast.Return(ast.Tuple([ast.Name("theta", ast.Load()), state], ast.Load()))]
        return [self.store(node) for node in body]

    def store(self, node):
        """``theta = theta - x`` as ``theta -= x``, and other new values into the arrays that stay."""
        name = _assigned_name(node)
        if name not in self.persistent or _is_state_row(node.value):
            return node
        value = node.value
        if isinstance(value, ast.BinOp) and isinstance(value.left, ast.Name) and value.left.id == name:
            return ast.AugAssign(ast.Name(name, ast.Store()), value.op, value.right)
        whole = ast.Subscript(ast.Name(name, ast.Load()), ast.Constant(...), ast.Store())
        return _assign(whole, value)


class _Expressions(ast.NodeTransformer):
    """Calls inside an expression: scratch arguments dropped, helpers exported."""

    def __init__(self, plain):
        self.plain = plain

    def visit_Call(self, node):
        plain = self.plain
        if isinstance(node.func, ast.Name) and node.func.id in _FAST_CONSTANTS:
            return ast.Constant(_FAST_CONSTANTS[node.func.id])
        helper = plain.helper(node)
        if helper is not None and _is_own(helper, plain.function):
            return plain.call_helper(helper, node)
        target, value = plain.in_place(node)
        if target is not None:
            return value
        self.generic_visit(node)
        return node


class _Replace(ast.NodeTransformer):
    def __init__(self, name, value):
        self.name, self.value = name, value

    def visit_statement(self, node):
        node.value = self.visit(node.value)

    def visit_Name(self, node):
        return self.value if node.id == self.name and isinstance(node.ctx, ast.Load) else node


def _parameter_names(function):
    return list(inspect.signature(function).parameters)


def _assign(target, value):
    target = copy.deepcopy(target)
    target.ctx = ast.Store()
    return ast.Assign([target], value, lineno=0)


def _loaded(target):
    target = copy.deepcopy(target)
    target.ctx = ast.Load()
    return target


def _assigned_name(node):
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


def _is_assigned(body, name):
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
        for part in body
        for node in ast.walk(part)
    )


def _changes(node, names):
    stored = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return bool(stored & names) or isinstance(node, ast.If | ast.Expr)


def _count(node, name):
    return sum(isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load) for n in ast.walk(node))


def _is_state_row(node):
    return (
        isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id == "state"
        and isinstance(node.slice, ast.Constant)
    )
