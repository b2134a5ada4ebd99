"""Compares the parameters in the stubs with CPython's own. Usage: python3 compare_faces.py [--missing]

With --missing it also lists what CPython has and the stubs have not.
"""

import ast
import csv
import importlib
import inspect
import io
import json
import pathlib
import re
import sys
import zoneinfo

SHOWS_MISSING = "--missing" in sys.argv
FOLDER = pathlib.Path(__file__).parent.parent / "faces"
# The face of `salami` is held against the shim.
sys.path.insert(0, str(FOLDER.parents[2] / "python"))
SKIPPED_MODULES = {"_leaf", "typing", "enum", "abc", "__future__"}
# What CPython does not have under that name: our own classes, and the checker's forms.
HIDDEN = {"hidden"}
# Of classes whose instances have attributes that the class has not.
INSTANCES = {
    "csv.DictReader": csv.DictReader([]),
    # Zones of regions are of this kind too.
    "datetime.timezone": zoneinfo.ZoneInfo("UTC"),
    "csv.DictWriter": csv.DictWriter(io.StringIO(), []),
    "json.JSONDecodeError": json.JSONDecodeError("", "", 0),
    "re.error": re.error("", "", 0),
}
# Parameters that are none of a caller's business.
PRIVATE = {"copy.deepcopy": 1}
failures = 0


def report(text):
    global failures
    failures += 1
    print(text)


def decorators(node):
    names = {}
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call):
            names[ast.unparse(decorator.func)] = [ast.literal_eval(argument) for argument in decorator.args]
        else:
            names[ast.unparse(decorator)] = []
    return names


def parameters(node, drop_first):
    """(name, kind, default) of a stub's def; default: the source text, or None."""
    arguments = node.args
    positional = arguments.posonlyargs + arguments.args
    defaults = [None] * (len(positional) - len(arguments.defaults)) + [ast.unparse(d) for d in arguments.defaults]
    found = [
        (argument.arg, "positional" if index < len(arguments.posonlyargs) else "either", default)
        for index, (argument, default) in enumerate(zip(positional, defaults))
    ]
    if drop_first:
        found = found[1:]
    if arguments.vararg:
        found.append((arguments.vararg.arg, "args", None))
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults):
        found.append((argument.arg, "keyword", ast.unparse(default) if default else None))
    if arguments.kwarg:
        found.append((arguments.kwarg.arg, "kwargs", None))
    return found


KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: "positional",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "either",
    inspect.Parameter.VAR_POSITIONAL: "args",
    inspect.Parameter.KEYWORD_ONLY: "keyword",
    inspect.Parameter.VAR_KEYWORD: "kwargs",
}


def cpython(function, drop_first):
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):
        return None
    found = [(p.name, KINDS[p.kind], p.default) for p in signature.parameters.values()]
    return found[1:] if drop_first else found


def agrees(overloads, original):
    """Whether one overload has CPython's parameters, and the names of all are CPython's."""
    # Options that CPython passes on as **keywords are written out in the stub.
    passed_on = [p for p in original if p[1] in ("args", "kwargs")] if original[-1:] and original[-1][1] == "kwargs" else []

    def same(overload):
        if passed_on and not any(kind == "kwargs" for _, kind, _ in overload):
            fixed = [p for p in original if p not in passed_on]
            extra = overload[len(fixed):]
            return all(kind == "keyword" for _, kind, _ in extra) and same_as(overload[: len(fixed)], fixed)
        return same_as(overload, original)

    def same_as(overload, original):
        if len(overload) != len(original):
            return False
        for (name, kind, default), (their_name, their_kind, their_default) in zip(overload, original):
            if kind != their_kind or (kind not in ("positional", "args", "kwargs") and name != their_name):
                return False
            if default not in (None, "...") and their_default is not inspect.Parameter.empty:
                value = eval(default)
                if value != their_default and not isinstance(their_default, object.__class__) and repr(value) != repr(their_default):
                    return False
            if default is None and kind in ("positional", "either", "keyword") and their_default is not inspect.Parameter.empty:
                # Required here, since another overload has it optional.
                if len(overloads) == 1:
                    return False
        return True
    return any(same(overload) for overload in overloads)


def compare(name, nodes, original, drop_stub, drop_original):
    theirs = cpython(original, drop_original)
    if theirs is None:
        return
    theirs = theirs[: len(theirs) - PRIVATE.get(name, 0)]
    ours = [parameters(node, drop_stub) for node in nodes]
    if not agrees(ours, theirs):
        report(f"{name}\n  stub    {ours}\n  CPython {theirs}")


def functions(body):
    groups = {}
    for node in body:
        if isinstance(node, ast.FunctionDef):
            groups.setdefault(node.name, []).append(node)
    return groups


def names_of(body):
    names = set()
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.AnnAssign):
            names.add(node.target.id)
        elif isinstance(node, ast.Assign):
            names.update(target.id for target in node.targets)
    return names


def compare_class(module_name, node, original):
    marks = decorators(node)
    for name, nodes in functions(node.body).items():
        if name.startswith("__") and name != "__new__":
            continue
        first = decorators(nodes[0])
        place = f"{module_name}.{node.name}.{name}"
        if name == "__new__":
            compare(place, nodes, original, True, False)
            continue
        if not hasattr(original, name):
            if not hasattr(INSTANCES.get(f"{module_name}.{node.name}"), name):
                report(f"{place}: CPython has no such member")
            continue
        if "property" in first:
            continue
        member = inspect.getattr_static(original, name)
        is_static = isinstance(member, staticmethod)
        if is_static != ("staticmethod" in first):
            report(f"{place}: staticmethod differs")
        is_class = isinstance(member, (classmethod, type(dict.__dict__["fromkeys"])))
        if is_class != ("classmethod" in first):
            report(f"{place}: classmethod differs")
        compare(place, nodes, getattr(original, name), not is_static, not is_class and not is_static)
    ours = names_of(node.body)
    missing = [
        name for name in dir(original)
        if not name.startswith("_") and name not in ours and not any(name in known for known in inherited(node, module_name))
    ]
    if SHOWS_MISSING and missing and "intrinsic" not in marks:
        print(f"(not in {module_name}.{node.name}: {', '.join(missing)})")


CLASSES = {}


def inherited(node, module_name):
    for base in node.bases:
        name = ast.unparse(base).split("[")[0]
        for key in (f"{module_name}.{name}", f"builtins.{name}"):
            if key in CLASSES:
                yield names_of(CLASSES[key].body)
                yield from inherited(CLASSES[key], module_name)
                break


trees = {path.stem: ast.parse(path.read_text()) for path in sorted(FOLDER.glob("*.pyi"))}
for module_name, tree in trees.items():
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            CLASSES[f"{module_name}.{node.name}"] = node
for module_name, tree in trees.items():
    if module_name in SKIPPED_MODULES:
        continue
    module = importlib.import_module(module_name)
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not (HIDDEN & set(decorators(node))):
            original = getattr(module, node.name, None)
            if original is None:
                report(f"{module_name}.{node.name}: CPython has no such class")
            else:
                compare_class(module_name, node, original)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            value = ast.literal_eval(node.value) if ast.unparse(node.value) != "1e999" else float("inf")
            actual = getattr(module, node.target.id, None)
            if isinstance(value, tuple):
                actual = tuple(actual)
            if value is not ... and value != actual:
                report(f"{module_name}.{node.target.id}: {value!r}, CPython {actual!r}")
    for name, nodes in functions(tree.body).items():
        original = getattr(module, name, None)
        if original is None:
            report(f"{module_name}.{name}: CPython has no such function")
        else:
            compare(f"{module_name}.{name}", nodes, original, False, False)
    public = getattr(module, "__all__", None) or [name for name in dir(module) if not name.startswith("_")]
    missing = [name for name in public if name not in names_of(tree.body)]
    if SHOWS_MISSING and missing:
        print(f"(not in {module_name}: {', '.join(missing)})")

print(f"{failures} differences" if failures else "the faces agree with CPython")
sys.exit(1 if failures else 0)
