# The weekly deletion of persons' and projects' events.

# The tables of the deletion job (posthog/dags/deletes.py), by the name of its constant.
TEAM_TABLES = ("PERSON_DISTINCT_ID2_TABLE", "PERSONS_TABLE", "GROUPS_TABLE", "PERSON_STATIC_COHORT_TABLE", "PLUGIN_LOG_ENTRIES_TABLE")
# A deletion is checked again in the following runs, in case that a run ended between its job and the check.
CHECKED_DAYS = 15
CHUNK = 1000


def delete():
    """Applies person overrides, then deletes what was requested, then checks that it is gone."""
    from posthog.dags import deletes
    from posthog.dags.person_overrides import squash_person_overrides

    clickhouse = ClickHouse()
    refuse_several_servers(clickhouse)
    # Of runs that ended in between, and of the job without this script. What is taken back is deleted below.
    revoke_survivors(clickhouse, deletes)
    clickhouse.wait_for_mutations()
    drop_leftovers(clickhouse)
    run_job(squash_person_overrides)
    mark_overrides(clickhouse, deletes.PERSON_DISTINCT_ID_OVERRIDES_TABLE)
    name_once(clickhouse, deletes)
    try:
        run_job(deletes.deletes_job)
    except Exception:
        # It marks deletions before it cleans up.
        revoke_survivors(clickhouse, deletes)
        raise
    # A step of the job that lost its connection may not have waited for all of them.
    clickhouse.wait_for_mutations()
    survivors = revoke_survivors(clickhouse, deletes)
    delete_canary(clickhouse, deletes)
    if survivors:
        raise Complaint(f"{survivors} deletions left data behind. They are pending again, and the next run repeats them")


def delete_canary(clickhouse, deletes):
    """Deletes the canary's events (lib/operations/canary), except those of the last day. They belong to no person."""
    canary = setting("CANARY")
    if canary:
        say(f"deleting events of {canary}")
        clickhouse.rows(
            f"DELETE FROM {clickhouse.database}.{deletes.EVENTS_DATA_TABLE()} WHERE distinct_id = %(canary)s AND timestamp < now() - INTERVAL 1 DAY",
            {"canary": canary})


def refuse_several_servers(clickhouse):
    found = clickhouse.servers()
    if found > 1 and setting("ALLOW_SEVERAL_SERVERS") != "true":
        raise Refusal(f"ClickHouse has {found} servers, which deletions were not verified with: `allowSeveralServers` permits it, see docs/privacy.md")


def drop_leftovers(clickhouse):
    """Drops what a failed run has left. The lock is held and no mutation is unfinished, so nothing uses it."""
    for kind, system in (("DICTIONARY", "dictionaries"), ("TABLE", "tables")):
        names = clickhouse.rows(
            f"SELECT name FROM system.{system} WHERE database = %(database)s AND (match(name, '^person_distinct_id_overrides_snapshot_[0-9a-f]{{32}}') "
            "OR match(name, '^pending_deletes_[0-9]') OR name = 'adhoc_events_deletion_dictionary') ORDER BY name", {"database": clickhouse.database})
        for (name,) in names:
            # Dictionaries are tables as well until they are dropped.
            say(f"dropping {name}, which an earlier run has left")
            clickhouse.everywhere(f"DROP {kind} IF EXISTS {clickhouse.database}.{name} SYNC")


def mark_overrides(clickhouse, table):
    """Adds a row to an empty table of overrides: persons are deleted up to its oldest row, which is 1970 without one."""
    if clickhouse.rows(f"SELECT count() FROM {clickhouse.database}.{table}")[0][0] == 0:
        # The next run applies it to no event: there is no team 0.
        clickhouse.rows(
            f"INSERT INTO {clickhouse.database}.{table} (team_id, distinct_id, person_id, is_deleted, version, _timestamp, _offset, _partition) "
            "SELECT 0, 'upkeep', toUUID('00000000-0000-0000-0000-000000000000'), 0, 1, now(), 0, 0")


def name_once(clickhouse, deletes):
    """Gives the job's table and dictionary a name of their own."""
    # Their usual name is the oldest override's time. Until a run moves it, the job takes an earlier, finished mutation of that name for its own, deletes
    # nothing, and marks everything as deleted (PostHog/posthog pull request 99972).
    name = now().strftime("%Y%m%d_%H%M%S_%f")
    deletes.PendingDeletesTable.clickhouse_timestamp = property(lambda _: name)
    table = deletes.PendingDeletesTable(timestamp=now()).table_name
    if name not in table:
        raise Refusal(f"this release names its table of deletions {table}, which a second run could share: see docs/privacy.md")
    reused = clickhouse.rows(
        "SELECT count() FROM system.mutations WHERE database = %(database)s AND position(command, %(table)s) > 0",
        {"database": clickhouse.database, "table": table})[0][0]
    if reused:
        raise Refusal(f"{reused} mutations of ClickHouse name {table} already")


def revoke_survivors(clickhouse, deletes):
    """Counts the rows of what was marked as deleted, and takes the mark back where any are left. Returns the number of such deletions."""
    from posthog.models.async_deletion import AsyncDeletion, DeletionType

    since = now() - datetime.timedelta(days=CHECKED_DAYS)
    marked = list(AsyncDeletion.objects.filter(delete_verified_at__gte=since).values_list("id", "deletion_type", "team_id", "key", "created_at"))
    kinds = (
        (DeletionType.Team, survivors_of_teams), (DeletionType.Person, survivors_of_persons),
        (getattr(DeletionType, "Event", None), survivors_of_events))
    found = set()
    for kind, survivors in kinds:
        chosen = [row for row in marked if row[1] == kind]
        for start in range(0, len(chosen), CHUNK):
            found |= survivors(clickhouse, deletes, chosen[start:start + CHUNK])
    if found:
        AsyncDeletion.objects.filter(id__in=found).update(delete_verified_at=None)
    return len(found) + revoke_single_events(clickhouse, deletes)


def survivors_of_teams(clickhouse, deletes, chosen):
    teams, found = tuple({team for _, _, team, _, _ in chosen}), set()
    for table in (deletes.EVENTS_DATA_TABLE(), *(getattr(deletes, name) for name in TEAM_TABLES)):
        left = clickhouse.rows(f"SELECT DISTINCT team_id FROM {clickhouse.database}.{table} WHERE team_id IN %(teams)s", {"teams": teams})
        if left:
            say(f"{table} still has rows of the deleted projects {', '.join(str(team) for (team,) in sorted(left))}")
        found |= {team for (team,) in left}
    return {identifier for identifier, _, team, _, _ in chosen if team in found}


def survivors_of_persons(clickhouse, deletes, chosen):
    # A deletion covers the events that were ingested before it; later ones take a deletion of their own (posthog/dags/deletes.py, September 2026).
    return survivors_of(clickhouse, deletes, chosen, "person_id = key AND timestamp <= requested AND (inserted_at IS NULL OR inserted_at <= requested)")


def survivors_of_events(clickhouse, deletes, chosen):
    return survivors_of(clickhouse, deletes, chosen, "uuid = key")


def survivors_of(clickhouse, deletes, chosen, condition):
    columns = {"ids": 0, "teams": 2, "keys": 3}
    parameters = {name: [row[place] for row in chosen] for name, place in columns.items()}
    # In whole seconds, as the job's dictionary has it.
    parameters["times"] = [int(row[4].timestamp()) for row in chosen]
    left = clickhouse.rows(
        f"SELECT id, count() FROM {clickhouse.database}.{deletes.EVENTS_DATA_TABLE()} AS events INNER JOIN (SELECT (arrayJoin(arrayZip(%(ids)s, %(teams)s, "
        "%(keys)s, %(times)s)) AS row).1 AS id, toInt64(row.2) AS team, toUUID(row.3) AS key, toDateTime(row.4) AS requested) AS deletions "
        f"ON events.team_id = deletions.team WHERE {condition} GROUP BY id", parameters)
    for identifier, count in left:
        say(f"{count} events of deletion {identifier} are still there")
    return {identifier for identifier, _ in left}


def revoke_single_events(clickhouse, deletes):
    """Takes back the marks of single events that are still there, of deferred data deletion requests. Returns their number."""
    table, events = f"{clickhouse.database}.{deletes.ADHOC_EVENTS_DELETION_TABLE}", f"{clickhouse.database}.{deletes.EVENTS_DATA_TABLE()}"
    # Not FINAL, which leaves out rows with is_deleted. Events that were ingested after their request are not covered by it.
    marks = (
        f"SELECT team_id, uuid, max(created_at) AS requested FROM {table} GROUP BY team_id, uuid "
        f"HAVING argMax(is_deleted, deleted_at) = 1 AND max(deleted_at) > now() - INTERVAL {CHECKED_DAYS} DAY")
    left = (
        f"SELECT DISTINCT team_id, uuid, requested FROM {events} AS events INNER JOIN ({marks}) AS marks USING (team_id, uuid) "
        "WHERE events.inserted_at IS NULL OR events.inserted_at <= requested")
    count = clickhouse.rows(f"SELECT count() FROM ({left})")[0][0]
    if count:
        say(f"{count} single events of data deletion requests are still there")
        clickhouse.rows(f"INSERT INTO {table} (team_id, uuid, created_at, deleted_at, is_deleted) SELECT team_id, uuid, requested, now() + 1, 0 FROM ({left})")
        # The job reads rows that were not merged yet.
        clickhouse.rows(f"OPTIMIZE TABLE {table} FINAL")
    return count
