import { InstanceContainer } from '../../../lib/stores/instance/instance-container';
import { instanceFiles, InstanceSettings } from '../../../lib/stores/instance/instance-files';

const SETTINGS: InstanceSettings = {
  region: 'eu-central-1',
  stack: 'Stack',
  group: 'Group',
  logGroup: 'Logs',
  volumeTag: 'Stack/Db',
  mountPoint: '/var/lib/db',
  owner: '101:101',
  zone: 'Z1',
  hostName: 'db.example.internal',
  signalTimeoutSeconds: 1740,
};

const CONTAINER: InstanceContainer = {
  name: 'db',
  image: 'db:1',
  command: ['start', 'with space'],
  port: 9000,
  environment: { A: '1', B: 'x=y' },
  secrets: {},
  stopTimeout: 60,
  files: { '/etc/db/config.d/a.xml': '<a/>' },
  mounts: { '/var/lib/db/data': '/data', '/run/db': '/etc/db' },
  ulimits: { nofile: '10:20' },
  prepare: 'true\n',
  afterStart: 'date\n',
};

function files(container: Partial<InstanceContainer> = {}): Record<string, string> {
  return instanceFiles(SETTINGS, { ...CONTAINER, ...container }, { PASSWORD: { arn: 'arn:1', field: 'password' }, TOKEN: { arn: 'arn:2' } });
}

test('instanceFiles writes the settings that the scripts read, one a line', () => {
  expect(files().settings).toBe(`REGION=eu-central-1
STACK=Stack
GROUP=Group
LOG_GROUP=Logs
VOLUME_TAG=Stack/Db
MOUNT_POINT=/var/lib/db
OWNER=101:101
ZONE=Z1
HOST_NAME=db.example.internal
SIGNAL_TIMEOUT=1740
NAME=db
IMAGE=db:1
REGISTRY_SECRET=
PORT=9000
STOP_TIMEOUT=60
ZONE_ID_VARIABLE=
`);
});

test('instanceFiles writes the arguments of Docker, one a line', () => {
  expect(files()['container/arguments'].split('\n')).toEqual([
    '--name=db',
    '--network=host',
    '--ulimit=nofile=10:20',
    '--volume=/etc/db/config.d/a.xml:/etc/db/config.d/a.xml:ro',
    '--volume=/var/lib/db/data:/data',
    '--volume=/run/db:/etc/db',
    '--log-driver=awslogs',
    '--log-opt=awslogs-region=eu-central-1',
    '--log-opt=awslogs-group=Logs',
    '--log-opt=mode=non-blocking',
    '--log-opt=max-buffer-size=8m',
    'db:1',
    'start',
    'with space',
    '',
  ]);
});

test('instanceFiles writes environment, secrets, folders, scripts and files', () => {
  const { settings, 'container/arguments': given, ...rest } = files();
  expect([settings, given].every(Boolean)).toBe(true);
  expect(rest).toEqual({
    'container/environment': 'A=1\nB=x=y\n',
    'container/secrets': 'PASSWORD\tarn:1\tpassword\nTOKEN\tarn:2\t\n',
    'container/folders': '/var/lib/db/data\n',
    'container/prepare': 'true\n',
    'container/while-running': '',
    'container/after-start': 'date\n',
    'host/etc/db/config.d/a.xml': '<a/>',
  });
});

test('instanceFiles writes empty files for what is left out', () => {
  const all = files({ command: undefined, ulimits: undefined, prepare: undefined, afterStart: undefined, mounts: {} });
  expect([all['container/prepare'], all['container/after-start'], all['container/folders']]).toEqual(['', '', '']);
  expect(all['container/arguments'].endsWith('\ndb:1\n')).toBe(true);
});

test.each<[string, Partial<InstanceContainer>, string]>([
  ['a variable with two lines', { environment: { KEY: 'a\nb' } }, "`environment.KEY` must be one line, got: 'a\nb'"],
  ['an argument with two lines', { command: ['a\nb'] }, "`command` must be one line, got: 'a\nb'"],
  [
    'a file without an absolute path',
    { files: { 'etc/x': '' } },
    "`files and mounts` must be at absolute paths of letters, digits and . _ -, got: 'etc/x'",
  ],
  ['a file above its folder', { files: { '/etc/../x': '' } }, '`files and mounts` must be at absolute paths'],
  ['a mount with a colon', { mounts: { '/a:b': '/c' } }, '`files and mounts` must be at absolute paths'],
  [
    'a file that the volume would hide',
    { files: { '/var/lib/db/x': '' } },
    "`files` must be outside /var/lib/db, where the volume is mounted over them, got: '/var/lib/db/x'",
  ],
])('instanceFiles rejects %s', (_, container, message) => {
  expect(() => files(container)).toThrow(message);
});
