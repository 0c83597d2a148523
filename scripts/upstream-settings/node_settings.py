"""What Node reads, in all modes and by the server that a mode starts: the getDefault*Config functions that it merges, and process.env."""

import re
from pathlib import Path

FUNCTION = re.compile(r"^export function (getDefault\w+)\(\)(?:(?!^\}).)*?^    return \{(.*?)^    \}", re.S | re.M)
SPREAD = re.compile(r"\.\.\.(getDefault\w+)\(\)")
SERVERS = re.compile(r"((?:case PluginServerMode\.\w+:\s*)+)return new (\w+)\(\)", re.S)


def collect(tree: Path) -> dict:
    source = tree / "nodejs" / "src"
    functions, environment, broker = {}, {}, "kafka:9092"
    for path in sorted(source.rglob("*.ts")):
        file = str(path.relative_to(tree))
        if ".test." in path.name or "/tests/" in file or "rasterizer" in file or "-test" in path.name or "/ml-" in file or "image-scrub" in file:
            continue
        text = path.read_text(errors="replace")
        for name, body in FUNCTION.findall(text):
            functions.setdefault(name, []).append((file, body))
        for name in re.findall(r"process\.env\.([A-Z][A-Z0-9_]+)|process\.env\['([A-Z][A-Z0-9_]+)'\]", text):
            environment.setdefault("".join(name), file)
    kafka = (source / "common/kafka/config.ts").read_text()
    targets = re.findall(r"'([A-Z_]+)'", re.search(r"export type KafkaConfigTarget =(.*?)\n\n", kafka, re.S).group(1))
    shared = [{"name": name, "default": None, "file": file} for name, file in environment.items()]
    shared += [{"name": f"KAFKA_{target}_*", "default": None, "file": "nodejs/src/common/kafka/config.ts"} for target in targets]
    # Those that every server uses: what it reads from, and the queue of jobs (nodejs/src/common/kafka/{consumer,producer}*).
    shared += [{"name": f"KAFKA_{target}_METADATA_BROKER_LIST", "default": broker, "file": "nodejs/src/common/kafka"}
               for target in ("CONSUMER", "CDP_PRODUCER")]
    found = {}
    for server, text in servers(source).items():
        used = set(re.findall(r"getDefault\w+", text)) | {"getDefaultConfig", "getDefaultIngestionConsumerConfig"}
        settings = {}
        for name in sorted(used):
            for file, key, default in entries(functions, name, set()):
                default = broker if key.endswith("_METADATA_BROKER_LIST") and not default else default
                settings.setdefault(key, {"name": key, "default": default, "file": file})
        found[f"node:{server}"] = {setting["name"]: setting for setting in [*shared, *settings.values()]}
    # What all of them read is listed once.
    common = [setting for name, setting in next(iter(found.values())).items() if all(setting == other.get(name) for other in found.values())]
    names = {setting["name"] for setting in common}
    return {"node": common, **{server: [setting for name, setting in settings.items() if name not in names] for server, settings in found.items()}}


def servers(source: Path) -> dict:
    """The text of each server that a mode starts."""
    found = {}
    for path in [source / "server.ts", *sorted((source / "servers").glob("*.ts"))]:
        if ".test." not in path.name and "-ml-" not in path.name:
            for name in re.findall(r"export class (\w+) implements NodeServer", path.read_text()):
                found[name] = path.read_text()
    return found


def modes(tree: Path) -> dict:
    """The server that each mode starts; `*` for any other mode, and for none."""
    values = dict(re.findall(r"^\s+(\w+) = '([a-z0-9-]+)',", (tree / "nodejs/src/common/config.ts").read_text(), re.M))
    index = (tree / "nodejs/src/index.ts").read_text()
    found = {values[mode]: server for cases, server in SERVERS.findall(index) for mode in re.findall(r"PluginServerMode\.(\w+)", cases)}
    return {**found, "*": re.search(r"default:.*?return new (\w+)\(\)", index, re.S).group(1)}


def entries(functions: dict, name: str, seen: set) -> list:
    if name in seen:
        return []
    seen.add(name)
    found = []
    for file, body in functions.get(name, []):
        for key, value in split(body):
            found.append((file, key, production(value)))
        for spread in SPREAD.findall(body):
            found += entries(functions, spread, seen)
    return found


def split(body: str) -> list:
    """Names and expressions of an object literal."""
    body = re.sub(r"^\s*//[^\n]*$|/\*.*?\*/", "", body, flags=re.M | re.S)
    keys = list(re.finditer(r"^        ([A-Z][A-Z0-9_]+):", body, re.M))
    return [(key.group(1), body[key.end(): keys[index + 1].start() if index + 1 < len(keys) else len(body)].strip().rstrip(",").strip())
            for index, key in enumerate(keys)]


def production(expression: str) -> str | None:
    """The text that an expression is in production."""
    expression = re.sub(r"(^|\s)//[^\n]*$", "", expression, flags=re.M).strip()
    expression = re.split(r",\s*\n\s*\.\.\.", expression)[0].strip().rstrip(",")
    while "?" in expression and "??" not in expression:
        test, rest = expression.split("?", 1)
        depth, at = 0, None
        for index, letter in enumerate(rest):
            if letter == "?":
                depth += 1
            elif letter == ":" and not in_text(rest, index):
                if depth == 0:
                    at = index
                    break
                depth -= 1
        if at is None:
            return None
        is_production = "isProdEnv" in test
        expression = (rest[:at] if is_production else rest[at + 1:]).strip()
    match = re.match(r"^['\"`](.*)['\"`]$", expression, re.S)
    return match.group(1) if match else None


def in_text(text: str, index: int) -> bool:
    return text[:index].count("'") % 2 == 1
