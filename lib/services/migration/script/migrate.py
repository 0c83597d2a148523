# The lock, the journal, and what runs while they are held.

# "cdk-post" as a number. A session's lock ends with its connection, and so with this process, however that ends.
LOCK = int.from_bytes(b"cdk-post", "big")
SECONDS_TO_STOP = 90
TABLE = f"""CREATE TABLE IF NOT EXISTS {JOURNAL} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, release text NOT NULL, released date, upstream_commit text, app_image text NOT NULL,
  task text NOT NULL, started timestamptz NOT NULL DEFAULT clock_timestamp(), finished timestamptz, outcome text, note text)"""
HOLDER = """SELECT application_name, backend_start FROM pg_locks JOIN pg_stat_activity USING (pid)
  WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND (classid::bigint << 32) + objid::bigint = %s AND datname = current_database()"""


def take_lock(connection):
    """Answers whether somebody else had it."""
    patience, waited = int(setting("LOCK_PATIENCE", "1800")), False
    deadline = time.monotonic() + patience
    while not connection.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)).fetchone()[0]:
        name, since = connection.execute(HOLDER, (LOCK,)).fetchone() or ("somebody who has just finished", "just now")
        if time.monotonic() > deadline:
            raise Refusal(f"'{name}' has held the lock since {since}, and has not finished within the {patience} seconds that this one waits: look at its log, "
                          "and deploy again when it has ended")
        if not waited:
            say(f"waiting for '{name}', which has held the lock since {since}")
        waited = True
        time.sleep(float(setting("POLL", "5")))
    return waited


def run(command, connection):
    """Runs a program for as long as the lock is held."""
    say(f"running {' '.join(command)}")
    program = subprocess.Popen(command, start_new_session=True)
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
        raise Complaint(f"{' '.join(command)} ended with {code}; what it said stands above")


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
            return say(f"the other has migrated to {what[0]} meanwhile: nothing is left to do")
    connection.execute(TABLE)
    # They hold no lock, so they do not run.
    connection.execute(f"UPDATE {JOURNAL} SET finished = clock_timestamp(), outcome = 'died' WHERE finished IS NULL")
    values = (*what, setting("RELEASE_DATE") or None, setting("UPSTREAM_COMMIT") or None, task())
    entry = connection.execute(
        f"INSERT INTO {JOURNAL} (release, app_image, released, upstream_commit, task) VALUES (%s, %s, %s, %s, %s) RETURNING id", values).fetchone()[0]
    try:
        check(connection)
        # A migration reads system.crash_log, which is not there before the first flush (posthog/clickhouse/custom_metrics.py).
        on_every_server("SYSTEM FLUSH LOGS ON CLUSTER '{}'", "SYSTEM FLUSH LOGS")
        run(["./bin/migrate"], connection)
        for command in filter(None, setting("AFTERWARDS").splitlines()):
            run(["sh", "-c", command], connection)
    except Exception as error:
        note(connection, entry, getattr(error, "outcome", "failed"), str(error))
        raise
    note(connection, entry, "succeeded", None)
    return say(f"PostHog {what[0]} is migrated")


def preflight():
    # A task definition has room for it once.
    with open(setting("SCRIPT", os.devnull), "w", encoding="utf-8") as file:
        file.write(sys.orig_argv[-2])
    with connect() as connection:
        check(connection)


def stop(*_):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped("it was told to stop; what is done stays done, and the next run goes on from there")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    try:
        wait_for_stores()
        {"preflight": preflight, "migrate": migrate}[sys.argv[1]]()
    except Complaint as complaint:
        say(str(complaint))
        sys.exit(1)
