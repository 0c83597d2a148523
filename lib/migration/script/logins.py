# The logins of PostHog's processes, see logins.sql.

LOCKED = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)


def login_values(connection):
    """Returns the values for the braces of logins.sql. Passwords are sent as SCRAM verifiers, so that no log of the server has one."""
    logins = {purpose: json.loads(setting(f"{purpose.upper()}_LOGIN")) for purpose in ("application", "reader", "temporal")}
    values = {"names": sql.SQL(", ").join(sql.Literal(login["username"]) for login in logins.values())}
    for purpose, login in logins.items():
        verifier = connection.pgconn.encrypt_password(login["password"].encode(), login["username"].encode(), b"scram-sha-256").decode()
        values |= {purpose: sql.Identifier(login["username"]), f"{purpose}_name": sql.Literal(login["username"]), f"{purpose}_password": sql.Literal(verifier)}
    return values


def hand_over(other, query):
    other.execute("SET lock_timeout = '5s'")
    for (statement,) in other.execute(query).fetchall():
        for attempt in range(10):
            try:
                other.execute(statement)
                break
            except LOCKED as error:
                if attempt == 9:
                    raise Failure(f"'{statement}' has waited ten times for queries of Temporal: {str(error).strip()}") from error
                time.sleep(float(setting("POLL", "5")))


def define_logins(connection):
    try:
        grant_logins(connection)
    except psycopg.Error as error:
        raise Failure(f"the logins of processes could not be created: {str(error).strip()}") from error


def grant_logins(connection):
    values = login_values(connection)
    text = {name: sql.SQL(section).format(**values) for name, section in LOGINS.items()}
    say("logins: granting privileges")
    for name in ("server", "posthog", "writes"):
        connection.execute(text[name])
    known = {name for (name,) in connection.execute("SELECT datname FROM pg_database").fetchall()}
    for kind, databases in LOGIN_DATABASES.items():
        for database in known.intersection(databases):
            with connect(dbname=database) as other:
                if kind == "temporal":
                    hand_over(other, text[kind])
                else:
                    other.execute(text[kind])
