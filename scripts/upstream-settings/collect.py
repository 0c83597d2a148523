#!/usr/bin/env python3
"""Lists the settings that PostHog's programs read, and those whose default fits PostHog's own machines only.

    python3 scripts/upstream-settings/collect.py TREE REPOSITORY@COMMIT > test/contract/upstream-settings.json

TREE is a checkout of PostHog/posthog, or of a fork of it. Nothing of it is run or imported: Python is parsed, everything else is read by its conventions
(the getDefault*Config functions of Node, the envconfig structs of Rust, viper's bindings in Go, the shell scripts in bin/). Needs the version of
Python that the tree is written for: 3.13 in July 2026.
"""

import json
import sys
from pathlib import Path

import django_settings
import go_settings
import node_settings
import rust_settings
import shell_settings
from defaults import kind_of


def main(tree: Path, repository: str, commit: str) -> None:
    readers = {
        "app": django_settings.collect(tree) + shell_settings.collect(tree),
        **node_settings.collect(tree),
        **rust_settings.collect(tree),
        "livestream": go_settings.collect(tree),
    }
    names = {reader: sorted({setting["name"] for setting in settings}) for reader, settings in readers.items()}
    local = {}
    for reader, settings in readers.items():
        for setting in settings:
            kind = kind_of(setting["name"], setting.get("default"))
            if kind:
                entry = {"default": setting["default"], "kind": kind, "file": setting["file"]}
                if setting.get("inherits"):
                    entry["inherits"] = setting["inherits"]
                local.setdefault(reader, {}).setdefault(setting["name"], entry)
    report = {
        "description": "Settings that PostHog's programs read, by program, and those with a default that is a loopback address, a name in "
        "PostHog's own network or a placeholder. `*` stands for any text. `node` is what all modes of Node read, and `node:...` what the server of "
        "a mode reads in addition.",
        "source": {"repository": repository, "commit": commit, "collector": "scripts/upstream-settings/collect.py"},
        "counts": {
            "read": {reader: len(found) for reader, found in sorted(names.items())},
            "local": {reader: len(found) for reader, found in sorted(local.items())},
        },
        "nodeModes": node_settings.modes(tree),
        "read": names,
        "local": {reader: dict(sorted(found.items())) for reader, found in sorted(local.items())},
    }
    print(compact(report))


def compact(report: dict) -> str:
    """JSON with a line for each setting: a difference shows what changed."""
    lines = ["{"]
    for key, value in report.items():
        end = "" if key == list(report)[-1] else ","
        if key in ("read", "local"):
            lines.append(f"  {json.dumps(key)}: {{")
            for reader, found in value.items():
                comma = "" if reader == list(value)[-1] else ","
                if isinstance(found, list):
                    lines.append(f"    {json.dumps(reader)}: [")
                    lines += [f"      {row}{',' if index < len(rows(found)) - 1 else ''}" for index, row in enumerate(rows(found))]
                    lines.append(f"    ]{comma}")
                else:
                    lines.append(f"    {json.dumps(reader)}: {{")
                    last = list(found)[-1]
                    lines += [f"      {json.dumps(name)}: {json.dumps(entry)}{'' if name == last else ','}" for name, entry in found.items()]
                    lines.append(f"    }}{comma}")
            lines.append(f"  }}{end}")
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(value)}{end}")
    return "\n".join([*lines, "}"])


def rows(names: list, width: int = 140) -> list:
    """Names in lines of a bearable length, without the comma at the end."""
    found = []
    for name in map(json.dumps, names):
        if found and len(found[-1]) + len(name) + 2 <= width:
            found[-1] += f", {name}"
        else:
            found.append(name)
    return found


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), *sys.argv[2].split("@"))
