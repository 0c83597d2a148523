import { ImageName } from '../../lib/internal';

/** The source of an image. */
export interface ImageSource {
  readonly name: string;
  /** The tag of the newest image. */
  readonly tag: string;
  /** Returns the possible tags of an image of a commit of PostHog/posthog; undefined if an image is not built from there. */
  commitTags?(commit: string): string[];
}

/**
 * The source of every image, with the tag of the newest one.
 *
 * `node` is on ghcr.io: Docker Hub's `posthog/posthog-node`, which docker-compose.hobby.yml names, was not renewed from March 2026 on
 * (PostHog/posthog#72361). The app was on Docker Hub on 11 and 15 September 2026 (enricofranke/posthog-k8s, blitss/posthog-helm-chart), and on
 * ghcr.io as well (uptomic/posthog-railway). The Rust images and livestream are on ghcr.io only, with the tag that docker-compose.base.yml names.
 *
 * Tags of commits: the app and Node.js images have the whole hash (bin/hobby-installer and bin/helpers/resolve-hobby-node-tag.sh use it).
 * The Rust images have the tags of docker/metadata-action for `type=sha`: `sha-` and seven digits (.github/workflows/rust-docker-build.yml).
 * For livestream, whose workflow has no rule, tags with `sha-` and the whole hash were observed.
 */
export const IMAGE_SOURCES: Readonly<Record<ImageName, ImageSource>> = {
  app: { name: 'posthog/posthog', tag: 'latest', commitTags: (commit) => [commit] },
  node: { name: 'ghcr.io/posthog/posthog-node', tag: 'master', commitTags: (commit) => [commit] },
  capture: rust('capture'),
  captureLogs: rust('capture-logs'),
  featureFlags: rust('feature-flags'),
  hypercacheServer: rust('hypercache-server'),
  propertyDefs: rust('property-defs-rs'),
  personhogReplica: rust('personhog-replica'),
  personhogRouter: rust('personhog-router'),
  cymbal: rust('cymbal'),
  livestream: { name: 'ghcr.io/posthog/posthog/livestream', tag: 'master', commitTags: (commit) => [`sha-${commit}`, `sha-${commit.slice(0, 7)}`] },
  browserless: { name: 'ghcr.io/browserless/chromium', tag: 'v2.51.2' },
  temporal: { name: 'temporalio/auto-setup', tag: '1.26.2' },
  sqlxMigrate: rust('sqlx-migrate'),
};

/** ClickHouse's own image; its tag is the version. */
export const CLICKHOUSE_IMAGE = 'clickhouse/clickhouse-server';

/** The images of `--tag`, which share their tags. */
export const TAGGED: readonly ImageName[] = ['app', 'node'];

function rust(name: string): ImageSource {
  return { name: `ghcr.io/posthog/posthog/${name}`, tag: 'master', commitTags: (commit) => [`sha-${commit.slice(0, 7)}`] };
}
