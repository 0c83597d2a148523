"""What Django reads: every call of os.getenv, os.environ.get, get_from_env and the like in its Python, with the default of a production."""

import ast
import re
from pathlib import Path

FOLDERS = ("posthog", "ee", "products")
NAME = re.compile(r"^[A-Z][A-Z0-9_]{2,}$")
# What is false where PostHog is neither developed, nor tested, nor PostHog's cloud.
FALSE = {"TEST", "DEBUG", "E2E_TESTING", "CLOUD_DEPLOYMENT", "IS_COLLECT_STATIC", "STATIC_COLLECTION", "USE_LOCAL_SETUP", "SELF_CAPTURE",
         "IN_UNIT_TESTING", "IN_EVAL_TESTING"}
GETTERS = {"getenv", "get_from_env", "get_env", "get_list_from_env", "env", "_env", "environ_get"}


def collect(tree: Path) -> list:
    found = {}
    for folder in FOLDERS:
        for path in sorted((tree / folder).rglob("*.py")):
            if is_elsewhere(path.relative_to(tree)):
                continue
            text = path.read_text(errors="replace")
            if not re.search(r"getenv|environ|get_from_env|get_env|_env\(", text):
                continue
            calls = Settings(str(path.relative_to(tree)))
            calls.visit(ast.parse(text))
            for setting in calls.found:
                known = found.get(setting["name"])
                # A default of the settings' own files wins over that of a script elsewhere.
                if not known or (setting.get("default") and not known.get("default")):
                    found[setting["name"]] = setting
    return list(found.values())


def is_elsewhere(path: Path) -> bool:
    """Tests, and programs that the app's image does not start."""
    folders = {"test", "tests", "node_modules", "services", "evals", "eval", "benchmark"}
    return bool(folders & set(path.parts)) or path.name.startswith("test_") or path.name == "conftest.py"


class Settings(ast.NodeVisitor):
    def __init__(self, file: str):
        self.file, self.found, self.symbols, self.dead = file, [], {}, 0

    def visit_If(self, node: ast.If) -> None:
        self.replaced_where_empty(node)
        truth = self.truth(node.test)
        self.visit(node.test)
        for branch, is_dead in ((node.body, truth is False), (node.orelse, truth is True)):
            self.dead += is_dead
            for child in branch:
                self.visit(child)
            self.dead -= is_dead

    def replaced_where_empty(self, node: ast.If) -> None:
        """`if not X: X = ...` after `X = get_from_env("X", "")`."""
        if not (isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not) and isinstance(node.test.operand, ast.Name)):
            return
        symbol = self.symbols.get(node.test.operand.id)
        name = self.name_of(symbol) if isinstance(symbol, ast.Call) else None
        for child in node.body if name else []:
            if isinstance(child, ast.Assign) and ast.unparse(child.targets[0]) == node.test.operand.id:
                self.note(name, self.text(child.value), self.inherited(child.value))

    def visit_IfExp(self, node: ast.IfExp) -> None:
        truth = self.truth(node.test)
        self.visit(node.test)
        for branch, is_dead in ((node.body, truth is False), (node.orelse, truth is True)):
            self.dead += is_dead
            self.visit(branch)
            self.dead -= is_dead

    def visit_Assign(self, node: ast.Assign) -> None:
        self.assign(node.targets, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.assign([node.target], node.value)

    def assign(self, targets: list, value: ast.expr) -> None:
        self.visit(value)
        for target in targets:
            if isinstance(target, ast.Name) and not self.dead:
                self.symbols[target.id] = value

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        first = node.values[0]
        if isinstance(node.op, ast.Or) and isinstance(first, ast.Call) and self.name_of(first) and len(node.values) == 2 and len(first.args) < 2:
            self.note(self.name_of(first), self.text(node.values[1]), self.inherited(node.values[1]))
            self.visit(node.values[1])
            return
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = self.name_of(node)
        if name:
            default = node.args[1] if len(node.args) > 1 else next((keyword.value for keyword in node.keywords if keyword.arg == "default"), None)
            self.note(name, self.text(default), self.inherited(default))
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if ast.unparse(node.value).endswith("environ") and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            self.note(node.slice.value, None, None)
        self.generic_visit(node)

    def visit_Tuple(self, node: ast.Tuple) -> None:
        # Tables of names, as in posthog/settings/kafka.py.
        if self.file.endswith("settings/kafka.py"):
            for element in node.elts:
                if isinstance(element, ast.Constant) and isinstance(element.value, str) and re.match(r"^KAFKA_[A-Z_]+$", element.value):
                    self.note(element.value, "kafka:9092" if element.value in ("KAFKA_HOSTS", "KAFKA_URL") else None, None)
        self.generic_visit(node)

    def name_of(self, node: ast.Call) -> str | None:
        function = ast.unparse(node.func)
        if not (function.split(".")[-1] in GETTERS or function.endswith("environ.get") or function.endswith("environ.setdefault")) or not node.args:
            return None
        first = node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and NAME.match(first.value):
            return first.value
        if isinstance(first, ast.JoinedStr):
            text = "".join(part.value if isinstance(part, ast.Constant) else "*" for part in first.values)
            return text if re.match(r"^[A-Z][A-Z0-9_*]{5,}$", text) else None
        return None

    def note(self, name: str, default: str | None, inherits: str | None) -> None:
        self.found.append({"name": name, "file": self.file, **({} if self.dead else {"default": default, "inherits": inherits})})

    def text(self, node: ast.expr | None, depth: int = 0) -> str | None:
        """The text that an expression is in production, as far as it can be read."""
        if node is None or depth > 8:
            return None
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        if isinstance(node, ast.IfExp):
            truth = self.truth(node.test)
            return self.text(node.body if truth else node.orelse, depth + 1)
        if isinstance(node, ast.Name):
            return self.text(self.symbols.get(node.id), depth + 1)
        if isinstance(node, ast.JoinedStr):
            return "".join(part.value if isinstance(part, ast.Constant) else self.text(part.value, depth + 1) or "" for part in node.values)
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            return next((text for text in (self.text(value, depth + 1) for value in node.values) if text), None)
        if isinstance(node, ast.Call) and self.name_of(node):
            return self.text(node.args[1], depth + 1) if len(node.args) > 1 else None
        return None

    def inherited(self, node: ast.expr | None) -> str | None:
        """The setting that a default is taken from."""
        if isinstance(node, ast.Name):
            return self.inherited(self.symbols.get(node.id)) if not isinstance(self.symbols.get(node.id), ast.Name) else None
        if isinstance(node, ast.Call):
            name = self.name_of(node)
            return name if name and name != "*" else None
        return None

    def truth(self, node: ast.expr) -> bool | None:
        if isinstance(node, ast.Constant):
            return bool(node.value)
        if isinstance(node, ast.Name):
            return False if node.id in FALSE else None
        if isinstance(node, ast.Attribute):
            return False if node.attr in FALSE else None
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            truth = self.truth(node.operand)
            return None if truth is None else not truth
        if isinstance(node, ast.BoolOp):
            truths = [self.truth(value) for value in node.values]
            if isinstance(node.op, ast.And):
                return False if False in truths else (True if all(truths) else None)
            return True if True in truths else (False if all(truth is False for truth in truths) else None)
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Name) and node.left.id in FALSE and isinstance(node.ops[0], (ast.Eq, ast.In)):
            return False
        return None
