# Serves every queue in TASK_QUEUES from one process of PostHog's app image. PostHog's own command serves one queue a process, and each process takes
# 0.7 GB for the same imports; a further queue here takes a few MB. Where the image's code differs from what is expected, the command runs instead.
# It runs inside an image that is not ours, of any release: plain syntax, and nothing of PostHog is imported before it is needed.
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
# What one process of PostHog's command takes, and what the task needs besides, in MiB.
COMMAND_MIB, RESERVED_MIB = 800, 200


class Unsupported(Exception):
    """This image's code cannot be called as this script calls it."""


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


# One process for all queues.

async def serve(command, settings, calls):
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()

    def stop():
        if not stopped.is_set():
            say(f"stopping; running activities have {GRACE} seconds")
            timer = threading.Timer(GRACE + MARGIN, os._exit, [1])
            timer.daemon = True
            timer.start()
        stopped.set()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    prepare(settings, loop, calls)
    workers = {}
    for queue, call in calls.items():
        try:
            workers[queue] = await command.create_worker(**call)
        except (TypeError, ValueError):
            # A contradiction in what the release registers for this queue. That Temporal does not answer is another error, and ends the task.
            traceback.print_exc()
            say(f"NOT served, no worker can be created: {queue}")
    if not workers:
        raise RuntimeError("none of the queues can be served")
    say(f"serving {len(workers)}: {' '.join(workers)}")
    threading.Thread(target=keep_scheduling, args=[in_process], daemon=True).start()
    runs = {queue: loop.create_task(worker.run()) for queue, worker in workers.items()}
    stopping = loop.create_task(stopped.wait())
    await asyncio.wait([stopping, *runs.values()], return_when=asyncio.FIRST_COMPLETED)
    asked = stopped.is_set()
    ended = [queue for queue, run in runs.items() if run.done()]
    if not asked:
        for queue in ended:
            say(f"the worker of {queue} has ended: {runs[queue].exception()!r}")
        stop()
    for failure in await asyncio.gather(*(end(worker, runs[queue]) for queue, worker in workers.items() if queue not in ended), return_exceptions=True):
        if isinstance(failure, Exception):
            say(f"while stopping: {failure!r}")
    say("stopped")
    return 0 if asked else 1


async def end(worker, run):
    try:
        await worker.shutdown()
    except RuntimeError:
        # It had not started yet.
        run.cancel()
    await asyncio.wait([run])


def prepare(settings, loop, calls):
    """What upstream's command does once before its worker starts."""
    import structlog
    from posthog.clickhouse.query_tagging import tag_queries
    from posthog.temporal.common.logger import configure_logger
    structlog.reset_defaults()
    faulthandler.enable()
    tag_queries(kind="temporal")
    configure_logger(loop=loop)
    if any(call.get("enable_open_telemetry_plugin") for call in calls.values()):
        from posthog.temporal.common.open_telemetry import initialize_otel
        initialize_otel(settings.OTEL_SERVICE_NAME, getattr(settings, "TEMPORAL_OTEL_LIBRARIES_TO_INSTRUMENT", []))
    if getattr(settings, "SURFACING_SCORING_SWEEP_TASK_QUEUE", None) in calls:
        try:
            from posthog.temporal.session_replay.surfacing_scoring_sweep.scorer import warmup_best_effort
            warmup_best_effort()
        except Exception as error:
            say(f"the model that scores recordings is not loaded: {error!r}")


def load():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "posthog.settings")
    # manage.py does both: migrations are found below common/, and what is imported stays for good.
    sys.path.insert(0, os.path.join(os.getcwd(), "common"))
    gc.disable()
    import django
    django.setup()
    from django.conf import settings
    from posthog.management.commands import start_temporal_worker as command
    if not hasattr(command, "create_worker"):
        raise Unsupported("start_temporal_worker has no create_worker")
    found = served(command)
    load_sources(command, settings, found)
    if not found:
        raise RuntimeError("none of the queues can be served")
    calls = arguments(command, settings, found)
    gc.freeze()
    gc.enable()
    return command, settings, calls


# One process for each queue: upstream's command.

def task_memory():
    """The memory of the task in MiB, as ECS or the kernel knows it."""
    try:
        address = os.environ["ECS_CONTAINER_METADATA_URI_V4"]
        with urllib.request.urlopen(f"{address}/task", timeout=5) as answer:
            return int(json.load(answer)["Limits"]["Memory"])
    except (KeyError, OSError, ValueError):
        pass
    with open("/proc/meminfo") as lines:
        return int(next(line for line in lines if line.startswith("MemTotal")).split()[1]) // 1024


def run_command(queue, index):
    return subprocess.Popen(["./bin/temporal-django-worker", "--task-queue", queue, "--metrics-port", str(FIRST_METRICS_PORT + 10 * index)])


def serve_by_command():
    room = max(1, (task_memory() - RESERVED_MIB) // COMMAND_MIB)
    wanted = list(dict.fromkeys(QUEUES))
    for queue in wanted[room:]:
        say(f"NOT served, the task has memory for {room} processes; give it more with `memoryLimitMiB`: {queue}")
    wanted = wanted[:room]
    if not insist(by_manage, "register_temporal_search_attributes", PATIENCE):
        return 1
    threading.Thread(target=keep_scheduling, args=[by_manage], daemon=True).start()
    running = {queue: run_command(queue, index) for index, queue in enumerate(wanted)}
    started = {queue: time.monotonic() for queue in wanted}
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    status = 0
    while running and not stopping.wait(0.2):
        for queue, process in list(running.items()):
            if process.poll() is None:
                continue
            if time.monotonic() - started[queue] < 20 * PAUSE:
                # A queue that this release does not have ends its command at once, in every start.
                say(f"NOT served, its command has ended with {process.returncode}: {queue}")
                del running[queue]
                status = 1
            else:
                say(f"the command of {queue} has ended with {process.returncode}")
                stopping.set()
                status = 1
    for process in running.values():
        process.terminate()
    deadline = time.monotonic() + GRACE + MARGIN
    for process in running.values():
        try:
            process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
    return status


def main():
    signal.signal(signal.SIGTERM, stop_at_once)
    if os.environ.get(BY_COMMAND):
        return serve_by_command()
    try:
        command, settings, calls = load()
    except Unsupported as reason:
        say(f"{reason}: PostHog's command serves the queues, a process each")
        # The new program has none of the memory that the imports took.
        os.execve(sys.executable, sys.orig_argv, {**os.environ, BY_COMMAND: "true"})
    if not insist(in_process, "register_temporal_search_attributes", PATIENCE):
        return 1
    return asyncio.run(serve(command, settings, calls))


if __name__ == "__main__":
    try:
        code = main()
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads of Temporal and of its activities would keep the process from ending.
    os._exit(code)
