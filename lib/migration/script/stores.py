"""Runs PostHog's migrations: one run at a time, after checks, with a journal in the database.

Runs in PostHog's image, which has psycopg and bin/migrate. `checks` runs the checks only; `migrate` takes the lock, checks again, and migrates.
DATABASE_URL, REDIS_URL, KAFKA_HOSTS and CLICKHOUSE_* are as PostHog reads them. Of MIGRATION_*: RELEASE, RELEASE_DATE, UPSTREAM_COMMIT and
IMAGE describe the release; MIN_FREE_DISK_PERCENT, MAX_BACKUP_AGE (seconds), MAX_RELEASE_GAP (days), ALLOW_DOWNGRADE and
ALLOW_LEGACY_DATABASE are limits, and 0 disables a check; BACKUPS is the list of latest restorable times of the database; POST_COMMANDS are
commands, one per line, to run after all migrations; APPLICATION_LOGIN, READER_LOGIN and TEMPORAL_LOGIN are logins to create, as JSON; PATIENCE,
LOCK_PATIENCE, POLL and HEARTBEAT are seconds. `checks` writes this script to the file SCRIPT, for the next container.
"""

import datetime
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

JOURNAL = "cdk_posthog_migrations"
DISKS = "SELECT hostName(), name, free_space, total_space FROM {} FORMAT TSV"


class Complaint(Exception):
    """Ends the run. Only its message is logged, without a traceback."""

    outcome = "failed"


class Failure(Complaint):
    """A program failed."""

    outcome = "failed"


class Refusal(Complaint):
    """A check failed; nothing has been changed."""

    outcome = "refused"


class Stopped(Complaint):
    outcome = "stopped"


def setting(name, default=""):
    return os.environ.get(f"MIGRATION_{name}") or default


def say(text):
    print(f"[migration] {text}", flush=True)


def task():
    metadata = os.environ.get("ECS_CONTAINER_METADATA_URI_V4")
    if not metadata:
        return socket.gethostname()
    with urllib.request.urlopen(f"{metadata}/task", timeout=5) as answer:
        return json.load(answer)["TaskARN"].rpartition("/")[2]


def is_true(text):
    return text.lower() in ("true", "1", "yes", "on", "t", "y")


def connect(**other):
    return psycopg.connect(
        os.environ["DATABASE_URL"], **other, autocommit=True, connect_timeout=10, application_name=f"cdk-posthog migration {task()}"[:63],
        keepalives=1, keepalives_idle=30, keepalives_interval=10, keepalives_count=3)


def clickhouse(query, timeout=60):
    host, secure = os.environ["CLICKHOUSE_HOST"], is_true(os.environ.get("CLICKHOUSE_SECURE", "true"))
    port = int(os.environ.get("CLICKHOUSE_HTTP_PORT") or (8443 if secure else 8123))
    if secure:
        context = ssl.create_default_context(cafile=os.environ.get("CLICKHOUSE_CA"))
        if not is_true(os.environ.get("CLICKHOUSE_VERIFY", "true")):
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection(host, port, timeout=timeout, context=context)
    else:
        connection = http.client.HTTPConnection(host, port, timeout=timeout)
    login = {"X-ClickHouse-User": os.environ.get("CLICKHOUSE_USER", "default"), "X-ClickHouse-Key": os.environ.get("CLICKHOUSE_PASSWORD", "")}
    connection.request("POST", "/", body=query.encode(), headers=login)
    answer = connection.getresponse()
    text = answer.read().decode(errors="replace")
    if answer.status != 200:
        raise OSError(f"ClickHouse responded with {answer.status}: {text[:300].strip()}")
    return text


def trust_clickhouse():
    # PostHog's coming schema tool verifies ClickHouse's self-signed certificate. This trusts the certificate that the server presents: as without
    # verification, only its security group ensures that it is the right server.
    if is_true(os.environ.get("CLICKHOUSE_VERIFY", "true")) or not is_true(os.environ.get("CLICKHOUSE_SECURE", "true")):
        return
    bundles = [os.environ.get("SSL_CERT_FILE"), ssl.get_default_verify_paths().cafile, "/etc/ssl/certs/ca-certificates.crt"]
    try:
        shown = ssl.get_server_certificate((os.environ["CLICKHOUSE_HOST"], int(os.environ.get("CLICKHOUSE_NATIVE_PORT") or 9440)), timeout=10)
        # The variable replaces the CA bundle of the image, so the file must contain that as well.
        with open(next(path for path in bundles if path and os.path.exists(path)), encoding="utf-8") as file:
            known = file.read()
        with tempfile.NamedTemporaryFile("w", suffix=".pem", delete=False) as file:
            file.write(f"{known}\n{shown}")
        os.environ["SSL_CERT_FILE"] = file.name
    except (OSError, StopIteration) as error:
        say(f"the certificate of ClickHouse could not be trusted, which current migrations do not need: {error!r}")


def on_every_server(everywhere, here, timeout=60):
    """Runs a query on the whole cluster or, if that fails, on the configured server only."""
    try:
        return clickhouse(everywhere.format(os.environ.get("CLICKHOUSE_CLUSTER", "posthog")), timeout)
    except OSError as error:
        say(f"only {os.environ['CLICKHOUSE_HOST']} is queried, because: {error}")
        return clickhouse(here, timeout)


def redis():
    url = urlsplit(os.environ["REDIS_URL"])
    with socket.create_connection((url.hostname, url.port or 6379), timeout=10) as connection:
        if url.scheme == "rediss":
            # Nothing secret is sent, so the certificate need not be verified.
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            connection = context.wrap_socket(connection)
        connection.sendall(b"PING\r\n")
        answer = connection.recv(64)
    # An authentication error is also a response.
    if not answer or answer.startswith(b"-LOADING"):
        raise OSError(f"its response is: {answer.decode(errors='replace').strip() or 'empty'}")


def kafka():
    host, _, port = os.environ["KAFKA_HOSTS"].split(",")[0].strip().rpartition(":")
    socket.create_connection((host, int(port)), timeout=10).close()


def wait_for_stores():
    patience = int(setting("PATIENCE", "900"))
    deadline = time.monotonic() + patience
    stores = {"PostgreSQL": lambda: connect().close(), "the cache": redis, "Kafka": kafka, "ClickHouse": lambda: clickhouse("SELECT 1")}
    for name, connect_to in stores.items():
        while True:
            try:
                connect_to()
                break
            except (OSError, psycopg.Error) as error:
                if time.monotonic() > deadline:
                    raise Refusal(f"{name} did not respond for {patience} seconds: {str(error).strip()}") from error
                say(f"waiting for {name}: {str(error).strip()}")
                time.sleep(float(setting("POLL", "5")))


def rows(connection, table, query):
    """Returns the rows of a query on a table that may not exist yet."""
    exists = connection.execute("SELECT to_regclass(%s)", (table,)).fetchone()[0]
    return connection.execute(query).fetchall() if exists else []
