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
    ends = [end(worker, runs[queue]) for queue, worker in workers.items() if queue not in ended]
    for failure in await asyncio.gather(*ends, return_exceptions=True):
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
