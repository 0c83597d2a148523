"""Runs cases of the upkeep script: on the real Django and PostgreSQL, with stubs of ClickHouse and of PostHog's jobs.

Arguments: the file of the script. Standard input: a JSON list of cases. Prints CASES and a JSON list of results. See cases.json for the form of a case.
"""

import contextlib
import datetime
import io
import json
import os
import sys
import types
import uuid

import django
import psycopg
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict

from clickhouse_stub import Fault, Server, delete, now, squash

url = conninfo_to_dict(os.environ["DATABASE_URL"])
database = {"ENGINE": "django.db.backends.postgresql", "NAME": url["dbname"], "USER": url["user"], "PASSWORD": url.get("password", ""),
            "HOST": url["host"], "PORT": url["port"], "OPTIONS": {"sslmode": url["sslmode"]}}
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"], DATABASES={"default": database}, CLICKHOUSE_DATABASE="posthog", USE_TZ=True,
    SECRET_KEY="test", DEFAULT_AUTO_FIELD="django.db.models.BigAutoField")
django.setup()

from django.contrib.auth.models import Group, Permission, User  # noqa: E402: models need settings
from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.core import management  # noqa: E402
from django.db import connection, models  # noqa: E402

server = Server()
faults = {"job": None, "at": None}
cleared = []


class DeletionType(models.IntegerChoices):
    Team = 0
    Person = 1
    Group = 2


class AsyncDeletion(models.Model):
    """posthog/models/async_deletion/async_deletion.py."""

    id = models.BigAutoField(primary_key=True)
    deletion_type = models.PositiveSmallIntegerField()
    team_id = models.IntegerField()
    key = models.CharField(max_length=400)
    created_at = models.DateTimeField()
    delete_verified_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "posthog"


class DataDeletionRequest(models.Model):
    """posthog/models/data_deletion_request.py."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    request_type = models.CharField(max_length=40)
    status = models.CharField(max_length=40)
    execution_mode = models.CharField(max_length=20, default="immediate")
    events = models.JSONField(default=list)
    approved_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "posthog"


class Deletions:
    """The queue of deletions, as deletes.py reads and marks it."""

    def pending(self, oldest):
        open_ones = AsyncDeletion.objects.filter(delete_verified_at__isnull=True)
        return list(open_ones.filter(models.Q(deletion_type=1, created_at__lte=oldest) | models.Q(deletion_type=0)))

    def mark(self, rows):
        AsyncDeletion.objects.filter(id__in=[row.id for row in rows]).update(delete_verified_at=now())


class PendingDeletesTable:
    """posthog/dags/deletes.py:130-152."""

    def __init__(self, timestamp):
        self.timestamp = timestamp

    @property
    def clickhouse_timestamp(self):
        return self.timestamp.strftime("%Y%m%d_%H%M%S")

    @property
    def table_name(self):
        return f"pending_deletes_{self.clickhouse_timestamp}"


def fault(job):
    def at(place):
        if (faults["job"], faults["at"]) != (job, place):
            return False
        if place == "lost":
            return True
        if place == "disconnect":
            return False
        raise Fault(f"{job} failed: {place}")
    return at


class Result:
    def __init__(self, error=None):
        failure = types.SimpleNamespace(error=error and types.SimpleNamespace(message=str(error), cause=None))
        self.success, self.all_events = error is None, [types.SimpleNamespace(is_step_failure=error is not None, step_failure_data=failure)]


class Job:
    """A Dagster job."""

    def __init__(self, name, body):
        self.name, self.body = name, body

    def execute_in_process(self, run_config, resources, raise_on_error):
        assert resources["io_manager"] == "memory" and not raise_on_error
        assert resources["cluster"].client_settings["number_of_mutations_to_throw"] == "0"
        try:
            self.body(run_config)
            return Result()
        except Fault as error:
            return Result(error)


def request_job(step):
    def body(config):
        request = DataDeletionRequest.objects.get(pk=config["ops"][step]["config"]["request_id"])
        # data_deletion_requests.py:313-345: only an approved request starts.
        assert request.status == "approved"
        try:
            fault(request.request_type)("failed")
            matched = [event for event in server.events if event["name"] in request.events]
            if request.execution_mode == "deferred":
                server.singles += [{"uuid": event["uuid"], "deleted": False} for event in matched]
            else:
                server.events = [event for event in server.events if event not in matched]
            request.status = "queued" if request.execution_mode == "deferred" else "completed"
        except Fault:
            # data_deletion_requests.py:1000-1030: the hook of the job.
            request.status = "failed"
            raise
        finally:
            request.save()
    return body


def verify(_config):
    """data_deletion_requests.py:1160-1180: a request is complete if no event matches."""
    for request in DataDeletionRequest.objects.filter(status="queued"):
        if not any(event["name"] in request.events for event in server.events):
            DataDeletionRequest.objects.filter(pk=request.pk).update(status="completed")


class Cluster:
    """posthog/clickhouse/cluster.py, ClickhouseCluster."""

    def result_of(self, value):
        return types.SimpleNamespace(result=lambda: value)

    def any_host(self, function):
        return self.result_of(function(types.SimpleNamespace(execute=server.execute)))

    def map_all_hosts(self, function):
        return self.result_of({host: function(types.SimpleNamespace(execute=server.execute)) for host in range(server.hosts)})


class ClickhouseClusterResource:
    def __init__(self, client_settings=None):
        self.client_settings = client_settings or {"mutations_sync": "0"}


def module(name, **members):
    found = sys.modules.setdefault(name, types.ModuleType(name))
    found.__dict__.update(members)
    parent, _, last = name.rpartition(".")
    if parent:
        setattr(module(parent), last, found)
    return found


ORIGINAL_NAME = PendingDeletesTable.clickhouse_timestamp
OVERRIDES = "person_distinct_id_overrides"
module("dagster", mem_io_manager="memory")
module("posthog.clickhouse.cluster", get_cluster=lambda client_settings: Cluster())
module("posthog.dags.common.resources", ClickhouseClusterResource=ClickhouseClusterResource)
module("posthog.dags.person_overrides", squash_person_overrides=Job("squash_person_overrides", lambda config: squash(server, fault("squash"), config)))
module(
    "posthog.dags.deletes", EVENTS_DATA_TABLE=lambda: "sharded_events", PERSON_DISTINCT_ID_OVERRIDES_TABLE=OVERRIDES, PERSON_DISTINCT_ID2_TABLE="person_distinct_id2",
    PERSONS_TABLE="person", GROUPS_TABLE="groups", PERSON_STATIC_COHORT_TABLE="person_static_cohort", PLUGIN_LOG_ENTRIES_TABLE="plugin_log_entries",
    ADHOC_EVENTS_DELETION_TABLE="adhoc_events_deletion", PendingDeletesTable=PendingDeletesTable,
    deletes_job=Job("deletes_job", lambda _: delete(server, fault("deletes"), Deletions(), PendingDeletesTable)))
module(
    "posthog.dags.data_deletion_requests",
    data_deletion_request_event_removal=Job("data_deletion_request_event_removal", request_job("load_deletion_request")),
    data_deletion_request_property_removal=Job("data_deletion_request_property_removal", request_job("load_property_removal_request")),
    data_deletion_request_person_removal=Job("data_deletion_request_person_removal", request_job("load_person_removal_request")),
    verify_queued_deletion_requests_job=Job("verify_queued_deletion_requests_job", verify))
module("posthog.models.async_deletion", AsyncDeletion=AsyncDeletion, DeletionType=DeletionType)
module("posthog.models.data_deletion_request", DataDeletionRequest=DataDeletionRequest)
management.call_command = lambda name: cleared.append(name)

SCRIPT = types.ModuleType("upkeep")
with open(sys.argv[1], encoding="utf-8") as file:
    exec(compile(file.read(), "upkeep.py", "exec"), SCRIPT.__dict__)


def ago(days):
    return now() - datetime.timedelta(days=days)


def change(step):
    """Applies a step of a case that is no run: rows to add, a fault, a lock."""
    if step.get("weekLater"):
        week = datetime.timedelta(days=7)
        AsyncDeletion.objects.update(created_at=models.F("created_at") - week, delete_verified_at=models.F("delete_verified_at") - week)
        for row in (*server.overrides, *server.events):
            for name in ("timestamp", "inserted"):
                if name in row:
                    row[name] -= week
    for event in step.get("events", []):
        time = ago(event.get("daysAgo", 6))
        server.events.append({
            "uuid": event["id"], "team": event.get("team", 1), "person": event.get("person", "P"), "distinct": event.get("distinct", "d"),
            "name": event.get("name", "x"), "timestamp": time, "inserted": time})
    for override in step.get("overrides", []):
        server.overrides.append({"team": 1, "distinct": override["distinct"], "person": override["person"], "timestamp": ago(override["daysAgo"])})
    for row in step.get("deletions", []):
        kind = 0 if "team" in row else 1
        verified = ago(row["verifiedDaysAgo"]) if "verifiedDaysAgo" in row else None
        AsyncDeletion.objects.create(
            deletion_type=kind, team_id=row.get("team", 1), key=str(row.get("team", row.get("person"))), created_at=ago(row["daysAgo"]), delete_verified_at=verified)
    for row in step.get("requests", []):
        DataDeletionRequest.objects.create(
            id=uuid.UUID(int=row["id"]), request_type=row.get("type", "event_removal"), status=row.get("status", "approved"), events=row.get("events", []),
            execution_mode=row.get("mode", "immediate"), approved_at=ago(row.get("daysAgo", 1)))
    server.mutations += step.get("mutations", [])
    server.objects |= set(step.get("objects", []))
    server.hosts = step.get("servers", server.hosts)


def run(step):
    faults.update({"job": None, "at": None, **step.get("fault", {})})
    PendingDeletesTable.clickhouse_timestamp = ORIGINAL_NAME
    holder = None
    if step.get("locked"):
        holder = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
        holder.execute("SELECT pg_advisory_lock(%s)", (SCRIPT.LOCK,))
    output = io.StringIO()
    environment = {"UPKEEP_STEPS": "deletions verification tokens requests metrics", **step.get("environment", {})}
    os.environ.update(environment)
    if step["run"] == "plain job":
        with contextlib.suppress(Fault):
            sys.modules["posthog.dags.deletes"].deletes_job.body({})
        failures = 0
    else:
        with contextlib.redirect_stdout(output):
            failures = SCRIPT.main(step["run"])
    for name in environment:
        del os.environ[name]
    if holder:
        holder.close()
    lines = output.getvalue().splitlines()
    metrics = [json.loads(line) for line in lines if line.startswith("{")]
    return {
        "failures": failures,
        "events": sorted(event["uuid"] for event in server.events),
        "people": {event["uuid"]: event["person"] for event in server.events},
        "verified": sorted(row.key for row in AsyncDeletion.objects.filter(delete_verified_at__isnull=False)),
        "pending": sorted(row.key for row in AsyncDeletion.objects.filter(delete_verified_at__isnull=True)),
        "requests": {str(row.id.int): row.status for row in DataDeletionRequest.objects.all()},
        "overrides": sorted(override["distinct"] for override in server.overrides),
        "objects": sorted(server.objects),
        "groups": sorted(group.name for group in Group.objects.all()),
        "cleared": list(cleared),
        "says": [line for line in lines if line.startswith("[upkeep] ")],
        "metrics": metrics[-1] if metrics else None,
        "lies": lies(),
    }


def lies():
    """Returns the deletions that are marked as done while events that they cover exist."""
    marked = AsyncDeletion.objects.filter(delete_verified_at__isnull=False)
    return [
        row.key for row in marked
        if any(event["team"] == row.team_id and (row.deletion_type == 0 or (event["person"] == row.key and max(event["timestamp"], event["inserted"]) <= row.created_at))
               for event in server.events)]


def reset():
    server.__init__()
    cleared.clear()
    for table in (AsyncDeletion, DataDeletionRequest, Group):
        table.objects.all().delete()


os.environ.update(UPKEEP_INSTALLATION="Analytics-PostHog", UPKEEP_POLL="0.05", UPKEEP_MUTATION_PATIENCE="0", UPKEEP_LOCK_PATIENCE="0", UPKEEP_HEARTBEAT="0.1")
with connection.schema_editor() as editor:
    for model in (ContentType, Permission, Group, User, AsyncDeletion, DataDeletionRequest):
        if model._meta.db_table not in connection.introspection.table_names():
            editor.create_model(model)

results = []
for case in json.load(sys.stdin):
    reset()
    results.append([run(step) for step in case["steps"] if change(step) or "run" in step])
print("CASES " + json.dumps(results))
