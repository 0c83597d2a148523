import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { overridesOf } from '../../../cli/runbook/one-off-task';
import { clickHouseProgram, peekProgram, postgresProgram, replayProgram } from '../../../cli/runbook/programs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'runbook-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A cluster in a file: topics with partitions, each a list of messages; and committed offsets. It has the parts of confluent-kafka that are used. */
const CONFLUENT_KAFKA = `
import json, os
STATE = os.environ["STATE"]
def read():
    with open(STATE) as file: return json.load(file)
def write(state):
    with open(STATE, "w") as file: json.dump(state, file)
class TopicPartition:
    def __init__(self, topic, partition, offset=-1001): self.topic, self.partition, self.offset = topic, partition, offset
class Message:
    def __init__(self, topic, partition, offset, raw): self.t, self.p, self.o, self.raw = topic, partition, offset, raw
    def error(self): return None
    def offset(self): return self.o
    def partition(self): return self.p
    def timestamp(self): return (1, self.raw.get("time", 0))
    def value(self): return self.raw["value"].encode()
    def key(self): return self.raw["key"].encode()
    def headers(self): return [(name, value.encode()) for name, value in self.raw["headers"].items()] or None
class Topic:
    def __init__(self, partitions): self.partitions = {i: None for i in range(len(partitions))}
class Metadata:
    def __init__(self, topics): self.topics = topics
class Consumer:
    def __init__(self, settings): self.group = settings["group.id"]; assert settings["enable.auto.commit"] is False and settings["security.protocol"] == "ssl"
    def list_topics(self, timeout): return Metadata({name: Topic(parts) for name, parts in read()["topics"].items()})
    def get_watermark_offsets(self, tp, timeout): return (0, len(read()["topics"][tp.topic][tp.partition]))
    def committed(self, tps, timeout): return [TopicPartition(t.topic, t.partition, read()["committed"].get(f"{self.group} {t.topic} {t.partition}", -1001)) for t in tps]
    def assign(self, tps): self.at = tps
    def consume(self, count, timeout):
        found = []
        for tp in self.at:
            for offset in range(tp.offset, len(read()["topics"][tp.topic][tp.partition])):
                if len(found) < count:
                    found.append(Message(tp.topic, tp.partition, offset, read()["topics"][tp.topic][tp.partition][offset])); tp.offset = offset + 1
        return found
    def commit(self, offsets, asynchronous):
        state = read()
        for tp in offsets: state["committed"][f"{self.group} {tp.topic} {tp.partition}"] = tp.offset
        write(state)
    def close(self): pass
class Producer:
    def __init__(self, settings): assert settings["acks"] == "all"; self.queue = []
    def produce(self, topic, value, key, headers, on_delivery): self.queue.append((topic, value, key, headers, on_delivery))
    def flush(self, timeout):
        state = read()
        for topic, value, key, headers, on_delivery in self.queue:
            if state.get("refuses"): on_delivery("refused", None); continue
            state["topics"][topic][0].append({"value": value.decode(), "key": key.decode(), "headers": {n: v.decode() for n, v in headers}})
            on_delivery(None, None)
        self.queue = []; write(state); return 0
`;

interface Raw {
  readonly value: string;
  readonly key: string;
  readonly headers: Record<string, string>;
}
interface Cluster {
  topics: Record<string, Raw[][]>;
  committed: Record<string, number>;
  refuses?: boolean;
}

function run(program: string, modules: Record<string, string>, env: Record<string, string> = {}) {
  Object.entries(modules).forEach(([name, text]) => writeFileSync(path.join(folder, `${name}.py`), text));
  const { status, stdout, stderr } = spawnSync('python3', ['-'], {
    input: program,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1', STATE: path.join(folder, 'state'), ...env },
  });
  return { status, stdout, stderr };
}

function onCluster(program: string, cluster: Cluster) {
  writeFileSync(path.join(folder, 'state'), JSON.stringify(cluster));
  const result = run(program, { confluent_kafka: CONFLUENT_KAFKA }, { KAFKA_HOSTS: 'b-1:9094', KAFKA_SECURITY_PROTOCOL: 'SSL' });
  return { ...result, cluster: JSON.parse(readFileSync(path.join(folder, 'state'), 'utf8')) as Cluster };
}

const letter = (value: string, headers: Record<string, string> = { dlq_topic: 'events', dlq_reason: 'too old', token: 't' }): Raw => ({
  value,
  key: 'k',
  headers,
});

const clusterOf = (...letters: Raw[][]): Cluster => ({ topics: { 'events': [[]], 'events_dlq': letters, 'other-dlq': [[]] }, committed: {} });

test('the entry point of worker runs a program with quotes, dollars and backslashes as it is', () => {
  symlinkSync(execFileSync('sh', ['-c', 'command -v python3'], { encoding: 'utf8' }).trim(), path.join(folder, 'python'));
  const program = `print("it's $HOME \`id\` \\\\")`;
  const { containerOverrides } = JSON.parse(overridesOf('worker', program)) as { containerOverrides: { command: [string] }[] };
  const { stdout } = spawnSync('/bin/bash', ['-c', ...containerOverrides[0].command], {
    encoding: 'utf8',
    env: { PATH: `${folder}:${process.env.PATH}` },
  });
  expect(stdout).toBe("it's $HOME `id` \\\n");
});

test('a look at dead letters prints counts and reasons of the newest messages, and no message', () => {
  const { status, stdout, cluster } = onCluster(peekProgram(1, false), clusterOf([letter('secret 1'), letter('secret 2')], []));
  expect(status).toBe(0);
  expect(stdout).toBe("events_dlq: 2 messages\n  0/1 8 bytes dlq_topic='events' dlq_reason='too old'\nother-dlq: 0 messages\n");
  expect(cluster.committed).toEqual({});
});

test('a look at dead letters prints messages only when it should', () => {
  expect(onCluster(peekProgram(1, true), clusterOf([letter('secret 1'), letter('secret 2')])).stdout).toContain('    secret 2\n');
});

test('a replay writes every message once to its topic, without the headers of the dead letter', () => {
  const first = onCluster(replayProgram('events_dlq', 100, 1000), clusterOf([letter('a'), letter('b')], [letter('c')]));
  expect([first.status, first.stdout]).toEqual([0, 'events_dlq: 3 messages replayed, 0 left out because their topic is not known\n']);
  expect(first.cluster.topics.events[0]).toEqual(['a', 'b', 'c'].map((value) => letter(value, { token: 't' })));
  const second = onCluster(replayProgram('events_dlq', 100, 1000), first.cluster);
  expect(second.stdout).toContain(': 0 messages replayed');
  expect(second.cluster.topics.events[0]).toHaveLength(3);
});

test('a replay stops at its limit, and the next one goes on from there', () => {
  const first = onCluster(replayProgram('events_dlq', 1, 1000), clusterOf([letter('a'), letter('b')]));
  const second = onCluster(replayProgram('events_dlq', 1, 1000), first.cluster);
  expect(first.cluster.topics.events[0].map(({ value }) => value)).toEqual(['a']);
  expect(second.cluster.topics.events[0].map(({ value }) => value)).toEqual(['a', 'b']);
});

test('a replay leaves out messages without a topic, with an unknown one, and with the dead letter topic itself', () => {
  const odd = [{}, { dlq_topic: 'gone' }, { dlq_topic: 'events_dlq' }].map((headers) => letter('x', headers as Record<string, string>));
  const { stdout, cluster } = onCluster(replayProgram('events_dlq', 100, 1000), clusterOf(odd));
  expect(stdout).toBe('events_dlq: 0 messages replayed, 3 left out because their topic is not known\n');
  expect(cluster.topics.events[0]).toEqual([]);
});

test('a replay that the brokers refuse marks nothing as replayed, and fails', () => {
  const { status, stderr, cluster } = onCluster(replayProgram('events_dlq', 100, 1000), { ...clusterOf([letter('a')]), refuses: true });
  expect(status).toBe(1);
  expect(stderr).toContain('the brokers refused messages');
  expect(cluster.committed).toEqual({});
});

test('a replay of a topic that does not exist fails', () => {
  expect(onCluster(replayProgram('gone_dlq', 1, 1000), clusterOf([]))).toMatchObject({ status: 1, stderr: 'there is no topic gone_dlq\n' });
});

test('a query in PostgreSQL runs in a transaction that can only read, and prints its rows', () => {
  const psycopg = `
class Column:
    def __init__(self, name): self.name = name
class Cursor:
    description = [Column("a"), Column("b")]
    def fetchmany(self, count): return [(1, "x"), (2, None)]
class Connection:
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def execute(self, sql): print(sql); return Cursor()
def connect(url, options): print(url, options); return Connection()
`;
  const { stdout } = run(postgresProgram(`SELECT "é", '\\'`), { psycopg }, { DATABASE_URL: 'postgres://x' });
  expect(stdout).toBe(`postgres://x -c default_transaction_read_only=on -c statement_timeout=300s\nSELECT "é", '\\'\na\tb\n1\tx\n2\tNone\n`);
});

test('a query in ClickHouse cannot write, and prints its rows', () => {
  const driver = `
class Client:
    def __init__(self, host, **options): print(host, options["port"], options["secure"], options["verify"], options["settings"]["readonly"])
    def execute(self, sql, with_column_types): return [(1, "x")], [("a", "UInt8"), ("b", "String")]
`;
  const env = {
    CLICKHOUSE_HOST: 'ch',
    CLICKHOUSE_LOGS_CLUSTER_PORT: '9440',
    CLICKHOUSE_USER: 'u',
    CLICKHOUSE_PASSWORD: 'p',
    CLICKHOUSE_DATABASE: 'd',
    CLICKHOUSE_SECURE: 'true',
    CLICKHOUSE_VERIFY: 'false',
  };
  expect(run(clickHouseProgram('SELECT 1'), { clickhouse_driver: driver }, env).stdout).toBe('ch 9440 True False 2\na\tb\n1\tx\n');
});
