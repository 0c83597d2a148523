"""Adds PostHog's functions and format schemas from one of its images to those that ClickHouse has. Runs on the host, with Python 3.9 of Amazon Linux.

Arguments: the data folder of ClickHouse, the folder of the history, the image, and the folder with the files of the image. Prints the names of the functions.
Without the last argument, it prints those of the installed image, and exits with 3 if that is another one.
"""
import json
import os
import re
import shutil
import sys
import xml.etree.ElementTree as ET

FOLDERS = ("user_scripts", "format_schemas")
FUNCTIONS = os.path.join("user_scripts", "latest_user_defined_function.xml")
# Processes of an earlier release run until their services are updated, also after deployments that failed in between.
KEPT_IMAGES = 5


class Unexpected(Exception):
    """The functions of an image are not as expected."""


def functions_of(file):
    """Returns the functions of an image by name.

    Names have the version of their folder, except outside PostHog's own cloud (posthog/hogql/functions/udfs.py), where the file with the plain names is in
    no image. The newest version gets the plain names, as in that file (posthog/udf_versioner.py).
    """
    found = [(function.findtext("name") or "", function) for function in ET.parse(file).getroot().iter("function")]
    versions = [int(version[1]) for version in (re.search(r"_v(\d+)$", name) for name, _ in found) if version]
    if not versions:
        raise Unexpected("no function has a version")
    newest = f"_v{max(versions)}"
    functions = {}
    for name, function in found:
        plain = name[: -len(newest)] if name.endswith(newest) else name
        function.find("name").text = plain
        functions[plain] = ET.tostring(function, encoding="unicode").strip()
    return functions


def files_in(root):
    """Returns the files in both folders, by their paths from `root`."""
    return sorted(
        os.path.relpath(os.path.join(folder, name), root)
        for top in FOLDERS
        for folder, _, names in os.walk(os.path.join(root, top))
        for name in names
    )


def replace(target, write):
    """Replaces a file at once: a function may run it, or ClickHouse read it, at any time."""
    temporary = f"{target}.new"
    write(temporary)
    os.replace(temporary, target)


def copy_of(source):
    def write(file):
        shutil.copy2(source, file, follow_symlinks=False)
        if not os.path.islink(file):
            os.chmod(file, 0o755 if os.stat(file).st_mode & 0o100 else 0o644)
    return write


def text_of(text):
    def write(file):
        with open(file, "w", encoding="utf-8") as opened:
            opened.write(text)
    return write


def history_in(notes):
    """Returns the installed images, the newest first."""
    try:
        with open(os.path.join(notes, "history.json"), encoding="utf-8") as opened:
            return json.load(opened)
    except FileNotFoundError:
        return []


def merged(history):
    return {name: text for entry in reversed(history) for name, text in entry["functions"].items()}


def installed(data, notes, image):
    """Returns the functions if the image is the installed one."""
    history = history_in(notes)
    if not history or history[0]["image"] != image or not all(os.path.lexists(os.path.join(data, file)) for file in history[0]["files"]):
        return None
    return merged(history)


def install(data, notes, image, incoming):
    history = history_in(notes)
    entry = {"image": image, "functions": functions_of(os.path.join(incoming, FUNCTIONS)), "files": files_in(incoming)}
    history = [entry, *(other for other in history if other["image"] != image)][:KEPT_IMAGES]
    for file in entry["files"]:
        if file != FUNCTIONS:
            source, target = os.path.join(incoming, file), os.path.join(data, file)
            os.makedirs(os.path.dirname(target), mode=0o755, exist_ok=True)
            replace(target, copy_of(source))
    functions = merged(history)
    replace(os.path.join(data, FUNCTIONS), text_of("<functions>\n" + "\n".join(functions.values()) + "\n</functions>\n"))
    kept = {file for other in history for file in other["files"]}
    for file in files_in(data):
        if file not in kept and file != FUNCTIONS:
            os.remove(os.path.join(data, file))
    os.makedirs(notes, exist_ok=True)
    # Last, so that an interrupted installation is repeated.
    replace(os.path.join(notes, "history.json"), text_of(json.dumps(history)))
    return functions


if __name__ == "__main__":
    os.umask(0o022)
    try:
        names = install(*sys.argv[1:5]) if len(sys.argv) > 4 else installed(*sys.argv[1:4])
    except (Unexpected, ET.ParseError) as error:
        sys.exit(f"its {os.path.basename(FUNCTIONS)} is not as expected: {error}")
    if names is None:
        sys.exit(3)
    print("\n".join(names))
