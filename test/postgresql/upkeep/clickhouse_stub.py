"""A ClickHouse in memory that answers the queries of the upkeep script, and PostHog's jobs on it as they behave in July 2026.

Line numbers are those of PostHog/posthog at the tree of 13 July 2026 (mergebloom/posthog-infra, commit feb3708).
"""

import datetime
import re

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def now():
    return datetime.datetime.now(datetime.timezone.utc)


class Server:
    """The tables as lists of rows, with the names of other objects and the mutations."""

    def __init__(self):
        self.events, self.overrides, self.singles, self.mutations, self.objects = [], [], [], [], set()
        self.hosts, self.statements = 1, []

    def mutate(self, table, command, change):
        """Enqueues a mutation, which finishes at once."""
        self.mutations.append({"table": table, "command": command, "is_done": True})
        change()

    def execute(self, query, parameters=None):
        query = " ".join(query.split())
        self.statements.append(query)
        for pattern, answer in ANSWERS:
            found = re.search(pattern, query)
            if found:
                return answer(self, parameters, *found.groups())
        raise AssertionError(f"an unknown query: {query}")

    def survivors(self, parameters, column):
        rows = zip(parameters["ids"], parameters["teams"], parameters["keys"], parameters["times"], strict=True)
        counted = []
        for identifier, team, key, time in rows:
            limit = datetime.datetime.fromtimestamp(time, datetime.timezone.utc)
            found = [
                event for event in self.events
                if event["team"] == team and event[column] == key and (column == "uuid" or max(event["timestamp"], event["inserted"]) <= limit)]
            counted += [(identifier, len(found))] if found else []
        return counted

    def newest_singles(self):
        return {row["uuid"]: row for row in self.singles}.values()

    def single_survivors(self):
        return [row for row in self.newest_singles() if row["deleted"] and any(event["uuid"] == row["uuid"] for event in self.events)]

    def repend_singles(self):
        self.singles += [{**row, "deleted": False} for row in self.single_survivors()]
        return []

    def drop(self, name):
        self.objects.discard(name)
        return []


def add_override(server):
    server.overrides.append({"team": 0, "distinct": "upkeep", "person": "0" * 32, "timestamp": now()})
    return []


def delete_canary(server, parameters):
    limit = now() - datetime.timedelta(days=1)
    server.events[:] = [event for event in server.events if event["distinct"] != parameters["canary"] or event["timestamp"] >= limit]
    return []


# The queries of the script, in the order in which they are tried.
ANSWERS = (
    (r"^SELECT 1$", lambda server, _: [(1,)]),
    (r"FROM system\.mutations .* NOT is_done", lambda server, _: [
        (mutation["table"], "mutation_1.txt", 90, mutation.get("error", "")) for mutation in server.mutations if not mutation["is_done"]]),
    (r"FROM system\.mutations .* position\(command", lambda server, parameters: [
        (sum(parameters["table"] in mutation["command"] for mutation in server.mutations),)]),
    (r"FROM system\.dictionaries", lambda server, _: [(name,) for name in sorted(server.objects) if name.endswith("_dictionary")]),
    (r"FROM system\.tables", lambda server, _: [(name,) for name in sorted(server.objects)]),
    (r"^DROP \w+ IF EXISTS \w+\.(\w+) SYNC$", lambda server, _, name: server.drop(name)),
    (r"^SELECT count\(\) FROM \w+\.person_distinct_id_overrides$", lambda server, _: [(len(server.overrides),)]),
    (r"^INSERT INTO \w+\.person_distinct_id_overrides ", lambda server, _: add_override(server)),
    (r"^SELECT DISTINCT team_id FROM \w+\.sharded_events ", lambda server, parameters: [
        (team,) for team in {event["team"] for event in server.events} & set(parameters["teams"])]),
    (r"^SELECT DISTINCT team_id FROM \w+\.\w+ ", lambda *_: []),
    (r"^SELECT id, count\(\) .* WHERE person_id = key ", lambda server, parameters: server.survivors(parameters, "person")),
    (r"^SELECT id, count\(\) .* WHERE uuid = key ", lambda server, parameters: server.survivors(parameters, "uuid")),
    (r"^SELECT count\(\) FROM \(SELECT DISTINCT team_id, uuid", lambda server, _: [(len(server.single_survivors()),)]),
    (r"^INSERT INTO \w+\.adhoc_events_deletion ", lambda server, _: server.repend_singles()),
    (r"^DELETE FROM \w+\.sharded_events WHERE distinct_id = ", delete_canary),
    (r"^OPTIMIZE TABLE \w+\.adhoc_events_deletion FINAL$", lambda *_: []),
)


class Fault(Exception):
    pass


def squash(server, fault, _config):
    """posthog/dags/person_overrides.py:35-60, 98-118: overrides older than two days."""
    limit = now() - datetime.timedelta(days=2)
    snapshot = [override for override in server.overrides if override["timestamp"] < limit]
    server.objects.add("person_distinct_id_overrides_snapshot_" + "0" * 32)
    fault("squash")
    people = {(override["team"], override["distinct"]): override["person"] for override in snapshot}
    for event in server.events:
        event["person"] = people.get((event["team"], event["distinct"]), event["person"])
    server.overrides = [override for override in server.overrides if override not in snapshot]
    server.objects.clear()


def delete(server, fault, deletions, table_type):
    """posthog/dags/deletes.py:376-748."""
    # 376-389: the minimum of an empty table is 1970.
    oldest = min((override["timestamp"] for override in server.overrides), default=EPOCH)
    table = table_type(timestamp=oldest).table_name
    server.objects |= {table, f"{table}_dictionary", "adhoc_events_deletion_dictionary"}
    # 416-420: persons up to the oldest override, and teams.
    pending = deletions.pending(oldest)
    singles = {row["uuid"] for row in server.newest_singles() if not row["deleted"]}
    fault("before")

    def is_deleted(event):
        return event["uuid"] in singles or any(
            event["team"] == row.team_id and (row.deletion_type == 0 or (event["person"] == row.key and event["timestamp"] <= row.created_at)) for row in pending)

    command = f"UPDATE _row_exists = 0 WHERE or(dictHas('{table}_dictionary', ...), dictHas('adhoc_events_deletion_dictionary', ...))"
    if pending or singles:
        # cluster.py:740-772, 845: a mutation with the same text is taken for this one, whether or not it has ended long ago.
        if not any(mutation["command"] == command for mutation in server.mutations):
            lost = fault("lost")
            server.mutate("sharded_events", command, lambda: None if lost else server.events.__setitem__(
                slice(None), [event for event in server.events if not is_deleted(event)]))
    fault("deleted")
    # 734-748: everything that was loaded is marked, without a look.
    deletions.mark(pending)
    server.singles += [{"uuid": name, "deleted": True} for name in sorted(singles)]
    fault("marked")
    server.objects -= {table, f"{table}_dictionary", "adhoc_events_deletion_dictionary"}
