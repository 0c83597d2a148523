"""What Rust services read: the fields of their envconfig structs, the structs nested in those, and std::env::var."""

import re
from pathlib import Path

# One program of a crate may read what another one does not: the folders of its modes.
PROGRAMS = {
    "capture": ("capture", None), "capture-logs": ("capture-logs", None), "feature-flags": ("feature-flags", None),
    "hypercache-server": ("hypercache-server", None), "property-defs-rs": ("property-defs-rs", None),
    "personhog-replica": ("personhog-replica", None), "personhog-router": ("personhog-router", None),
    "cymbal:processing": ("cymbal", "processing"), "cymbal:resolution": ("cymbal", "resolution"), "cymbal:notifications": ("cymbal", "notifications"),
}
STRUCT = re.compile(r"#\[derive\([^\]]*\bEnvconfig\b[^\]]*\)\][^{;]*?\bpub struct (\w+)\s*\{(.*?)\n\}", re.S)
FIELD = re.compile(r"((?:#\[[^\]]*\]\s*)*)(?:pub(?:\([^)]*\))?\s+)?(\w+)\s*:\s*([^,\n]+)", re.S)
# The names of capture's newer writer have the name of the writer in front (rust/capture/src/v1/sinks/mod.rs).
PREFIXES = {"capture/src/v1/sinks/kafka/config.rs": "CAPTURE_V1_SINK_*_KAFKA_"}


def collect(tree: Path) -> dict:
    structs = {}
    for path in sorted((tree / "rust").rglob("*.rs")):
        file = str(path.relative_to(tree / "rust"))
        if "/tests/" in file or "target/" in file or "/benches/" in file:
            continue
        text = path.read_text(errors="replace").split("#[cfg(test)]\nmod ")[0]
        if "nvconfig" in text or "env::var" in text:
            structs[file] = text
    return {program: program_settings(structs, crate, mode) for program, (crate, mode) in PROGRAMS.items()}


def program_settings(files: dict, crate: str, mode: str | None) -> list:
    own = {file: text for file, text in files.items() if file.startswith(f"{crate}/src/") and "/bin/" not in file and "test" not in Path(file).name
           and not (mode and "/modes/" in file and f"/modes/{mode}/" not in file)}
    everywhere = {}
    for file, text in files.items():
        for name, body in STRUCT.findall(text):
            everywhere.setdefault(name, {})[file.split("/src/")[0]] = (file, body)

    def shared(file: str, name: str):
        """A struct of another crate, found by the line that imports it."""
        homes = everywhere.get(name, {})
        used = re.search(rf"\buse ([a-z_]+)(?:::\w+)*::(?:\{{[^}}]*)?\b{name}\b", files[file])
        home = used.group(1) if used else ""
        return next((struct for folder, struct in homes.items() if re.sub(r"[/-]", "_", folder) == home), homes.get(crate))

    found, pending = {}, []
    for file, text in own.items():
        # What all modes of a crate could read, one reads where it nests it.
        pending += [(file, body) for _, body in STRUCT.findall(text)] if not mode or f"/modes/{mode}/" in file else []
        # A shared struct that is read on its own.
        pending += [struct for name in re.findall(r"\b(\w+)::(?:init_from_env|set_defaults)", text) if (struct := shared(file, name))]
        for name in re.findall(r"env::var(?:_os)?\(\s*\"([A-Z][A-Z0-9_]+)\"", text):
            found[name] = {"name": name, "default": None, "file": f"rust/{file}"}
    seen = set()
    while pending:
        file, body = pending.pop()
        if body in seen:
            continue
        seen.add(body)
        for name, default, kind in fields(body):
            if kind:
                struct = shared(file, kind.split("::")[-1])
                pending += [struct] if struct else []
            else:
                name = PREFIXES.get(file, "") + name
                if not found.get(name, {}).get("default"):
                    found[name] = {"name": name, "default": default, "file": f"rust/{file}"}
    return list(found.values())


def fields(body: str) -> list:
    body = re.sub(r"(^\s*|[\],]\s+)//.*$", r"\1", body, flags=re.M)
    found = []
    for attributes, field, kind in FIELD.findall(body):
        config = re.search(r"#\[envconfig\((.*?)\)\]", attributes, re.S)
        text = config.group(1) if config else ""
        if re.search(r"nested\s*=\s*true", text):
            found.append((None, None, kind.strip()))
            continue
        name = re.search(r'from\s*=\s*"([^"]+)"', text)
        default = re.search(r'default\s*=\s*"([^"]*)"', text)
        found.append((name.group(1) if name else field.upper(), default.group(1) if default else None, ""))
    return found
