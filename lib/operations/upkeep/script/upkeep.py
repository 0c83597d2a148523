# The other steps, and the sequences of steps.

# The only members of this group may approve data deletion requests (posthog/admin/admins/data_deletion_request_admin.py), and PostHog does not create it.
APPROVERS = "ClickHouse Team"

# The job of each type of request, and its step that takes the id (posthog/dags/data_deletion_requests.py, data_deletion_request_pickup_sensor).
REQUEST_JOBS = {
    "event_removal": ("data_deletion_request_event_removal", "load_deletion_request"),
    "property_removal": ("data_deletion_request_property_removal", "load_property_removal_request"),
    "person_removal": ("data_deletion_request_person_removal", "load_person_removal_request"),
}
OPEN_REQUESTS = ("approved", "in_progress", "queued", "failed")


def create_group():
    from django.contrib.auth.models import Group

    if Group.objects.get_or_create(name=APPROVERS)[1]:
        say(f"created the group '{APPROVERS}', whose members approve data deletion requests")


def answer_requests():
    """Runs approved data deletion requests, the oldest approval first."""
    from posthog.dags import data_deletion_requests as jobs
    from posthog.models.data_deletion_request import DataDeletionRequest

    create_group()
    # This run has the lock, so nothing works on them.
    stopped = DataDeletionRequest.objects.filter(status="in_progress").update(status="failed", updated_at=now())
    if stopped:
        say(f"{stopped} data deletion requests were stopped in between: retry them in the admin")
    failed, clickhouse = [], None
    while request := DataDeletionRequest.objects.filter(status="approved").exclude(pk__in=failed).order_by("approved_at").first():
        clickhouse = clickhouse or ClickHouse()
        refuse_several_servers(clickhouse)
        clickhouse.wait_for_mutations()
        job, step = REQUEST_JOBS[request.request_type]
        try:
            run_job(getattr(jobs, job), {"ops": {step: {"config": {"request_id": str(request.pk)}}}})
        except Complaint as complaint:
            say(f"the data deletion request {request.pk} failed: {complaint}")
            failed.append(request.pk)
    if failed or stopped:
        raise Complaint(f"{len(failed) + stopped} data deletion requests failed")


def verify_requests():
    """Completes deferred requests whose events are gone."""
    from posthog.dags.data_deletion_requests import verify_queued_deletion_requests_job

    run_job(verify_queued_deletion_requests_job)


def clear_tokens():
    from django.core.management import call_command

    call_command("cleartokens")


def measure(failures):
    """Prints the metrics for CloudWatch, as lib/operations/custom-metrics.ts does."""
    from posthog.models.async_deletion import AsyncDeletion, DeletionType
    from posthog.models.data_deletion_request import DataDeletionRequest

    kinds = [getattr(DeletionType, name) for name in ("Team", "Person", "Event") if hasattr(DeletionType, name)]
    pending = AsyncDeletion.objects.filter(deletion_type__in=kinds, delete_verified_at__isnull=True).order_by("created_at").first()
    request = DataDeletionRequest.objects.filter(status__in=OPEN_REQUESTS, approved_at__isnull=False).order_by("approved_at").first()
    oldest = [pending.created_at] if pending else []
    oldest += [request.approved_at] if request else []
    clickhouse = ClickHouse()
    overrides = clickhouse.rows(f"SELECT count() FROM {clickhouse.database}.person_distinct_id_overrides")[0][0]
    values = {
        "OldestPendingDeletionAge": max((now() - time for time in oldest), default=datetime.timedelta()).total_seconds(),
        "PersonOverrides": overrides,
        "UpkeepFailures": failures,
    }
    metrics = [{"Name": name, "Unit": METRICS[name]} for name in values]
    head = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [[INSTALLATION]], "Metrics": metrics}]}
    print(json.dumps({"_aws": head, INSTALLATION: setting("INSTALLATION"), **values}), flush=True)


STEPS = {"deletions": delete, "requests": answer_requests, "verification": verify_requests, "tokens": clear_tokens}
SEQUENCES = {"weekly": ("deletions", "verification", "tokens"), "daily": ("requests",)}


def keep_alive():
    """Keeps Django's connections: they are idle for as long as ClickHouse deletes, and firewalls forget idle ones."""
    from django.db import connections

    for connection in connections.all():
        connection.settings_dict["OPTIONS"] = {**connection.settings_dict.get("OPTIONS", {}), **KEEPALIVES}


def attempt(name):
    """Runs a step. Returns whether it failed, after logging the reason."""
    begun = time.monotonic()
    try:
        STEPS[name]()
    except Complaint as complaint:
        say(f"{name} failed: {complaint}")
        return True
    except Exception as error:
        # Dagster's own log above has the traceback.
        say(f"{name} failed: {error!r}")
        return True
    say(f"{name} has ended after {time.monotonic() - begun:.0f} seconds")
    return False


def main(command):
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "posthog.settings")
    django.setup()
    keep_alive()
    steps = SEQUENCES.get(command) or ((command,) if command in STEPS else ())
    if not steps and command != "metrics":
        raise SystemExit(f"[upkeep] '{command}' is no command: use {', '.join([*SEQUENCES, *STEPS, 'metrics'])}")
    enabled = setting("STEPS").split()
    failures = 0
    # A daily run comes again tomorrow; a weekly one waits longer than a migration may take.
    patience = int(setting("LOCK_PATIENCE", "600" if command == "daily" else "14400"))
    chosen = [step for step in steps if step in enabled or step == command]
    if chosen:
        try:
            with Lock(patience):
                failures = sum(attempt(step) for step in chosen)
        except Busy as busy:
            say(f"{busy}: {', '.join(chosen)} did not run")
            failures = 0 if command == "daily" else len(chosen)
    if "metrics" in enabled or command == "metrics":
        measure(failures)
    return failures


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1] if len(sys.argv) > 1 else "daily") else 0)
