import { ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TEMPORAL_DJANGO_WORKER } from '../../../../lib/catalog/processes/exports/temporal-workers';
import { until } from '../../../helpers/until';

const [SCRIPT] = TEMPORAL_DJANGO_WORKER.command!;

/** What the stubs of Django and PostHog share: they append to the file `log`, and fail where a file tells them to. */
const STUBS: Readonly<Record<string, string>> = {
  'django/__init__.py': 'def setup(): pass\n',
  'django/conf.py': `from types import SimpleNamespace
settings = SimpleNamespace(TEMPORAL_HOST="temporal", TEMPORAL_PORT="7233", TEMPORAL_NAMESPACE="default", OTEL_SERVICE_NAME=None,
    MAX_AI_TASK_QUEUE="ai", TASKS_TASK_QUEUE="tasks", DATA_WAREHOUSE_TASK_QUEUE="imports",
    DATA_WAREHOUSE_CDP_PRODUCER_TASK_QUEUE="rows", SURFACING_SCORING_SWEEP_TASK_QUEUE="replay")
`,
  'django/core/__init__.py': '',
  'django/core/management/__init__.py': `import os
from stub import log
def call_command(name):
    log(name)
    left = f"failures-{name}"
    if os.path.exists(left) and int(open(left).read()) > 0:
        count = int(open(left).read()) - 1
        open(left, "w").write(str(count))
        raise RuntimeError("Namespace default is not found")
`,
  'structlog.py': 'def reset_defaults(): pass\n',
  'stub.py': `import asyncio, os
def log(text):
    with open("log", "a") as file:
        file.write(text + "\\n")
class Worker:
    def __init__(self, queue):
        self.queue, self.over = queue, asyncio.Event()
    async def run(self):
        log(f"run {self.queue}")
        if os.path.exists(f"crash-{self.queue}"):
            await asyncio.sleep(0.3)
            raise RuntimeError("poller has ended")
        await self.over.wait()
    async def shutdown(self):
        log(f"shutdown {self.queue}")
        self.over.set()
def create(queue, **call):
    shown = " ".join(f"{name}={value}" for name, value in sorted(call.items()) if name not in ("host", "port", "namespace", "workflows"))
    log(f"create {queue} {shown}")
    if os.path.exists(f"contradiction-{queue}"):
        raise ValueError("More than one activity named x")
    return Worker(queue)
`,
  'posthog/__init__.py': '',
  'posthog/management/__init__.py': '',
  'posthog/management/commands/__init__.py': '',
  'posthog/clickhouse/__init__.py': '',
  'posthog/clickhouse/query_tagging.py': 'def tag_queries(**_): pass\n',
  'posthog/temporal/__init__.py': '',
  'posthog/temporal/common/__init__.py': '',
  'posthog/temporal/common/logger.py': 'def configure_logger(**_): pass\n',
  'manage.py': 'import sys\nfrom stub import log\nlog("manage.py " + " ".join(sys.argv[1:]))\n',
};

/** create_worker as in July's tree, but for arguments that make no difference. */
const CREATE = `from stub import create, log
async def create_worker(host, port, metrics_port, namespace, task_queue, workflows, activities, server_root_ca_cert=None, client_cert=None,
        graceful_shutdown_timeout=None, metric_prefix=None, enable_combined_metrics_server=True):
    return create(task_queue, metrics_port=metrics_port, activities=activities, graceful_shutdown_timeout=graceful_shutdown_timeout,
        metric_prefix=metric_prefix, enable_combined_metrics_server=enable_combined_metrics_server)
`;

/** The variants of posthog/management/commands/start_temporal_worker.py. */
export const COMMANDS = {
  /** 13 July 2026 (mergebloom/posthog-infra @feb3708): tables of everything, imported at once. */
  tables: `${CREATE}
from collections import defaultdict
WORKFLOWS_DICT, ACTIVITIES_DICT = defaultdict(set), defaultdict(set)
for queue in ["one", "two", "three", "imports", "exports"]:
    WORKFLOWS_DICT[queue].add(f"workflow of {queue}")
    ACTIVITIES_DICT[queue].add(queue)
TASK_QUEUE_METRIC_PREFIXES = {"exports": "batch_exports_"}
def workflows_include_data_import_syncs(workflows):
    return "workflow of imports" in workflows
def load_all_sources():
    log("load sources")
    import os
    if os.path.exists("no-sources"):
        raise ImportError("duplicate symbol")
`,
  /** Later in 2026 (posthog/temporal/registry.py): each queue's modules are imported when it is collected. */
  registry: `${CREATE}
from types import SimpleNamespace
class Collector:
    def collect(self, queue):
        if queue == "broken":
            raise ImportError("cannot import name 'compute_quota_snapshot'")
        if queue not in ("one", "two"):
            raise ValueError(f"No sources registered for task queue '{queue}'")
        log(f"collect {queue}")
        return SimpleNamespace(workflows=(f"workflow of {queue}",), activities=(queue,))
def create_worker_bag_collector():
    return Collector()
`,
  /** A release that nobody has seen: its function takes something else. */
  other: `
WORKFLOWS_DICT, ACTIVITIES_DICT = {"one": {"w"}}, {"one": {"a"}}
async def create_worker(connection, options, task_queue):
    raise AssertionError("must not be called")
`,
  /** Registers nothing in a way that is known. */
  bare: 'async def create_worker(**_): pass\n',
};

/** A folder with stubs in place of PostHog's image, and what happens when the script runs in it. */
export class TaskQueueImage {
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'task-queues-'));
  private child?: ChildProcess;
  public output = '';

  public constructor(command: keyof typeof COMMANDS) {
    for (const [name, text] of Object.entries({ ...STUBS, 'posthog/management/commands/start_temporal_worker.py': COMMANDS[command] })) {
      this.write(name, text);
    }
  }

  public write(name: string, text = ''): void {
    const file = path.join(this.folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, 0o755);
  }

  /** What the stubs have done. */
  public get log(): string[] {
    const file = path.join(this.folder, 'log');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  }

  /** Runs the script as the container does. Answers its exit code. */
  public run(queues: string, environment: Record<string, string> = {}, during = async () => {}): Promise<number | null> {
    const child = spawn('python3', ['-c', SCRIPT], {
      cwd: this.folder,
      env: {
        PATH: process.env.PATH,
        PYTHONDONTWRITEBYTECODE: '1',
        TASK_QUEUES: queues,
        TEMPORAL_PATIENCE_SECONDS: '1',
        TEMPORAL_PAUSE_SECONDS: '0.05',
        ...environment,
      },
    });
    this.child = child;
    child.stdout.on('data', (text) => {
      this.output += text;
    });
    child.stderr.on('data', (text) => {
      this.output += text;
    });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    return during().then(() => ended);
  }

  /** Runs it until it has said something, stops it as ECS does, and answers its exit code. */
  public runUntil(said: string, queues: string, environment?: Record<string, string>): Promise<number | null> {
    return this.runWhile(() => this.output.includes(said), queues, environment);
  }

  /** The same until something is the case. */
  public runWhile(condition: () => boolean, queues: string, environment?: Record<string, string>): Promise<number | null> {
    return this.run(queues, environment, async () => {
      await until(condition, () => this.output);
      this.stop();
    });
  }

  public stop(): void {
    this.child!.kill('SIGTERM');
  }

  public remove(): void {
    this.child?.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
