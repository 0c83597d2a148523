import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { kafkaTopics, topicLines } from '../../../lib/stores/kafka/kafka-topics';
import { ROOT } from '../../helpers/app';

const SCRIPT = path.join(ROOT, 'lib', 'migration', 'topics', 'reconcile-topics.sh');

/**
 * A stub of rpk: keeps topics in a file, prints what rpk prints, and refuses what a broker refuses.
 *
 * @see https://docs.redpanda.com/current/reference/rpk/rpk-topic/
 */
const RPK = `#!/usr/bin/env node
const fs = require('node:fs');
const state = JSON.parse(fs.readFileSync(process.env.STATE, 'utf8'));
const [, command, ...rest] = process.argv.slice(2);
state.calls.push(process.argv.slice(2).join(' '));
const option = (name) => rest[rest.indexOf(name) + 1];
const save = (code = 0, text = '') => { fs.writeFileSync(process.env.STATE, JSON.stringify(state)); if (text) console.log(text); process.exit(code); };
if (state.silent > 0) { state.silent -= 1; save(1, 'unable to dial: connection refused'); }
if (!rest.includes('tls.enabled=' + process.env.EXPECT_TLS) || !rest.includes('brokers=b-1:9094,b-2:9094')) save(1, 'unknown brokers');
const [topic] = rest;
switch (command) {
  case 'list':
    save(0, ['NAME  PARTITIONS  REPLICAS', ...Object.entries(state.topics).map(([name, { partitions }]) => name + '  ' + partitions + '  3')].join('\\n'));
  case 'create':
    if (state.race === topic) state.topics[topic] = { partitions: 1 };
    if (state.topics[topic]) save(1, 'TOPIC STATUS\\n' + topic + ' TOPIC_ALREADY_EXISTS');
    if (state.refuse === topic) save(1, topic + ' POLICY_VIOLATION');
    state.topics[topic] = { partitions: Number(option('--partitions')), replicas: option('--replicas') };
    save(0, topic + ' OK');
  case 'add-partitions':
    state.topics[topic].partitions += Number(option('--num'));
    save(0, topic + ' OK');
  case 'alter-config':
    state.topics[topic].retention = option('--set');
    save(0, topic + ' OK');
  default:
    save(2, 'unknown command ' + command);
}
`;

interface Topics {
  [name: string]: { partitions: number; replicas?: string; retention?: string };
}

interface State {
  topics: Topics;
  calls: string[];
  silent?: number;
  race?: string;
  refuse?: string;
}

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'topics-'));
  writeFileSync(path.join(folder, 'rpk'), RPK);
  writeFileSync(path.join(folder, 'sleep'), '#!/bin/sh\n');
  ['rpk', 'sleep'].forEach((name) => chmodSync(path.join(folder, name), 0o755));
});

afterEach(() => rmSync(folder, { recursive: true }));

function reconcile(
  topics: string,
  state: Partial<State> = {},
  env: Record<string, string> = {},
): { status: number | null; output: string; state: State } {
  const file = path.join(folder, 'state.json');
  writeFileSync(file, JSON.stringify({ topics: {}, calls: [], ...state }));
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', readFileSync(SCRIPT, 'utf8')], {
    env: {
      PATH: `${folder}:${process.env.PATH}`,
      STATE: file,
      BROKERS: 'b-1:9094,b-2:9094',
      TLS: 'true',
      EXPECT_TLS: 'true',
      TOPICS: topics,
      ...env,
    },
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr, state: JSON.parse(readFileSync(file, 'utf8')) as State };
}

test("the script creates missing topics with the brokers' default replication", () => {
  const { status, output, state } = reconcile('events 6 -\nletters 1 1209600000');
  expect([status, output.trim().split('\n').at(-1)]).toEqual([0, 'all topics exist']);
  expect(state.topics).toEqual({
    events: { partitions: 6, replicas: '-1' },
    letters: { partitions: 1, replicas: '-1', retention: 'retention.ms=1209600000' },
  });
});

test('the script adds partitions, and never removes any', () => {
  const before = { events: { partitions: 2 }, wide: { partitions: 50 }, other: { partitions: 1 } };
  const { status, state } = reconcile('events 6 -\nwide 6 -', { topics: before });
  expect(status).toBe(0);
  expect(state.topics).toEqual({ events: { partitions: 6 }, wide: { partitions: 50 }, other: { partitions: 1 } });
  expect(state.calls.filter((call) => /delete|remove/.test(call))).toEqual([]);
});

test('the script changes nothing in a second run', () => {
  const topics = topicLines(kafkaTopics(6));
  const first = reconcile(topics);
  const second = reconcile(topics, { topics: first.state.topics });
  expect([first.status, second.status]).toEqual([0, 0]);
  expect(second.state.topics).toEqual(first.state.topics);
  expect(second.state.calls.filter((call) => /create|add-partitions/.test(call))).toEqual([]);
  expect(Object.keys(first.state.topics)).toHaveLength(kafkaTopics(6).length);
});

test('the script distinguishes topics with a common beginning', () => {
  expect(reconcile('events 1 -', { topics: { events_2: { partitions: 1 } } }).state.topics).toHaveProperty('events');
});

test('the script waits for the brokers, and fails after its patience', () => {
  expect(reconcile('events 1 -', { silent: 3 }).status).toBe(0);
  const { status, output } = reconcile('events 1 -', { silent: 99 }, { PATIENCE: '20' });
  expect(status).toBe(1);
  expect(output).toContain('the brokers did not answer for 20 seconds: b-1:9094,b-2:9094');
});

test('the script continues if a topic was created in between', () => {
  expect(reconcile('events 1 -\nlast 1 -', { race: 'events' })).toMatchObject({ status: 0, state: { topics: { events: {}, last: {} } } });
});

test('the script fails if the brokers refuse a topic', () => {
  const { status, state } = reconcile('first 1 -\nevents 1 -\nlast 1 -', { refuse: 'events' });
  expect(status).not.toBe(0);
  expect(state.topics).not.toHaveProperty('last');
});

test('the script uses TLS only if it is configured', () => {
  expect(reconcile('events 1 -', {}, { TLS: 'false', EXPECT_TLS: 'false' }).status).toBe(0);
  expect(reconcile('events 1 -', {}, { TLS: 'false', PATIENCE: '0' }).status).toBe(1);
});

test('the script is valid for POSIX shells', () => {
  expect(existsSync('/bin/sh')).toBe(true);
  expect(() => execFileSync('/bin/sh', ['-n', SCRIPT])).not.toThrow();
});
