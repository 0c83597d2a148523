# The lock, the journal, and the steps of a migration.

# "cdk-post" as a number. A session's lock ends with its connection, and so with this process, even after a crash.
LOCK = int.from_bytes(b"cdk-post", "big")
SECONDS_TO_STOP = 90
TABLE = f"""CREATE TABLE IF NOT EXISTS {JOURNAL} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, release text NOT NULL, released date, upstream_commit text, app_image text NOT NULL,
  task text NOT NULL, started timestamptz NOT NULL DEFAULT clock_timestamp(), finished timestamptz, outcome text, note text)"""
HOLDER = """SELECT application_name, backend_start FROM pg_locks JOIN pg_stat_activity USING (pid)
  WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND (classid::bigint << 32) + objid::bigint = %s AND datname = current_database()"""


def take_lock(connection):
    """Waits for the lock. Returns whether another process held it."""
    patience, waited = int(setting("LOCK_PATIENCE", "1800")), False
    deadline = time.monotonic() + patience
    while not connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)).fetchone()[0]:
        name, since = connection.execute(HOLDER, (LOCK,)).fetchone() or ("a process that has just finished", "just now")
        if time.monotonic() > deadline:
            raise Refusal(f"'{name}' has held the lock since {since}, and did not release it within {patience} seconds: check its log, "
                          "and deploy again when it has ended")
        if not waited:
            say(f"waiting for '{name}', which has held the lock since {since}")
        waited = True
        time.sleep(float(setting("POLL", "5")))
    return waited


def run(command, connection, **environment):
    """Runs a program as long as the lock is held."""
    say(f"running {' '.join(command)}")
    program = subprocess.Popen(command, start_new_session=True, env={**os.environ, **environment})
    try:
        while True:
            try:
                code = program.wait(timeout=float(setting("HEARTBEAT", "20")))
                break
            except subprocess.TimeoutExpired:
                connection.execute("SELECT 1")
    except psycopg.Error as error:
        raise Complaint(f"the connection that holds the lock has ended, so the migration was stopped; deploy again: {str(error).strip()}") from error
    finally:
        end(program)
    if code:
        raise Failure(f"{' '.join(command)} ended with {code}; its output is above")


def run_twice(command, connection):
    """Runs a step of bin/migrate, with one retry: most of its programs make one attempt, and some fail intermittently."""
    try:
        run(command, connection)
    except Failure as failure:
        say(f"{failure}; retrying once, completed migrations are skipped")
        # The retries of manage.py migrate are for a database failover, and have been used up.
        run(command, connection, MIGRATE_MAX_RETRIES="1")


def run_migrations(connection):
    """Runs PostgreSQL's migrations before all of them: bin/migrate runs ClickHouse's in parallel, and those read a table of PostgreSQL."""
    with open("bin/migrate", encoding="utf-8") as file:
        knows_scopes = re.search(r'--scope=.*run_scope "postgres"', file.read(), re.DOTALL)
    if knows_scopes:
        run_twice(["./bin/migrate", "--scope=postgres"], connection)
    else:
        say("bin/migrate of this image does not support scopes: everything is migrated in one step")
    run_twice(["./bin/migrate"], connection)


def drop_duplicates():
    """Drops the Kafka tables that fill a data table a second time, if those that fill it the first time exist."""
    database = os.environ.get("CLICKHOUSE_DATABASE", "posthog")
    query = f"SELECT hostName(), name FROM {{}} WHERE database = '{database}' AND engine IN ('Kafka', 'MaterializedView') FORMAT TSV"
    servers = {}
    for line in on_every_server(query.format("clusterAllReplicas('{}', system.tables)"), query.format("system.tables")).splitlines():
        server, name = line.split("\t")
        servers.setdefault(server, set()).add(name)
    for duplicate in DUPLICATES:
        doubled = [names for names in servers.values() if names.intersection(duplicate["drop"])]
        if not doubled or not all(names.issuperset(duplicate["keep"]) for names in doubled):
            continue
        for name in duplicate["drop"]:
            say(f"ClickHouse: dropping {name}, a duplicate of {duplicate['keep'][1]}")
            drop = f"DROP TABLE IF EXISTS {database}.{name}"
            on_every_server(drop + " ON CLUSTER '{}'", drop, timeout=240)


def limit_table(table, date, days, is_default=False, settings=""):
    """Sets a TTL of a table. If it is a default, one that the owner has set stays."""
    database = os.environ.get("CLICKHOUSE_DATABASE", "posthog")
    query = f"SELECT hostName(), engine_full FROM {{}} WHERE database = '{database}' AND name = '{table}' FORMAT TSV"
    ttl = f"TTL {date} + toIntervalDay({days})"
    try:
        found = on_every_server(query.format("clusterAllReplicas('{}', system.tables)"), query.format("system.tables")).splitlines()
        if all((" TTL " if is_default else ttl) in line for line in found):
            return
        say(f"ClickHouse: {table} keeps rows for {days} days")
        alter = f"ALTER TABLE {database}.{table}"
        on_every_server(f"{alter} ON CLUSTER '{{}}' MODIFY {ttl}{settings}", f"{alter} MODIFY {ttl}{settings}", timeout=240)
    except OSError as error:
        say(f"ClickHouse: the TTL of {table} could not be set, the next migration tries again: {error}")


def limit_tables():
    """Sets a TTL of the table with a copy of every query, and of events if their owner wants one."""
    queries, events = (int(setting(name, "0")) for name in ("QUERY_LOG_DAYS", "EVENT_DAYS"))
    limit_table("sharded_query_log_archive", "event_date", queries or QUERY_LOG_DAYS, is_default=not queries)
    if events:
        # Merges remove the rows: rewriting all parts at once could fill the disk.
        limit_table("sharded_events", "toDate(timestamp)", events, settings=" SETTINGS materialize_ttl_after_modify = 0")


def end(program):
    for kind in (signal.SIGTERM, signal.SIGKILL):
        if program.poll() is None:
            os.killpg(program.pid, kind)
            try:
                program.wait(timeout=SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                pass


def note(connection, entry, outcome, text):
    change = f"UPDATE {JOURNAL} SET finished = clock_timestamp(), outcome = %s, note = %s WHERE id = %s"
    try:
        connection.execute(change, (outcome, text, entry))
    except psycopg.Error:
        with connect() as other:
            other.execute(change, (outcome, text, entry))


def migrate():
    connection = connect()
    begun = connection.execute("SELECT clock_timestamp()").fetchone()[0]
    what = (setting("RELEASE"), setting("IMAGE"))
    if take_lock(connection):
        same = f"SELECT 1 FROM {JOURNAL} WHERE release = %s AND app_image = %s AND outcome = 'succeeded' AND finished > %s"
        if rows(connection, JOURNAL, "SELECT 1") and connection.execute(same, (*what, begun)).fetchone():
            # The other one may be of a deployment without logins, and processes start after this one.
            if LOGINS:
                define_logins(connection)
            return say(f"another process has migrated to {what[0]} meanwhile: nothing to do")
    connection.execute(TABLE)
    # Unfinished entries hold no lock, so their processes have died.
    connection.execute(f"UPDATE {JOURNAL} SET finished = clock_timestamp(), outcome = 'died' WHERE finished IS NULL")
    values = (*what, setting("RELEASE_DATE") or None, setting("UPSTREAM_COMMIT") or None, task())
    entry = connection.execute(
        f"INSERT INTO {JOURNAL} (release, app_image, released, upstream_commit, task) VALUES (%s, %s, %s, %s, %s) RETURNING id", values).fetchone()[0]
    try:
        check(connection)
        # A migration reads system.crash_log, which the first flush creates (posthog/clickhouse/custom_metrics.py).
        on_every_server("SYSTEM FLUSH LOGS ON CLUSTER '{}'", "SYSTEM FLUSH LOGS")
        trust_clickhouse()
        # Before, so that tables have their privileges when they are created; after, for privileges on single tables.
        if LOGINS:
            define_logins(connection)
        run_migrations(connection)
        if LOGINS:
            define_logins(connection)
        drop_duplicates()
        limit_tables()
        for command in filter(None, setting("POST_COMMANDS").splitlines()):
            run(["sh", "-c", command], connection)
    except Exception as error:
        note(connection, entry, getattr(error, "outcome", "failed"), str(error))
        raise
    note(connection, entry, "succeeded", None)
    return say(f"PostHog {what[0]} is migrated")


def checks():
    # A task definition has room for the script only once.
    with open(setting("SCRIPT", os.devnull), "w", encoding="utf-8") as file:
        file.write(sys.orig_argv[-2])
    with connect() as connection:
        check(connection)


def stop(*_):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped("it was stopped; completed migrations are kept, and the next run continues from there")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    try:
        wait_for_stores()
        {"checks": checks, "migrate": migrate}[sys.argv[1]]()
    except Complaint as complaint:
        say(str(complaint))
        sys.exit(1)
