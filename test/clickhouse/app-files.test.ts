import { mkdirSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { IMAGE, PreparedHost } from './prepared-host';

// What the host of ClickHouse runs every half minute, with stubs for Docker and AWS.

let host: PreparedHost;

beforeEach(() => {
  host = new PreparedHost();
  ['user_scripts', 'format_schemas'].forEach((folder) => mkdirSync(path.join(host.data, folder), { recursive: true }));
});

afterEach(() => host.remove());

const NEXT = 'posthog/posthog@sha256:3';
const SCRIPTS = 'volume/data/user_scripts';

test('installs nothing and reports nothing before the first migration', () => {
  expect(host.install({ image: '' })).toEqual({ status: 0, errors: '', calls: ['aws ssm get-parameter'] });
  expect(host.report()).toBeUndefined();
});

test('installs functions, the newest version under plain names, and format schemas, and reports the run', () => {
  expect(host.install()).toMatchObject({ status: 0, errors: `stateful-instance: the functions and format schemas of ${IMAGE} are installed\n` });
  expect(host.report()).toEqual({ run: 'run-1', image: IMAGE, outcome: 'installed', message: '' });
  expect(host.functions()).toEqual({
    aggregate_funnel_v2: 'v2/upper',
    JSONDropKeys_v2: 'v2/upper',
    aggregate_funnel: 'v10/upper',
    JSONDropKeys: 'v10/upper',
  });
  expect(host.list('volume/data/format_schemas')).toEqual(['v10.json', 'v2.json']);
  expect(statSync(path.join(host.folder, SCRIPTS, 'v10/upper')).mode & 0o777).toBe(0o755);
});

test('removes the image and the container from the root disk, and the server keeps running', () => {
  const { calls } = host.install();
  expect(
    calls.filter((call) => /^(pull|create|rm|image rm|exec|stop|restart)/.test(call)).map((call) => call.replace(/ sh -c .* posthog /, ' ... ')),
  ).toEqual([
    'rm --force app-files',
    `pull --quiet --platform linux/amd64 ${IMAGE}`,
    `create --name app-files --platform linux/amd64 ${IMAGE} true`,
    'rm --force app-files',
    'image rm --force id-app',
    'exec clickhouse ... SYSTEM RELOAD FUNCTIONS',
    "exec clickhouse ... SELECT name FROM system.functions WHERE origin = 'ExecutableUserDefined'",
  ]);
  expect(host.has('volume/incoming')).toBe(false);
});

test('has no password in the list of processes', () => {
  expect(host.install().calls.join('\n')).not.toContain('Abc123');
});

test('a run that is reported is not repeated', () => {
  host.install();
  expect(host.install()).toEqual({ status: 0, errors: '', calls: ['aws ssm get-parameter'] });
});

test('another run with the same image is reported without a pull', () => {
  host.install();
  expect(host.install({ run: 'run-2' }).calls.filter((call) => call.startsWith('pull'))).toEqual([]);
  expect(host.report()).toMatchObject({ run: 'run-2', outcome: 'installed' });
});

test('functions of the release before stay for the processes that still run, and plain names are of the new one', () => {
  host.install();
  host.image(NEXT, ['v10', 'v11']);
  host.install({ run: 'run-2', image: NEXT });
  expect(host.functions()).toEqual({
    aggregate_funnel_v2: 'v2/upper',
    JSONDropKeys_v2: 'v2/upper',
    aggregate_funnel_v10: 'v10/upper',
    JSONDropKeys_v10: 'v10/upper',
    aggregate_funnel: 'v11/upper',
    JSONDropKeys: 'v11/upper',
  });
  expect(host.list(SCRIPTS)).toEqual(['latest_user_defined_function.xml', 'v10', 'v11', 'v2']);
  expect(host.list('volume/data/format_schemas')).toEqual(['v10.json', 'v11.json', 'v2.json']);
});

test('an earlier release gets its plain names back', () => {
  host.install();
  const before = host.functions();
  host.image(NEXT, ['v10', 'v11']);
  host.install({ run: 'run-2', image: NEXT });
  expect(host.install({ run: 'run-3' }).status).toBe(0);
  expect(host.functions()).toMatchObject(before);
  expect(host.report()).toMatchObject({ run: 'run-3', image: IMAGE, outcome: 'installed' });
});

test('files of releases before the last five are removed', () => {
  host.install();
  for (let version = 20; version < 25; version++) {
    const image = `posthog/posthog@sha256:${version}`;
    host.image(image, [`v${version}`]);
    expect(host.install({ run: image, image }).status).toBe(0);
  }
  expect(Object.keys(host.functions()).sort()).toEqual(['JSONDropKeys', 'aggregate_funnel']);
  expect(host.list('volume/data/format_schemas')).toEqual(['v20.json', 'v21.json', 'v22.json', 'v23.json', 'v24.json']);
  expect(host.has(`${SCRIPTS}/v2/upper`)).toBe(false);
});

test('an installation that is interrupted leaves what was there, and the next one repairs it', () => {
  host.install();
  const before = host.functions();
  host.image(NEXT, ['v11']);
  host.install({ run: 'run-2', image: NEXT, fail: 'cp app-files:/code/posthog/idl' });
  expect(host.functions()).toEqual(before);
  expect(host.install({ run: 'run-3', image: NEXT }).status).toBe(0);
  expect(host.functions().aggregate_funnel).toBe('v11/upper');
});

test('the files of a volume that lost some are installed again', () => {
  host.install();
  host.write(`${SCRIPTS}/other`, '');
  host.erase('volume/data/format_schemas/v10.json');
  host.install({ run: 'run-2' });
  expect(host.list('volume/data/format_schemas')).toEqual(['v10.json', 'v2.json']);
});

test.each([
  [
    'the registry does not let it in',
    'login',
    '111122223333.dkr.ecr.eu-west-1.amazonaws.com/posthog@sha256:1',
    'Docker cannot log in to its registry',
  ],
  ['the image cannot be pulled', 'pull', IMAGE, 'it cannot be pulled: check the outbound access to its registry'],
  ['the image is no image of PostHog', 'cp app-files:/code/posthog/user_scripts', IMAGE, 'it has no folder /code/posthog/user_scripts'],
  ['ClickHouse does not answer', 'exec', IMAGE, 'ClickHouse cannot use them: stub: exec failed'],
  ['the parameter holds something else', 'nothing', '--privileged', 'it is no name of an image'],
])('reports the reason if %s', (_, fail, image, reason) => {
  host.image(image);
  const { status, errors } = host.install({ image, fail });
  expect(status).toBe(1);
  expect(errors).toContain(`stateful-instance: the functions and format schemas of ${image} are not installed: ${reason}`);
  expect(host.report()).toEqual({ run: 'run-1', image, outcome: 'failed', message: expect.stringContaining(reason) as string });
  expect(host.read('log')).toContain(reason);
});

test('reports the functions that ClickHouse does not load', () => {
  host.command('docker', 'case "$1 $8" in "exec SELECT"*) echo aggregate_funnel;; *) exec "$(dirname "$0")/docker-before" "$@";; esac');
  host.install();
  expect(host.report()!.message).toBe(
    'ClickHouse cannot use them: it does not load JSONDropKeys JSONDropKeys_v2 aggregate_funnel_v2; its log has the reason',
  );
});

test('reports an image without versioned functions', () => {
  host.image(IMAGE, []);
  host.install();
  expect(host.report()!.message).toBe('its latest_user_defined_function.xml is not as expected: no function has a version');
});

test('repeats what failed after a pause, or for another run', () => {
  host.install({ fail: 'pull' });
  expect(host.install().calls).toEqual(['aws ssm get-parameter']);
  utimesSync(path.join(host.folder, 'run/app-files'), 0, 0);
  host.install();
  expect(host.report()).toMatchObject({ run: 'run-1', outcome: 'installed' });
  host.image(NEXT);
  host.install({ run: 'run-2', image: NEXT, fail: 'pull' });
  host.install({ run: 'run-3', image: NEXT });
  expect(host.report()).toMatchObject({ run: 'run-3', outcome: 'installed' });
});

test('says once that the parameter cannot be read, and says so again after it could', () => {
  const message = 'stateful-instance: the parameter Image cannot be read: check the outbound access to Systems Manager (ssm)\n';
  const said = () => host.install({ fail: 'aws ssm get-parameter' }).errors.includes(message);
  expect([said(), said()]).toEqual([true, false]);
  host.install();
  expect(said()).toBe(true);
});

test('logs in to private repositories of ECR in their region, and keeps no password', () => {
  const image = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/posthog@sha256:1';
  host.image(image);
  const { status, calls } = host.install({ image });
  expect(status).toBe(0);
  expect(calls).toContain('login --username AWS --password-stdin 111122223333.dkr.ecr.eu-west-1.amazonaws.com');
  expect(host.has('run/docker')).toBe(false);
});
