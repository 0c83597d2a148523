import { ReleaseDescription } from './release-description';

/** PostHog as of 11 September 2026. */
export const RELEASE_2026_09_11: ReleaseDescription = {
  name: '2026-09-11',
  date: '2026-09-11',
  upstreamCommit: '18b824b7932ad13f25602b4ea0376fc568ac4b22',
  generation: '2026-09',
  // The version that docker-compose.base.yml has at that commit, by the digest that its tag had.
  clickHouse: {
    version: '26.6.2.158',
    image: 'clickhouse/clickhouse-server@sha256:95f7cbf466dba734947775eb74808a13a3558e4398666ea6b1d992af85b9740d',
    tag: '26.6.2.158',
  },
  // The digests that the tags of that commit had on that day, as enricofranke/posthog-k8s recorded them (charts/posthog/upstream.yaml @034fbfe).
  // Which platforms they are for, it did not record.
  images: {
    app: { image: 'posthog/posthog@sha256:1d5e31c9c61f3f48050a45c7e3ba529ea49d0414f9caa47ad23fdb23606117c4' },
    node: { image: 'posthog/posthog-node@sha256:863e76e040ad41aef79f605c33ec71f1529bddf94cfd88941c935da9bde97235' },
    capture: { image: 'ghcr.io/posthog/posthog/capture@sha256:9b166761f1e282880a76fb4f3e66afad9ba954fe383581dc5e0074a729c5c99e', tag: 'master' },
    captureLogs: { image: 'ghcr.io/posthog/posthog/capture-logs@sha256:cd328b86a9e04f168fcbaef1d3bddf8f8a5c1f5ca2527231f7bf2946c459e833', tag: 'master' },
    featureFlags: { image: 'ghcr.io/posthog/posthog/feature-flags@sha256:b18bbe7ee20276cf0395cc649fe9d90c2c7d0ef836dd30c8789b3a09de73a8cc', tag: 'master' },
    hypercacheServer: { image: 'ghcr.io/posthog/posthog/hypercache-server@sha256:f247133dfff4073a65df38eb04589683c6f43cf1f4f41272152a5d2d5b07ebcd', tag: 'master' },
    propertyDefs: { image: 'ghcr.io/posthog/posthog/property-defs-rs@sha256:f114a4c8218eb31cd8bbf21bf62067908a64987a8de1c6ccb34af226cbe0fc90', tag: 'master' },
    personhogReplica: { image: 'ghcr.io/posthog/posthog/personhog-replica@sha256:b4a9dd4e5a25e90fd2c2d3e7e0adbf807b10c28f834cb719c22da67b74e64dbe', tag: 'master' },
    personhogRouter: { image: 'ghcr.io/posthog/posthog/personhog-router@sha256:437c4b698ae32614ce5e7b106f6f7555a08e765442dcce545514a1c371126754', tag: 'master' },
    cymbal: { image: 'ghcr.io/posthog/posthog/cymbal@sha256:7aa97c8583c3f787cb54249eebc31d1a875b2e848b88abb8c2a038d04083c1f8', tag: 'master' },
    livestream: { image: 'ghcr.io/posthog/posthog/livestream@sha256:6926f340b72d609e43cee5aa8b75a85cfdc77d182e610dafafdd81d3b2ab53f5', tag: 'master' },
    browserless: { image: 'ghcr.io/browserless/chromium@sha256:79a37927bdd235c8f5a299a8846c37e946c3505dff2562ece3922d4562d016a3', tag: 'v2.51.2' },
    temporal: { image: 'temporalio/auto-setup@sha256:e9245820522233ec6a59ad69c6512ae4450705ee02bf6894fc61ba13b238c1c0', tag: '1.26.2' },
    // Of 6 September, the last day before for which anybody recorded it: uptomic/posthog-railway (posthog.lock.json @060e28e).
    sqlxMigrate: {
      image: 'ghcr.io/posthog/posthog/sqlx-migrate@sha256:fa1494f6ad79e40cf52ce8aa621786479f213787989768572d2d2fff95df8ef3',
      tag: 'master',
      revision: '6a2e652f140de04adad3b1736a5ab63ba154b5d4',
    },
  },
};

/** The releases that come with the library, the newest first. */
export const KNOWN_RELEASES: readonly ReleaseDescription[] = [RELEASE_2026_09_11];
