# What is looked at before anything is changed.

def check_backups():
    longest = int(setting("MAX_BACKUP_AGE", "0"))
    known = os.environ.get("MIGRATION_BACKUPS")
    if not longest or known is None:
        return say("backups: not looked at")
    times = [datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) for text in json.loads(known)]
    if not times:
        raise Refusal("the database has no backups to go back to: turn them on with its `backupRetention`, or set `maxBackupAge` to nothing")
    age = datetime.datetime.now(datetime.timezone.utc) - max(times)
    if age.total_seconds() > longest:
        raise Refusal(f"the database can be put back to {max(times):%Y-%m-%d %H:%M} UTC at the latest, {age} ago: look why its backups have stopped, or raise "
                      "`maxBackupAge`")
    say(f"backups: the database can be put back to {max(times):%Y-%m-%d %H:%M} UTC")


def check_gap(connection):
    longest, date = int(setting("MAX_RELEASE_GAP", "0")), setting("RELEASE_DATE")
    done = rows(connection, JOURNAL, f"SELECT release, released FROM {JOURNAL} WHERE outcome = 'succeeded' ORDER BY id DESC LIMIT 1")
    if not done:
        return say("the release before: not noted in this database")
    release, released = done[0]
    say(f"the release before: {release}")
    gap = (datetime.date.fromisoformat(date) - released).days if date and released else 0
    if longest and gap > longest:
        raise Refusal(f"{setting('RELEASE')} is {gap} days younger than {release}, which this database has, and more than {longest} are not tried in one step: "
                      "deploy a release in between first, or raise `maxReleaseGap`")


def number(name):
    found = re.match(r"\d+", name)
    return int(found[0]) if found else -1


def check_downgrade(applied, answer):
    if is_true(setting("ALLOW_DOWNGRADE")):
        return say("downgrade: not looked at")
    known = {(app, name) for app, name in answer["known"]}
    newest = {app: max(number(name) for other, name in known if other == app) for app, _ in known}
    # Names go where upstream squashes migrations, and apps where it removes them. Only what is newer than everything in the image tells.
    ahead = sorted(f"{app}.{name}" for app, name in applied if app in newest and (app, name) not in known and number(name) > newest[app])
    if ahead:
        raise Refusal(f"the database is ahead of this release, which does not know {', '.join(ahead[:5])}{' and others' if len(ahead) > 5 else ''}: PostHog migrates "
                      "forward only, so deploy the newer release again, or put backups of before it back; `allowDowngrade` goes on regardless")


def check_disks():
    least = float(setting("MIN_FREE_DISK_PERCENT", "0"))
    if not least:
        return say("disks: not looked at")
    found = on_every_server(DISKS.format("clusterAllReplicas('{}', system.disks)"), DISKS.format("system.disks"))
    for line in found.splitlines():
        host, name, free, total = line.split("\t")
        percent = 100 * int(free) / max(int(total), 1)
        if percent < least:
            raise Refusal(f"the disk '{name}' of ClickHouse {host} has {percent:.1f} % free ({int(free) / 2**30:.1f} GiB of {int(total) / 2**30:.1f}), and migrations that "
                          f"rewrite tables need room, {least:g} % at least: make the volume larger, or lower `minFreeDiskPercent`")
        say(f"disk '{name}' of ClickHouse {host}: {percent:.1f} % free")


def check(connection):
    applied = rows(connection, "django_migrations", "SELECT app, name FROM django_migrations")
    check_disks()
    check_clickhouse_ledger()
    if not applied:
        return say("the database is empty: there is nothing to lose, and nothing to skip")
    check_backups()
    check_gap(connection)
    pending = read_async(connection)
    if is_true(setting("ALLOW_DOWNGRADE")) and is_true(setting("ALLOW_LEGACY_DATABASE")):
        return say("migrations of the image: not looked at")
    answer = ask_image(pending)
    check_downgrade(applied, answer)
    if is_true(setting("ALLOW_LEGACY_DATABASE")):
        return say("the record of migrations: not checked")
    check_django_ledger(answer)
    return check_async(answer)
