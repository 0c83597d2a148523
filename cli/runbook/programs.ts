/**
 * Python programs for one-off tasks in PostHog's app image. They use its client libraries (pyproject.toml: confluent-kafka, psycopg,
 * clickhouse-driver) and the variables of posthog/settings/{kafka,data_stores}.py, and none of PostHog's code, which takes half a minute to load.
 */

const KAFKA = `
import os
from confluent_kafka import Consumer, Producer, TopicPartition

CLIENT = {"bootstrap.servers": os.environ["KAFKA_HOSTS"], "security.protocol": os.environ["KAFKA_SECURITY_PROTOCOL"].lower()}

def consumer_of(group):
    return Consumer({**CLIENT, "group.id": group, "enable.auto.commit": False, "auto.offset.reset": "earliest"})

def headers_of(message):
    return {name: (value or b"").decode("utf-8", "replace") for name, value in message.headers() or []}
`;

/** Returns a text or a number as a literal of Python: those of JSON are. */
function literal(value: string | number): string {
  return JSON.stringify(value);
}

/** The suffix of the names of dead letter topics: `_dlq`, and `-dlq` for that of error tracking. */
const SUFFIX = 'dlq';

/**
 * Returns the program that lists the dead letter topics with their newest messages.
 *
 * The reason of each is in headers that ingestion adds (nodejs/src/ingestion/framework/result-handling-helpers.ts).
 *
 * @param newest the number of messages of each topic
 * @param withValues also prints the beginning of each message, which is data of clients
 */
export function peekProgram(newest: number, withValues: boolean): string {
  return `${KAFKA}
NEWEST = ${literal(newest)}
consumer = consumer_of("cdk-posthog-runbook")
topics = consumer.list_topics(timeout=30).topics
for name in sorted(name for name in topics if name.endswith(${literal(SUFFIX)})):
    count, starts = 0, []
    for partition in topics[name].partitions:
        low, high = consumer.get_watermark_offsets(TopicPartition(name, partition), timeout=30)
        count += high - low
        if high > low:
            starts.append(TopicPartition(name, partition, max(low, high - NEWEST)))
    print(f"{name}: {count} messages")
    if not starts:
        continue
    consumer.assign(starts)
    found = [message for message in consumer.consume(NEWEST * len(starts), timeout=15) if not message.error()]
    for message in sorted(found, key=lambda message: message.timestamp()[1])[-NEWEST:]:
        headers = headers_of(message)
        reason = " ".join(f"{name}={value!r}" for name, value in headers.items() if name.startswith("dlq_"))
        value = message.value() or b""
        print(f"  {message.partition()}/{message.offset()} {len(value)} bytes {reason}")
${withValues ? '        print("    " + value.decode("utf-8", "replace")[:300])\n' : ''}consumer.close()
`;
}

/**
 * Returns the program that writes dead letters to the topics that they were read from.
 *
 * It writes each message once: it commits the offsets for a consumer group of its own when the brokers have all messages. A message that ingestion
 * rejects again comes back as a new dead letter. It leaves out messages without the header \`dlq_topic\`, whose topic is not known.
 *
 * @param topic the dead letter topic
 * @param limit the maximum number of messages of each partition
 * @param maxMessageBytes the limit of the brokers for a message
 */
export function replayProgram(topic: string, limit: number, maxMessageBytes: number): string {
  return `${KAFKA}
TOPIC, LIMIT = ${literal(topic)}, ${literal(limit)}
consumer = consumer_of("cdk-posthog-replay")
producer = Producer({**CLIENT, "acks": "all", "enable.idempotence": True, "message.max.bytes": ${literal(maxMessageBytes)}})
topics = consumer.list_topics(timeout=30).topics
if TOPIC not in topics:
    raise SystemExit(f"there is no topic {TOPIC}")
failed, done, left = [], 0, 0
for partition in topics[TOPIC].partitions:
    low, high = consumer.get_watermark_offsets(TopicPartition(TOPIC, partition), timeout=30)
    committed = consumer.committed([TopicPartition(TOPIC, partition)], timeout=30)[0].offset
    position = max(low, committed)
    end = min(high, position + LIMIT)
    if position >= end:
        continue
    consumer.assign([TopicPartition(TOPIC, partition, position)])
    while position < end:
        batch = consumer.consume(min(500, end - position), timeout=30)
        if not batch:
            raise SystemExit(f"the brokers sent nothing of {TOPIC}/{partition} after offset {position}; {done} messages were replayed")
        for message in batch:
            if message.error():
                raise SystemExit(str(message.error()))
            if message.offset() >= end:
                continue
            target = headers_of(message).get("dlq_topic")
            if not target or target == TOPIC or target not in topics:
                left += 1
                continue
            headers = [(name, value) for name, value in message.headers() if not name.startswith("dlq_")]
            producer.produce(target, value=message.value(), key=message.key(), headers=headers, on_delivery=lambda error, _: error and failed.append(error))
            done += 1
        position = batch[-1].offset() + 1
        if producer.flush(60) or failed:
            raise SystemExit(f"the brokers refused messages, and nothing of this batch is marked as replayed: {failed[:1]}")
        consumer.commit(offsets=[TopicPartition(TOPIC, partition, min(position, end))], asynchronous=False)
consumer.close()
print(f"{TOPIC}: {done} messages replayed, {left} left out because their topic is not known")
`;
}

/** The number of rows that a query prints. */
const MAX_ROWS = 1000;

/** Returns the program that runs a query in PostgreSQL, in a transaction that can only read. */
export function postgresProgram(sql: string): string {
  return `
import os
import psycopg

with psycopg.connect(os.environ["DATABASE_URL"], options="-c default_transaction_read_only=on -c statement_timeout=300s") as connection:
    cursor = connection.execute(${literal(sql)})
    print("\\t".join(column.name for column in cursor.description))
    for row in cursor.fetchmany(${MAX_ROWS}):
        print("\\t".join(map(str, row)))
`;
}

/** Returns the program that runs a query in ClickHouse, which cannot write (\`readonly = 2\`: it may set limits of its own). */
export function clickHouseProgram(sql: string): string {
  return `
import os
from clickhouse_driver import Client

env = os.environ
client = Client(
    env["CLICKHOUSE_HOST"],
    port=int(env["CLICKHOUSE_LOGS_CLUSTER_PORT"]),
    user=env["CLICKHOUSE_USER"],
    password=env["CLICKHOUSE_PASSWORD"],
    database=env["CLICKHOUSE_DATABASE"],
    secure=env["CLICKHOUSE_SECURE"] == "true",
    verify=env["CLICKHOUSE_VERIFY"] == "true",
    settings={"readonly": 2, "max_execution_time": 300, "max_result_rows": ${MAX_ROWS}, "result_overflow_mode": "break"},
)
rows, columns = client.execute(${literal(sql)}, with_column_types=True)
print("\\t".join(name for name, _ in columns))
for row in rows:
    print("\\t".join(map(str, row)))
`;
}
