"""moto's server, with stubs for what its CloudFormation cannot make or delete. Ends when its standard input does, and so with its parent.

Usage: python -m emulator.server PORT REPORT, in the folder above. It says in the file REPORT what moto can do without the stubs.
"""

import json
import os
import sys
import threading
from importlib.metadata import version

from moto.cloudformation import parsing
from moto.server import main


def end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    port, report = sys.argv[1:]
    own = dict(parsing.get_model_map())
    for cached in (parsing.get_model_list, parsing.get_model_map, parsing.get_name_type_map):
        cached.cache_clear()
    from . import app_files, completions, custom_resources, deletions, failures, migration, revisions, stubs, updates

    facts = {
        "version": version("moto"),
        "ownTypes": sorted(own),
        "ownDeletions": sorted(name for name, model in own.items() if deletions.can_delete(model)),
        "stubs": [model.TYPE for model in stubs.STUBS],
        "deletions": list(deletions.DELETIONS),
    }
    app_files.install()
    completions.install()
    custom_resources.install()
    deletions.install(own)
    failures.install()
    migration.install()
    updates.install()
    revisions.install()
    with open(report, "w", encoding="utf-8") as file:
        json.dump(facts, file)
    threading.Thread(target=end_with_parent, daemon=True).start()
    main(["-H", "localhost", "-p", port])
