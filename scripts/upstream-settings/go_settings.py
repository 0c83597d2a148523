"""What livestream reads: viper's bindings below the prefix LIVESTREAM, and os.Getenv."""

import re
from pathlib import Path


def collect(tree: Path) -> list:
    found = {}
    for path in sorted((tree / "livestream").rglob("*.go")):
        if path.name.endswith("_test.go"):
            continue
        text, file = path.read_text(), str(path.relative_to(tree))
        defaults = dict(re.findall(r'SetDefault\("([^"]+)",\s*"([^"]*)"\)', text))
        for key in re.findall(r'BindEnv\("([^"]+)"\)', text):
            found["LIVESTREAM_" + key.upper().replace(".", "_")] = {"default": defaults.get(key), "file": file}
        for name in re.findall(r'os\.(?:Getenv|LookupEnv)\("([^"]+)"\)', text):
            found.setdefault(name, {"default": None, "file": file})
    return [{"name": name, **rest} for name, rest in found.items()]
