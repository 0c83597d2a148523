/**
 * The alarms of a PostHog. Each has a paragraph in docs/runbook.md.
 */
export enum PostHogAlarm {
  /** Processes that receive events, recordings and logs answer with server errors. */
  INGESTION_ERRORS = 'ingestion-errors',
  /** Processes that answer feature flags and remote configuration respond with server errors. */
  FLAGS_ERRORS = 'flags-errors',
  /** The app responds with server errors. */
  APP_ERRORS = 'app-errors',
  /** The load balancer itself responds with server errors, because no process does. */
  LOAD_BALANCER_ERRORS = 'load-balancer-errors',
  /** A process that clients reach has no healthy task. */
  NO_HEALTHY_TARGET = 'no-healthy-target',
  /** Events are accepted slowly. */
  INGESTION_LATENCY = 'ingestion-latency',
  /** The app responds slowly. */
  APP_LATENCY = 'app-latency',
  /** The canary fails. Only with `canary`. */
  CANARY = 'canary',
  /** Messages wait for the ingestion processes. Amazon MSK only. */
  INGESTION_LAG = 'ingestion-lag',
  /** Ingested messages wait for ClickHouse. Amazon MSK only. */
  CLICKHOUSE_LAG = 'clickhouse-lag',
  /** Tasks of the app wait for `worker`. */
  CELERY_QUEUE = 'celery-queue',
  /** Tasks of a service fail, are missing, or were rolled back. */
  FAILING_SERVICES = 'failing-services',
  /** A ClickHouse server does not answer, or does not store what it reads. */
  CLICKHOUSE_HEALTH = 'clickhouse-health',
  /** Partitions of Kafka are offline or have too few copies. Amazon MSK only. */
  KAFKA_PARTITIONS = 'kafka-partitions',
  /** The EC2 instance of Redpanda fails its status checks. `RedpandaKafka` only. */
  KAFKA_INSTANCE = 'kafka-instance',
  /** Messages could not be processed, and were put aside. */
  DEAD_LETTERS = 'dead-letters',
  /** A partition of ClickHouse has so many parts that inserts will be delayed. */
  CLICKHOUSE_PARTS = 'clickhouse-parts',
  /** A ClickHouse server has errors of its own, such as too little memory. */
  CLICKHOUSE_ERRORS = 'clickhouse-errors',
  /** A mutation of ClickHouse, such as a deletion, does not end. */
  CLICKHOUSE_MUTATIONS = 'clickhouse-mutations',
  /** A disk of ClickHouse or Kafka is nearly full. */
  DISK_SPACE = 'disk-space',
  /** A volume of ClickHouse or Redpanda will be full soon, at the most that it may grow to. */
  DISK_TIME = 'disk-time',
  /** PostgreSQL has little storage left. RDS instances only: the storage of Aurora grows. */
  DATABASE_STORAGE = 'database-storage',
  /** PostgreSQL uses most of its CPU or of its connections. */
  DATABASE_LOAD = 'database-load',
  /** The cache uses most of its memory or CPU, or evicts keys. */
  CACHE_LOAD = 'cache-load',
  /** The last good backup of ClickHouse or PostgreSQL is old. */
  BACKUP_AGE = 'backup-age',
  /** The last restore drill that succeeded is old. */
  RESTORE_DRILL_AGE = 'restore-drill-age',
  /** Data that was deleted in PostHog is still there. */
  PENDING_DELETIONS = 'pending-deletions',
  /** Scheduled jobs of the library fail. */
  FAILED_JOBS = 'failed-jobs',
  /** The certificate of the load balancer expires soon. */
  CERTIFICATE = 'certificate',
  /** A migration of the databases failed. */
  MIGRATION = 'migration',
  /** The deployed release is old. */
  RELEASE_AGE = 'release-age',
}
