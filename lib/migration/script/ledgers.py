# Databases that need other steps before this release.

# Runs in PostHog's image. Prints its migrations, and the findings of Django's loader about them and those of the database.
KNOWN = """
import json, os, sys, django
django.setup()
from django.db import connection
from django.db.migrations.exceptions import CircularDependencyError, InconsistentMigrationHistory, NodeNotFoundError
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import CreateModel
from django.db.migrations.recorder import MigrationRecorder
disk = MigrationLoader(None, load=False)
disk.load_disk()
answer = {"known": sorted(disk.disk_migrations), "early": [], "clashes": {}, "broken": "", "required": []}
recorded = set(MigrationRecorder(connection).applied_migrations())
try:
    loader = MigrationLoader(connection)
    graph, replaced = loader.graph, {key for key, squash in loader.replacements.items() if recorded.issuperset(squash.replaces)}
    for key in sorted(replaced & recorded):
        parents = [parent.key for parent in graph.node_map[key].parents] if key in graph.nodes else []
        if any(parent not in recorded | replaced for parent in parents):
            answer["early"].append(key)
    if not answer["early"]:
        loader.check_consistent_history(connection)
    tables = set(connection.introspection.table_names())
    for key, migration in graph.nodes.items():
        if key not in loader.applied_migrations and (migration.replaces or "_squash_" in key[1]):
            made = [operation for operation in migration.operations if type(operation) is CreateModel and operation.options.get("managed", True)]
            names = [operation.options.get("db_table", f"{key[0]}_{operation.name.lower()}") for operation in made]
            if tables.intersection(names):
                answer["clashes"][".".join(key)] = sorted(tables.intersection(names))
except (CircularDependencyError, InconsistentMigrationHistory, NodeNotFoundError) as error:
    answer["broken"] = f"{type(error).__name__}: {error}"
pending = os.environ["PENDING"].split()
if pending:
    try:
        from semantic_version.base import Version
        from posthog.async_migrations.setup import ALL_ASYNC_MIGRATIONS
        from posthog.constants import FROZEN_POSTHOG_VERSION
        found = [(name, ALL_ASYNC_MIGRATIONS[name]) for name in pending if name in ALL_ASYNC_MIGRATIONS]
        answer["required"] = [name for name, one in found if FROZEN_POSTHOG_VERSION > Version(one.posthog_max_version) and one.is_required()]
    except Exception as error:
        print(f"bin/migrate decides whether {', '.join(pending)} must run, because: {error}", file=sys.stderr)
print("\\nMIGRATIONS " + json.dumps(answer))
"""

# MigrationStatus of posthog/models/async_migration.py: 2 is complete. The image decides whether those that have not run or were rolled back must run.
RUNNING, ERRORED, PENDING = ("1", "5"), ("3",), ("0", "4", "6")
GOES_ON = "; docs/upgrades.md of cdk-posthog describes the steps, `allowLegacyDatabase` skips this check"


def ask_image(pending=()):
    environment = {"DJANGO_SETTINGS_MODULE": "posthog.settings", **os.environ, "PENDING": " ".join(pending)}
    result = subprocess.run([sys.executable, "-c", KNOWN], env=environment, stdout=subprocess.PIPE, text=True, timeout=900, check=False)
    found = re.search(r"^MIGRATIONS (.*)$", result.stdout, re.MULTILINE)
    if result.returncode or not found:
        print(result.stdout, flush=True)
        raise Refusal(f"PostHog cannot list the migrations of its image (exit code {result.returncode}); its output is above")
    return json.loads(found[1])


def check_clickhouse_ledger():
    if is_true(setting("ALLOW_LEGACY_DATABASE")):
        return say("ClickHouse's migrations: not checked")
    database = os.environ.get("CLICKHOUSE_DATABASE", "posthog")
    found = clickhouse(f"SELECT DISTINCT table, name FROM system.columns WHERE database = '{database}' FORMAT TSV")
    columns = {tuple(line.split("\t")) for line in found.splitlines()}
    if ("infi_clickhouse_orm_migrations", "module_name") not in columns:
        return say("ClickHouse's migrations: none yet")
    applied = set(clickhouse(f"SELECT DISTINCT module_name FROM {database}.infi_clickhouse_orm_migrations FORMAT TSV").split())
    tables = {table for table, _ in columns}
    needed = [
        bridge for bridge in BRIDGES
        if bridge["table"] in tables and (bridge["table"], bridge["column"]) not in columns and not applied.intersection((bridge["recreatedBy"], bridge["addedBy"]))
        and os.path.exists(f"posthog/clickhouse/migrations/{bridge['addedBy']}.py")
    ]
    if needed:
        first = needed[0]
        raise Refusal(f"ClickHouse's migrations end with {max(applied, default='none')}: this release's {first['recreatedBy']} already names the column "
                      f"{first['column']} of {first['table']}, which {first['addedBy']} adds, and would fail. Run `./bin/migrate --scope=clickhouse` in "
                      f"{', then in '.join(bridge['image'] for bridge in needed)} first{GOES_ON}")
    return say(f"ClickHouse's migrations: {len(applied)}, up to {max(applied, default='none')}")


def check_django_ledger(answer):
    if answer["early"]:
        keys = ", ".join(f"('{app}', '{name}')" for app, name in answer["early"])
        raise Refusal("the database has records of squashed migrations whose dependencies have not run, so that Django refuses to migrate. All migrations that they "
                      f"replace are recorded, so delete the records: DELETE FROM django_migrations WHERE (app, name) IN ({keys}){GOES_ON}")
    if answer["broken"]:
        raise Refusal(f"the migrations of the database and of this release are inconsistent, so that Django refuses to migrate: {answer['broken']}{GOES_ON}")
    if answer["clashes"]:
        squash, tables = sorted(answer["clashes"].items())[0]
        raise Refusal(f"the database is older than the squashed migrations of this release: {', '.join(sorted(answer['clashes']))} would create tables that exist "
                      f"({squash}: {', '.join(tables)}). Migrate with a release first that has the original migrations, for example `./bin/migrate` in "
                      f"{BEFORE_SQUASH['image']} of {BEFORE_SQUASH['created']}{GOES_ON}")


def read_async(connection):
    """Returns the names of those that have not run, with the rules of upstream's check, which only runs after all migrations."""
    blocks = rows(connection, "posthog_instancesetting", "SELECT raw_value FROM posthog_instancesetting WHERE key = 'constance:posthog:ASYNC_MIGRATIONS_BLOCK_UPGRADE'")
    if is_true(setting("ALLOW_LEGACY_DATABASE")) or blocks == [("false",)]:
        say("asynchronous migrations: not checked")
        return []
    found = [(name, str(status)) for name, status in rows(connection, "posthog_asyncmigration", "SELECT name, status FROM posthog_asyncmigration ORDER BY name")]
    for statuses, state, fix in ((RUNNING, "is running", "wait until it has ended"), (ERRORED, "has failed", "run it again until it is complete")):
        names = [name for name, status in found if status in statuses]
        if names:
            raise Refusal(f"the asynchronous migration {names[0]} {state}: {fix}, under /instance/async_migrations of the release that the database has{GOES_ON}")
    return [name for name, status in found if status in PENDING]


def check_async(answer):
    if answer["required"]:
        raise Refusal(f"the asynchronous migrations {', '.join(answer['required'])} have not run, and this release needs them: run them under "
                      f"/instance/async_migrations of the release that the database has{GOES_ON}")
