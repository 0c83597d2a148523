"""What the start scripts of the app's image read."""

import re
from pathlib import Path

VARIABLE = re.compile(r"\$\{?([A-Z][A-Z0-9_]{2,})(?::?-([^}\"$]*))?")


# What the commands of the library's tasks start; each may start others.
ROOTS = ("docker-server", "docker-worker-celery", "migrate", "temporal-django-worker")


def collect(tree: Path) -> list:
    found, pending, seen = {}, list(ROOTS), set()
    while pending:
        script = pending.pop()
        path = tree / "bin" / script
        if script in seen or not path.is_file():
            continue
        seen.add(script)
        text = path.read_text(errors="replace")
        pending += re.findall(r"bin/([a-z][a-z-]+)", text)
        for name, default in VARIABLE.findall(text):
            found.setdefault(name, {"name": name, "default": default or None, "file": f"bin/{script}"})
    for name in VARIABLE.findall((tree / "unit.json.tpl").read_text()) if (tree / "unit.json.tpl").is_file() else []:
        found.setdefault(name[0], {"name": name[0], "default": None, "file": "unit.json.tpl"})
    return list(found.values())
