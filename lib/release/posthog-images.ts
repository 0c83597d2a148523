/**
 * The images of a release, each with its digest (`name@sha256:...`), or with a tag for experiments.
 *
 * An image is optional if no deployed process runs it.
 */
export interface PostHogImages {
  /** Runs `web`, `worker`, `temporal-django-worker` and the migration: `posthog/posthog`. */
  readonly app: string;
  /**
   * Runs `plugins`, `recording-api` and every process with the prefix `ingestion-` or `cdp-`: `posthog/posthog-node`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly node?: string;
  /**
   * Runs `capture`, `replay-capture` and `capture-ai`, and contains the GeoIP database for `node`: `ghcr.io/posthog/posthog/capture`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly capture?: string;
  /**
   * Runs `capture-logs`: `ghcr.io/posthog/posthog/capture-logs`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly captureLogs?: string;
  /**
   * Runs `feature-flags`: `ghcr.io/posthog/posthog/feature-flags`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly featureFlags?: string;
  /**
   * Runs `hypercache-server`: `ghcr.io/posthog/posthog/hypercache-server`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly hypercacheServer?: string;
  /**
   * Runs `property-defs-rs` and `property-defs-ai`: `ghcr.io/posthog/posthog/property-defs-rs`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly propertyDefs?: string;
  /**
   * Runs `personhog-replica`: `ghcr.io/posthog/posthog/personhog-replica`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly personhogReplica?: string;
  /**
   * Runs `personhog-router`: `ghcr.io/posthog/posthog/personhog-router`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly personhogRouter?: string;
  /**
   * Runs `cymbal`, `cymbal-resolution` and `cymbal-notifications`: `ghcr.io/posthog/posthog/cymbal`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly cymbal?: string;
  /**
   * Runs `livestream`: `ghcr.io/posthog/posthog/livestream`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly livestream?: string;
  /**
   * Runs `browserless`: `ghcr.io/browserless/chromium`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly browserless?: string;
  /**
   * Runs `temporal`: `temporalio/auto-setup`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly temporal?: string;
  /**
   * Migrates the database of workflows: `ghcr.io/posthog/posthog/sqlx-migrate`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly sqlxMigrate?: string;
}
