/** A release of PostHog's image that migrates a database to a state from which newer releases can continue. */
export interface BridgeImage {
  readonly image: string;
  /** Of PostHog/posthog. */
  readonly commit: string;
  readonly created: string;
}

/**
 * A column of ClickHouse that earlier migrations already use before the one that adds it.
 *
 * PostHog's migrations build their statements from the newest source, so that a migration of last year recreates a materialized view with columns
 * that the table gets later in the same run. A new database has the column from its first migration on. An older one fails in `recreatedBy`.
 */
export interface ClickHouseBridge extends BridgeImage {
  readonly table: string;
  readonly column: string;
  /** The migration that uses the column too early. */
  readonly recreatedBy: string;
  /** The migration that adds the column to an existing table. An image without this migration needs no bridge. */
  readonly addedBy: string;
}

/**
 * The bridges of ClickHouse's ledger, in the order in which they run, each with `./bin/migrate --scope=clickhouse`.
 *
 * The columns: posthog/clickhouse/migrations/0210_*.py, 0231_*.py, 0265_*.py and posthog/session_recordings/sql/session_replay_event_sql.py of
 * PostHog/posthog, as of 13 July 2026. The images: uptomic/posthog-railway, posthog.lock.json at 060e28e and docs/canary-2026-08-30.md at 158b9dc,
 * who
 * ran both in this order on a restored and on a production database before a release of 30 August 2026. Known by their report only.
 */
export const CLICKHOUSE_BRIDGES: readonly ClickHouseBridge[] = [
  {
    table: 'sharded_session_replay_events',
    column: 'ai_tags_fixed',
    recreatedBy: '0210_add_is_deleted_to_session_replay_events',
    addedBy: '0231_add_ai_columns_to_session_replay_events',
    image: 'ghcr.io/posthog/posthog@sha256:eff8d08018896e028286fab7462b730e7fb92ef0dc3a02ab1ea2c6431bec5f2c',
    commit: '84a70e43c322df6acbed9d3a18ba55328a1cb088',
    created: '2026-04-15',
  },
  {
    table: 'sharded_session_replay_events',
    column: 'surfacing_score',
    recreatedBy: '0231_add_ai_columns_to_session_replay_events',
    addedBy: '0265_add_surfacing_score_to_session_replay_events',
    image: 'ghcr.io/posthog/posthog@sha256:4f93bf0fbf715c3d971360607dfe14f0320c5b580034a20352520e637ef086a9',
    commit: '42a7cf3e99d4c4448cd28811eec3873786b1a1e5',
    created: '2026-05-27',
  },
];

/**
 * An image from before upstream squashed its Django migrations on 7 September 2026 (`0001_squash_2026_09_07_initial` of posthog and of each product),
 * with all moves of models into products (the last of them: posthog.1281_migrate_managed_warehouse_models of 28 July 2026).
 *
 * The squashed migration of a product creates the tables of the moved models. A database on which the original move has not run gets
 * `relation "..." already exists` (PostHog/posthog, products/managed_warehouse/backend/migrations/0001_squash_2026_09_07_initial.py at 8995c0b; the
 * list of moves: blitss/posthog-helm-chart, images/posthog/migrate_legacy_model_moves.py at 3b15749). Later revisions have no originals any more
 * (`replaces = []`, posthog/migrations/0001_squash_2026_09_07_initial.py at 24a5935). The image of a release reports which case applies.
 *
 * The image: uptomic/posthog-railway, docs/canary-2026-08-30.md at 158b9dc. It migrated an empty database to the end, and with an image of the same
 * day a restored one of spring. Known by their report only.
 */
export const BEFORE_SQUASH: BridgeImage = {
  image: 'ghcr.io/posthog/posthog@sha256:ba39b41c8dcf723a0f33f20f38bca3946a6baa1c065bea960a55dbc28113fed6',
  commit: 'd29386663d1c52625552dbb8c47754851dd9e425',
  created: '2026-08-30',
};
