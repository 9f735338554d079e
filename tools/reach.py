"""Which files of lstm_ref a piece of source reaches: its imports, theirs, and so on.

Read from the sources, nothing is run. Where they leave a doubt, more is taken than less: imports
within functions count, those in strings, and every string that names a module or begins a name.
Other files are reached with the package in whose folder they are, or where a string names them.
An exercise is reached by its label: the module that declares "ex-rnn-back", not all of them.
"""

import ast
import functools
import re
from pathlib import Path

PACKAGE = "lstm_ref"
BY_LABEL = "book.exercises.table"  # loads the module that declares a label, and no other
LOADERS = {"import_module", "__import__", "run_module"}
# An import in a text that may be run: a template of code, the file of an example.
IMPORT = re.compile(r"^ *(?:from +([\w.]+) +)?import +\(?([\w., ]+)", re.MULTILINE)


class Package:
    """The files of a package below `root`, and what reaches what."""

    def __init__(self, root, name=PACKAGE):
        self.root, self.name = Path(root), name
        folder = self.root / name
        files = sorted(p for p in folder.rglob("*") if p.is_file() and not _made(p, folder))
        self.modules = {_dotted(p.relative_to(self.root)): p for p in files if p.suffix == ".py"}
        self.data = [path for path in files if path.suffix != ".py"]
        self._reads, self._names = functools.cache(self._reads), functools.cache(self._names)

    def reached(self, sources):
        """The paths that these texts of Python source reach, sorted. Raises SyntaxError."""
        wanted, strings = set(), set()
        for source in sources:
            found = Names(source, self.name)
            strings |= found.strings
            wanted |= self._wanted(found)
        wanted |= self._labelled({text for text in strings if text.startswith("ex-")})
        seen = set()
        while wanted - seen:
            seen |= (new := wanted - seen)
            for module in new:
                more, texts = self._reads(module)
                wanted |= more
                strings |= texts
        files = {self.modules[module] for module in seen}
        around = {path.parent for path in files if path.name == "__init__.py"}
        named = _parts(strings)
        data = {p for p in self.data if p.parent in around or {p.name, p.parent.name} & named}
        return sorted(files | data)

    def _reads(self, module):
        """What one module of the package reaches directly: (modules, strings)."""
        found = self._names(module)
        return self._wanted(found, module != f"{self.name}.{BY_LABEL}"), found.strings

    def _labelled(self, labels):
        """The modules that declare exercises with these labels."""
        folder = f"{self.name}.{BY_LABEL}".rpartition(".")[0]
        mine = (m for m in self.modules if m.startswith(f"{folder}.")) if labels else ()
        return {module for module in mine if labels & self._names(module).strings}

    def _wanted(self, found, loading=True):
        """The modules that `Names` names, with the packages around them."""
        wanted = set()
        for module, name in found.imports:
            wanted |= self._imported(module, name)
        if loading and not found.lazy:
            wanted |= self._loaded(found)
        return {part for module in wanted for part in _upwards(module)} & set(self.modules)

    def _imported(self, module, name):
        """`import module` (name None) or `from module import name`."""
        if module not in self.modules:
            return set()
        if name is None:  # binds the packages around it, too
            return set().union(*(self._whole(part) for part in _upwards(module)))
        if f"{module}.{name}" in self.modules:
            return {module} | self._whole(f"{module}.{name}")
        names = self._names(module)
        if not names.lazy or name in names.bound:
            return {module}
        if name in names.lazy_names:
            return {module, names.lazy_names[name]} & set(self.modules)
        return self._whole(module)

    def _whole(self, module):
        """A module of which any attribute may be asked for, and what it loads only then."""
        names = self._names(module)
        return {module} | (self._loaded(names) if names.lazy else set())

    def _names(self, module):
        path = self.modules[module]
        here = module if path.name == "__init__.py" else module.rpartition(".")[0]
        return Names(path.read_text(encoding="utf-8"), self.name, here)

    def _loaded(self, found):
        """The modules whose names stand in strings; all, if one is loaded by no known name."""
        wanted = set()
        for text in found.strings:
            if text in self.modules:
                wanted.add(text)
            elif text.startswith(f"{self.name}."):  # the beginning of a name
                wanted |= {m for m in self.modules if m.startswith(text)}
        if self.name in found.strings and "-m" in found.strings:
            wanted.add(f"{self.name}.__main__")
        if found.loads and not wanted:
            return set(self.modules)
        return wanted & set(self.modules)


class Names(ast.NodeVisitor):
    """What a source imports and which strings it holds.

    imports: pairs (module, name or None); strings: of f-strings the parts; loads: whether it loads
    modules by a computed name; lazy: whether it is a package whose `__getattr__` loads them;
    lazy_names: what such a package says of them, name -> module; bound: its other names.
    """

    def __init__(self, source, package, here=""):
        self.package, self.here = package, here
        self.imports, self.strings, self.bound, self.lazy_names = set(), set(), set(), {}
        self.loads = False
        tree = ast.parse(source)
        self.lazy = any(getattr(node, "name", "") == "__getattr__" for node in tree.body)
        for node in tree.body:
            self.bound |= _bound(node)
        self.visit(tree)

    def visit_Import(self, node):
        self.imports |= {(a.name, None) for a in node.names if self._ours(a.name)}

    def visit_ImportFrom(self, node):
        module = node.module or ""
        if node.level:
            parts = self.here.split(".")
            module = ".".join([*parts[: len(parts) + 1 - node.level], *filter(None, [module])])
        if self._ours(module):
            self.imports |= {(module, alias.name) for alias in node.names}

    def visit_If(self, node):
        for_types = "TYPE_CHECKING" in ast.unparse(node.test)  # is never run
        for part in node.orelse if for_types else [node.test, *node.body, *node.orelse]:
            self.visit(part)

    def visit_Constant(self, node):
        if not isinstance(node.value, str):
            return
        self.strings.add(node.value)
        for module, names in IMPORT.findall(node.value):
            for name in filter(None, (part.split(" as ")[0].strip() for part in names.split(","))):
                found = (module, name) if module else (name, None)
                self.imports |= {found} if self._ours(found[0]) else set()

    def visit_Name(self, node):
        self.loads |= node.id in LOADERS

    def visit_Attribute(self, node):
        self.loads |= node.attr in LOADERS
        self.generic_visit(node)

    def visit_Dict(self, node):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(value, ast.Constant):
                if self._ours(str(value.value)):
                    self.lazy_names[key.value] = value.value
        self.generic_visit(node)

    def _ours(self, module):
        return module.split(".")[0] == self.package


def _upwards(module):
    """A module and the packages around it."""
    parts = module.split(".")
    return [".".join(parts[: k + 1]) for k in range(len(parts))]


def _bound(node):
    """The names that a statement at the top of a module binds."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name for alias in node.names}
    if isinstance(node, ast.Assign):
        return {name.id for target in node.targets for name in ast.walk(target) if _is_name(name)}
    return {node.name} if hasattr(node, "name") else set()


def _is_name(node):
    return isinstance(node, ast.Name)


def _parts(strings):
    """The names of files and folders in texts that look like paths."""
    return {part for text in strings for part in text.split("/")}


def _made(path, folder):
    """Whether a file is no source: compiled, or hidden as checkpoints are."""
    parts = path.relative_to(folder).parts
    return any(part.startswith(".") or part == "__pycache__" for part in parts)


def _dotted(path):
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
