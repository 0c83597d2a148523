import { ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrationScript } from '../../lib/migration/migration-script';
import { until } from '../helpers/until';
import { ROOT } from '../helpers/app';

const VENV = path.join(ROOT, '.venv-migration');

/** The script in the task definition. */
export const SCRIPT = migrationScript();

/** The script of a server with logins by purpose. */
const SCRIPT_WITH_LOGINS = migrationScript({ logins: true });

/** A stub of PostHog's own bin/migrate: notes how it was called, waits or fails where a test wants it, and lets the real Django migrate. */
const BIN_MIGRATE = `#!/bin/bash
# Usage: bin/migrate [--scope=postgres]
set -e
run_scope() { [[ -z "$scope" || "$scope" == "$1" ]]; }
scope="\${1#--scope=}"
echo "$MIGRATION_RELEASE\${1:+ $1}\${MIGRATE_MAX_RETRIES:+ tries: $MIGRATE_MAX_RETRIES}" >>runs
while [[ -e hold ]]; do sleep 0.1; done
if [[ -e fail || -e fail-once ]]; then
  rm -f fail-once
  echo 'column "team_id" does not exist'
  exit 3
fi
if run_scope "postgres"; then
  python manage.py migrate --noinput
fi
`;

const MANAGE = `import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "posthog.settings")
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
`;

const settings = (apps: readonly string[]) => `import os
from psycopg.conninfo import conninfo_to_dict
url = conninfo_to_dict(os.environ["DATABASE_URL"])
SECRET_KEY = "test"
INSTALLED_APPS = ${JSON.stringify(apps)}
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": url["dbname"], "USER": url["user"], "PASSWORD": url.get("password", ""), "HOST": url["host"], "PORT": url["port"],
                         "OPTIONS": {"sslmode": url["sslmode"]}}}
print("as PostHog, this one says things while it loads")
`;

/** How a run ended. */
export interface Ended {
  readonly status: number | null;
  readonly output: string;
}

/** A run that may not have ended. */
export class Run {
  public readonly ended: Promise<Ended>;
  private output = '';

  public constructor(private readonly child: ChildProcess) {
    child.stdout!.on('data', (text) => {
      this.output += text;
    });
    child.stderr!.on('data', (text) => {
      this.output += text;
    });
    this.ended = new Promise((resolve) => child.on('close', (status) => resolve({ status, output: this.output })));
  }

  /** Waits until it has said something. */
  public async says(text: string): Promise<void> {
    const said = () => `it has not printed '${text}' but: ${this.output}`;
    const isSaid = () => {
      if (!this.output.includes(text) && this.child.exitCode !== null) {
        throw new Error(said());
      }
      return this.output.includes(text);
    };
    await until(isSaid, said, 20_000);
  }

  public kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

/** An image of PostHog: a folder with what the script finds in the real one. */
export class Image {
  public readonly folder = mkdtempSync(path.join(tmpdir(), 'migration-image-'));

  /**
   * @param migrations the Django migrations that it has
   * @param apps the Django apps whose migrations it has
   */
  public constructor(migrations: readonly string[], apps: readonly string[] = ['posthog']) {
    const files = {
      'bin/migrate': BIN_MIGRATE,
      'manage.py': MANAGE,
      'posthog/__init__.py': '',
      'posthog/settings.py': settings(apps),
      'posthog/migrations/__init__.py': '',
      ...Object.fromEntries(migrations.map((name, index) => [`posthog/migrations/${name}.py`, migration(migrations[index - 1])])),
    };
    for (const [name, content] of Object.entries(files)) {
      this.write(name, content);
    }
  }

  public write(name: string, content = ''): void {
    const file = path.join(this.folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: 0o755 });
  }

  public remove(name: string): void {
    rmSync(path.join(this.folder, name));
  }

  /** What bin/migrate has been run with, in this order: the release, the scope where one was given, and how often it shall try. */
  public get runs(): string[] {
    const file = path.join(this.folder, 'runs');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  }

  /** Starts a container of the migration: the first with the script, the other with what the first has left. */
  public start(mode: 'checks' | 'migrate', environment: Record<string, string>): Run {
    const file = path.join(this.folder, 'migrate.py');
    const script = environment.MIGRATION_APPLICATION_LOGIN ? SCRIPT_WITH_LOGINS : SCRIPT;
    const argv = mode === 'checks' ? ['-c', script, mode] : [file, mode];
    return new Run(
      spawn('python', argv, {
        cwd: this.folder,
        env: { PATH: `${path.join(VENV, 'bin')}:${process.env.PATH}`, MIGRATION_SCRIPT: file, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
  }

  public destroy(): void {
    rmSync(this.folder, { recursive: true });
  }
}

export function migration(before?: string, operations = ''): string {
  return `from django.db import migrations
class Migration(migrations.Migration):
    dependencies = [${before ? `("posthog", "${before}")` : ''}]
    operations = [${operations}]
`;
}
