# Serves every queue in TASK_QUEUES from one process of PostHog's app image. PostHog's own command serves one queue a process, and each process takes
# 0.7 GB for the same imports; a further queue here takes a few MB. Where the image's code differs from what is expected, the command runs instead.
# It runs inside an image that is not ours, of any release: plain syntax, and nothing of PostHog is imported before it is needed. This file and
# serve.py are one script.
import asyncio
import datetime
import faulthandler
import gc
import inspect
import json
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
import urllib.request

QUEUES = os.environ["TASK_QUEUES"].split()
# How long running activities may take to finish after SIGTERM. ECS kills the container 120 seconds after it; upstream's default is five minutes.
GRACE = int(os.environ.get("GRACEFUL_SHUTDOWN_TIMEOUT_SECONDS") or 90)
# Seconds between the end of that time and the end of the process: Temporal cancels what still runs, and waits for it.
MARGIN = 20
# Set by this script to start itself again, or by an operator.
BY_COMMAND = "ONE_PROCESS_PER_TASK_QUEUE"
FIRST_METRICS_PORT = 8600
# Temporal's first start takes minutes: its schema, then the namespace.
PATIENCE = float(os.environ.get("TEMPORAL_PATIENCE_SECONDS") or 300)
PAUSE = float(os.environ.get("TEMPORAL_PAUSE_SECONDS") or 5)
# The memory of one process of PostHog's command, and the memory reserved for the task, in MiB.
COMMAND_MIB, RESERVED_MIB = 800, 200


# This image's code cannot be called as this script calls it.
class Unsupported(Exception):
    pass


def say(text):
    print(f"task queues: {text}", flush=True)


def stop_at_once(*_):
    # The first process of a container ignores SIGTERM until it handles it, and the imports take a minute.
    os._exit(0)


# What the image registers.

def registrations(command):
    """Returns a function from a queue to its workflows and activities, or None for a queue that this release does not have."""
    if hasattr(command, "WORKFLOWS_DICT") and hasattr(command, "ACTIVITIES_DICT"):
        # Both create an entry for every name that is looked up with [].
        def registered(queue):
            found = list(command.WORKFLOWS_DICT.get(queue, ())), list(command.ACTIVITIES_DICT.get(queue, ()))
            return found if any(found) else None
        return registered
    if hasattr(command, "create_worker_bag_collector"):
        collector = command.create_worker_bag_collector()

        def collected(queue):
            try:
                bag = collector.collect(queue)
            except ValueError as error:
                say(str(error))
                return None
            return list(bag.workflows), list(bag.activities)
        return collected
    raise Unsupported("start_temporal_worker has neither WORKFLOWS_DICT nor create_worker_bag_collector")


def served(command):
    """The queues that are wanted and exist, with their workflows and activities."""
    found = {}
    of = registrations(command)
    for queue in dict.fromkeys(QUEUES):
        try:
            registered = of(queue)
        except Exception:
            # Newer releases import a queue's modules only now. One that cannot be imported must not keep the others from being served.
            traceback.print_exc()
            say(f"NOT served, its code cannot be loaded: {queue}")
            continue
        if registered is None:
            say(f"NOT served, this release does not have it: {queue}")
        else:
            found[queue] = registered
    return found


def load_sources(command, settings, found):
    """Loads the vendors' libraries of data imports once, on the main thread, as upstream's command does."""
    imports = getattr(command, "workflows_include_data_import_syncs", None)
    names = [getattr(settings, name, None) for name in ("DATA_WAREHOUSE_TASK_QUEUE", "DATA_WAREHOUSE_CDP_PRODUCER_TASK_QUEUE")]
    importing = [queue for queue, (workflows, _) in found.items() if (imports(workflows) if imports else queue in names)]
    if not importing:
        return
    try:
        load = getattr(command, "load_all_sources", None)
        if load is None:
            from products.warehouse_sources.backend.facade.temporal import load_all_sources as load
        load()
    except Exception:
        traceback.print_exc()
        for queue in importing:
            say(f"NOT served, the sources of data imports cannot be loaded: {queue}")
            del found[queue]


def optional(settings, *names):
    return next((getattr(settings, name) for name in names if getattr(settings, name, None) is not None), None)


def arguments(command, settings, found):
    """The arguments of create_worker for each queue, by name; those that this release does not take are left out."""
    parameters = inspect.signature(command.create_worker).parameters
    traced = [getattr(settings, name, None) for name in ("MAX_AI_TASK_QUEUE", "TASKS_TASK_QUEUE")]
    service = getattr(settings, "OTEL_SERVICE_NAME", None)
    calls = {}
    for index, (queue, (workflows, activities)) in enumerate(found.items()):
        needed = {
            "host": settings.TEMPORAL_HOST, "port": int(settings.TEMPORAL_PORT), "namespace": settings.TEMPORAL_NAMESPACE, "task_queue": queue,
            "metrics_port": FIRST_METRICS_PORT + index, "workflows": workflows, "activities": activities,
        }
        other = {
            "client_cert": optional(settings, "TEMPORAL_CLIENT_CERT"),
            "client_key": optional(settings, "TEMPORAL_CLIENT_KEY"),
            "graceful_shutdown_timeout": datetime.timedelta(seconds=GRACE),
            "max_concurrent_workflow_tasks": optional(settings, "MAX_CONCURRENT_WORKFLOW_TASKS"),
            "max_concurrent_activities": optional(settings, "MAX_CONCURRENT_ACTIVITIES"),
            "metric_prefix": getattr(command, "TASK_QUEUE_METRIC_PREFIXES", {}).get(queue),
            "use_pydantic_converter": bool(optional(settings, "TEMPORAL_USE_PYDANTIC_CONVERTER")),
            "target_memory_usage": optional(settings, "TARGET_MEMORY_USAGE", "TEMPORAL_TARGET_MEMORY_USAGE"),
            "target_cpu_usage": optional(settings, "TARGET_CPU_USAGE", "TEMPORAL_TARGET_CPU_USAGE"),
            # The process has one registry of Python metrics: the first port adds it to Temporal's own.
            "enable_combined_metrics_server": index == 0,
            "enable_open_telemetry_plugin": service is not None and (bool(optional(settings, "TEMPORAL_OTEL_PLUGIN_ENABLED")) or queue in traced),
        }
        missing = [name for name in needed if name not in parameters]
        unknown = [name for name, parameter in parameters.items() if name not in needed and name not in other
                   and parameter.default is parameter.empty and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)]
        if missing or unknown:
            raise Unsupported(f"create_worker takes no {', '.join(missing)}" if missing else f"create_worker also wants {', '.join(unknown)}")
        calls[queue] = {**needed, **{name: value for name, value in other.items() if name in parameters}}
    return calls


# What Temporal must know first.

def in_process(name):
    """Runs a command of manage.py without Django's checks, which fail in some releases depending on the order in which they run."""
    from django.core.management import call_command
    failure = []

    def call():
        try:
            call_command(name)
        except BaseException as error:
            failure.append(error)
    thread = threading.Thread(target=call, daemon=True, name=name)
    thread.start()
    thread.join(300)
    if thread.is_alive():
        raise TimeoutError(f"{name} has not ended within 300 seconds")
    if failure:
        raise failure[0]


def by_manage(name):
    subprocess.run([sys.executable, "manage.py", name, "--skip-checks"], check=True, timeout=300)


def insist(run, name, patience):
    """Runs a command until it succeeds; returns whether it did before the patience was over."""
    deadline = time.monotonic() + patience
    while True:
        try:
            run(name)
            say(f"{name}: done")
            return True
        except (Exception, SystemExit) as error:
            if time.monotonic() > deadline:
                say(f"{name}: given up: {error!r}")
                return False
            say(f"{name}: failed, trying again: {error!r}")
            time.sleep(PAUSE)


def keep_scheduling(run):
    """Creates the schedules: bin/migrate leaves them out where DEPLOYMENT is hobby, and workers do not depend on them."""
    if not insist(run, "schedule_temporal_workflows", PATIENCE):
        say("the schedules are not up to date; the next start of this task tries again")
