"""Upkeep of PostHog's data that PostHog Cloud runs as Dagster jobs: person overrides, deletions, data deletion requests, metrics.

Runs in PostHog's image, with the environment of its worker. `weekly` and `daily` are sequences of steps, and each step is a command too. Of UPKEEP_*:
STEPS are the enabled steps, separated by spaces; INSTALLATION is the name in metrics; ALLOW_SEVERAL_SERVERS permits ClickHouse with replicas or
shards; CANARY is the distinct id of the canary; LOCK_PATIENCE, MUTATION_PATIENCE, POLL and HEARTBEAT are seconds.
"""

import datetime
import json
import os
import sys
import threading
import time
import uuid

import psycopg

# The lock of the migration (lib/migration/script/migrate.py): neither runs during the other. It ends with its connection, even after a crash.
LOCK = int.from_bytes(b"cdk-post", "big")

KEEPALIVES = {"keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


# Bodies have a statement, because docstrings are left out of task definitions.
class Complaint(Exception):
    """Ends a step. Only its message is logged, without a traceback."""

    pass


class Refusal(Complaint):
    """Nothing has been changed."""

    pass


class Busy(Refusal):
    """A migration or another upkeep run holds the lock."""

    pass


def setting(name, default=""):
    return os.environ.get(f"UPKEEP_{name}") or default


def say(text):
    print(f"[upkeep] {text}", flush=True)


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def poll(seconds):
    time.sleep(float(setting("POLL", seconds)))


class Lock:
    """The lock, as a context. The process ends if the connection that holds it does: without the lock, another run may start."""

    def __init__(self, patience):
        self.patience, self.ended = patience, threading.Event()

    def __enter__(self):
        self.connection = psycopg.connect(
            os.environ["DATABASE_URL"], autocommit=True, connect_timeout=10, application_name="cdk-posthog upkeep", **KEEPALIVES)
        deadline = time.monotonic() + self.patience
        while not self.connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)).fetchone()[0]:
            if time.monotonic() > deadline:
                self.connection.close()
                raise Busy(f"a migration or another upkeep run has not released the lock within {self.patience} seconds")
            poll("15")
        threading.Thread(target=self.hold, daemon=True).start()

    def hold(self):
        while not self.ended.wait(float(setting("HEARTBEAT", "20"))):
            try:
                self.connection.execute("SELECT 1")
            except psycopg.Error as error:
                if self.ended.is_set():
                    return
                say(f"the connection that holds the lock has ended, so this run was stopped: {str(error).strip()}")
                os._exit(1)

    def __exit__(self, *_):
        self.ended.set()
        self.connection.close()


class ClickHouse:
    """ClickHouse, as PostHog's jobs connect to it: to each server by its own name."""

    def __init__(self):
        from django.conf import settings
        from posthog.clickhouse.cluster import get_cluster

        self.database, self.cluster = settings.CLICKHOUSE_DATABASE, get_cluster(client_settings={"max_execution_time": "0"})

    def rows(self, query, parameters=None):
        """Returns the rows of a query on one server."""
        return self.cluster.any_host(lambda client: client.execute(query, parameters or {})).result()

    def everywhere(self, query):
        self.cluster.map_all_hosts(lambda client: client.execute(query)).result()

    def servers(self):
        return len(self.cluster.map_all_hosts(lambda client: client.execute("SELECT 1")).result())

    def unfinished(self):
        """Returns the table, id, age in seconds and error of each unfinished mutation."""
        return self.rows(
            "SELECT table, mutation_id, dateDiff('second', create_time, now()), latest_fail_reason FROM system.mutations "
            "WHERE database = %(database)s AND NOT is_done AND NOT is_killed ORDER BY create_time", {"database": self.database})

    def wait_for_mutations(self):
        """Waits until no mutation is unfinished: a second one on a table fails (users.xml, number_of_mutations_to_throw), or runs in between."""
        patience = int(setting("MUTATION_PATIENCE", "3600"))
        deadline = time.monotonic() + patience
        while found := self.unfinished():
            if time.monotonic() > deadline:
                table, mutation, age, error = found[0]
                raise Refusal(f"the mutation {mutation} of {table} has been unfinished for {age} seconds: {error or 'it reports no error'}. Find out why in "
                              "system.mutations of ClickHouse, and end it with KILL MUTATION if it cannot finish")
            poll("15")


# Unfinished mutations that others have started, such as backfills of columns, must not end a job; and the job that removes properties creates its
# temporary table without an order, which newer servers refuse otherwise (seen with 26.9).
JOB_SETTINGS = {"number_of_mutations_to_throw": "0", "create_table_empty_primary_key_by_default": "1"}


def run_job(job, config=None):
    """Runs a Dagster job in this process. Results pass between its steps in memory: outside of DEBUG, Dagster's default is somebody else's bucket."""
    import dagster
    from posthog.dags.common.resources import ClickhouseClusterResource

    say(f"running {job.name}")
    known = ClickhouseClusterResource().client_settings
    cluster = ClickhouseClusterResource(client_settings={**known, **JOB_SETTINGS})
    # Its hooks, which mark failed requests, run only if errors are not raised.
    result = job.execute_in_process(run_config=config or {}, resources={"cluster": cluster, "io_manager": dagster.mem_io_manager}, raise_on_error=False)
    if not result.success:
        failures = [event.step_failure_data.error for event in result.all_events if event.is_step_failure]
        raise Complaint(f"{job.name} failed: {'; '.join(innermost(failure) for failure in failures if failure) or 'its log is above'}")


def innermost(error):
    while error.cause:
        error = error.cause
    return " ".join(error.message.split())[:1000]
