# The pre-migration checks.

def check_backups():
    longest = int(setting("MAX_BACKUP_AGE", "0"))
    known = os.environ.get("MIGRATION_BACKUPS")
    if not longest or known is None:
        return say("backups: not checked")
    times = [datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) for text in json.loads(known)]
    if not times:
        raise Refusal("the database has no backups: enable them with its `backupRetention`, or set `checkBackup: false`")
    age = datetime.datetime.now(datetime.timezone.utc) - max(times)
    if age.total_seconds() > longest:
        raise Refusal(f"the latest restorable time of the database is {max(times):%Y-%m-%d %H:%M} UTC, {age} ago: find out why its backups have stopped, or raise "
                      "`maxBackupAge`")
    say(f"backups: the latest restorable time is {max(times):%Y-%m-%d %H:%M} UTC")


def check_gap(connection):
    longest, date = int(setting("MAX_RELEASE_GAP", "0")), setting("RELEASE_DATE")
    done = rows(connection, JOURNAL, f"SELECT release, released FROM {JOURNAL} WHERE outcome = 'succeeded' ORDER BY id DESC LIMIT 1")
    if not done:
        return say("previous release: not recorded in this database")
    release, released = done[0]
    say(f"previous release: {release}")
    gap = (datetime.date.fromisoformat(date) - released).days if date and released else 0
    if longest and gap > longest:
        raise Refusal(f"{setting('RELEASE')} is {gap} days newer than {release}, the release of this database, which exceeds the maximum of {longest} days: "
                      "deploy an intermediate release first, or raise `maxReleaseGap`")


def number(name):
    found = re.match(r"\d+", name)
    return int(found[0]) if found else -1


def check_downgrade(applied, answer):
    if is_true(setting("ALLOW_DOWNGRADE")):
        return say("downgrade: not checked")
    known = {(app, name) for app, name in answer["known"]}
    newest = {app: max(number(name) for other, name in known if other == app) for app, _ in known}
    # Upstream squashes migrations and removes apps, so unknown names prove nothing. Only migrations newer than all of the image do.
    ahead = sorted(f"{app}.{name}" for app, name in applied if app in newest and (app, name) not in known and number(name) > newest[app])
    if ahead:
        raise Refusal(f"the database is ahead of this release, which does not know {', '.join(ahead[:5])}{' and others' if len(ahead) > 5 else ''}: PostHog migrates "
                      "forward only, so deploy the newer release again, or restore backups from before it; `allowDowngrade` skips this check")


def check_disks():
    least = float(setting("MIN_FREE_DISK_PERCENT", "0"))
    if not least:
        return say("disks: not checked")
    found = on_every_server(DISKS.format("clusterAllReplicas('{}', system.disks)"), DISKS.format("system.disks"))
    for line in found.splitlines():
        host, name, free, total = line.split("\t")
        percent = 100 * int(free) / max(int(total), 1)
        if percent < least:
            raise Refusal(f"the disk '{name}' of ClickHouse {host} has {percent:.1f} % free ({int(free) / 2**30:.1f} GiB of {int(total) / 2**30:.1f}), and migrations that "
                          f"rewrite tables need {least:g} % at least: enlarge the volume, or lower `minFreeDiskPercent`")
        say(f"disk '{name}' of ClickHouse {host}: {percent:.1f} % free")


def check(connection):
    applied = rows(connection, "django_migrations", "SELECT app, name FROM django_migrations")
    check_disks()
    check_clickhouse_ledger()
    if not applied:
        return say("the database is empty: no further checks")
    check_backups()
    check_gap(connection)
    pending = read_async(connection)
    if is_true(setting("ALLOW_DOWNGRADE")) and is_true(setting("ALLOW_LEGACY_DATABASE")):
        return say("migrations of the image: not checked")
    answer = ask_image(pending)
    check_downgrade(applied, answer)
    if is_true(setting("ALLOW_LEGACY_DATABASE")):
        return say("the record of migrations: not checked")
    check_django_ledger(answer)
    return check_async(answer)
