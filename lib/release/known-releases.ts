import { Known } from './image-facts';
import { ReleaseDescription, ReleaseImage } from './release-description';

/** A release of the library that must not be deployed any more. */
export interface WithdrawnRelease {
  readonly release: ReleaseDescription;
  /** The name of its constant in PostHogRelease, and of the one that replaces it. */
  readonly constant: string;
  readonly successor: string;
  /** The reason, as the rest of a sentence that begins with the release. */
  readonly reason: string;
}

const ENRICOFRANKE = 'enricofranke/posthog-k8s, charts/posthog/upstream.yaml @034fbfe';
const UPTOMIC = 'uptomic/posthog-railway, posthog.lock.json @060e28e';

/** The commit of PostHog/posthog that the configuration of the release comes from. */
const COMMIT = '18b824b7932ad13f25602b4ea0376fc568ac4b22';

/** An image of PostHog/posthog of which only the digest was recorded. */
const RECORDED: Pick<ReleaseImage, 'revision' | 'created'> = {
  revision: { unknown: `${ENRICOFRANKE} records the digest only` },
  created: { unknown: `by 11 September 2026, when ${ENRICOFRANKE} recorded the digest; the day was not recorded` },
};

/** The same, for an image whose tag had another digest a few days before. */
const RENEWED: Pick<ReleaseImage, 'revision' | 'created'> = {
  revision: RECORDED.revision,
  created: { unknown: `from 6 to 11 September 2026: ${UPTOMIC} has another digest, ${ENRICOFRANKE} this one; the day was not recorded` },
};

/** An image that is not built from PostHog/posthog. */
const THIRD_PARTY: Pick<ReleaseImage, 'revision' | 'created'> = {
  revision: { unknown: 'not built from PostHog/posthog' },
  created: { unknown: `${ENRICOFRANKE} records tag and digest only` },
};

function known(source: string, revision: string, created: string): { revision: Known; created: Known } {
  return { revision: { value: revision, source }, created: { value: created, source } };
}

/**
 * PostHog as of 11 September 2026.
 *
 * The digests are those that the tags of its commit had on that day (enricofranke/posthog-k8s), but two. Docker Hub's tag of `node` was not
 * updated from March on (PostHog/posthog#72361), so `node` is the newest of ghcr.io that was recorded before that day. `sqlxMigrate` was
 * not recorded on that day. Their platforms were not recorded.
 */
export const RELEASE_2026_09_11_R2: ReleaseDescription = {
  name: '2026-09-11-r2',
  date: '2026-09-11',
  upstreamCommit: COMMIT,
  generation: '2026-09',
  // The version that docker-compose.base.yml has at that commit, by the digest that its tag had.
  clickHouse: {
    version: '26.6.2.158',
    image: 'clickhouse/clickhouse-server@sha256:95f7cbf466dba734947775eb74808a13a3558e4398666ea6b1d992af85b9740d',
    tag: '26.6.2.158',
    ...THIRD_PARTY,
  },
  images: {
    app: {
      image: 'posthog/posthog@sha256:1d5e31c9c61f3f48050a45c7e3ba529ea49d0414f9caa47ad23fdb23606117c4',
      revision: { value: COMMIT, source: `${ENRICOFRANKE}: the tag that had this digest is the commit` },
      created: { value: '2026-09-11', source: 'enricofranke/posthog-k8s, CHANGELOG.md @011a9da: the day of the commit that its tag names' },
    },
    node: {
      image: 'ghcr.io/posthog/posthog-node@sha256:9e7db1a455207288b2abcef022bb8eee081ad6f14b2d2f7326f2783a09c6c11c',
      tag: 'master',
      revision: { value: '04b428219abaa791f105824272fcbe87792a788a', source: 'uptomic/posthog-railway, posthog.candidate.json @11b713d' },
      created: {
        value: '2026-09-08',
        source: `uptomic/posthog-railway, posthog.candidate.json @11b713d: the newest at 02:44 UTC on 8 September; on 6 September the newest was another (${UPTOMIC})`,
      },
    },
    capture: {
      image: 'ghcr.io/posthog/posthog/capture@sha256:9b166761f1e282880a76fb4f3e66afad9ba954fe383581dc5e0074a729c5c99e',
      tag: 'master',
      revision: RECORDED.revision,
      created: {
        value: '2026-09-06',
        source: `in use at a deployment that mitchross audited on 6 September 2026; at 02:34 UTC on that day the tag had another digest (${UPTOMIC})`,
      },
    },
    captureLogs: {
      image: 'ghcr.io/posthog/posthog/capture-logs@sha256:cd328b86a9e04f168fcbaef1d3bddf8f8a5c1f5ca2527231f7bf2946c459e833',
      tag: 'master',
      ...RECORDED,
    },
    featureFlags: {
      image: 'ghcr.io/posthog/posthog/feature-flags@sha256:b18bbe7ee20276cf0395cc649fe9d90c2c7d0ef836dd30c8789b3a09de73a8cc',
      tag: 'master',
      ...RENEWED,
    },
    hypercacheServer: {
      image: 'ghcr.io/posthog/posthog/hypercache-server@sha256:f247133dfff4073a65df38eb04589683c6f43cf1f4f41272152a5d2d5b07ebcd',
      tag: 'master',
      ...RECORDED,
    },
    propertyDefs: {
      image: 'ghcr.io/posthog/posthog/property-defs-rs@sha256:f114a4c8218eb31cd8bbf21bf62067908a64987a8de1c6ccb34af226cbe0fc90',
      tag: 'master',
      ...RENEWED,
    },
    personhogReplica: {
      image: 'ghcr.io/posthog/posthog/personhog-replica@sha256:b4a9dd4e5a25e90fd2c2d3e7e0adbf807b10c28f834cb719c22da67b74e64dbe',
      tag: 'master',
      ...RENEWED,
    },
    personhogRouter: {
      image: 'ghcr.io/posthog/posthog/personhog-router@sha256:437c4b698ae32614ce5e7b106f6f7555a08e765442dcce545514a1c371126754',
      tag: 'master',
      ...RENEWED,
    },
    cymbal: {
      image: 'ghcr.io/posthog/posthog/cymbal@sha256:7aa97c8583c3f787cb54249eebc31d1a875b2e848b88abb8c2a038d04083c1f8',
      tag: 'master',
      ...RECORDED,
    },
    livestream: {
      image: 'ghcr.io/posthog/posthog/livestream@sha256:6926f340b72d609e43cee5aa8b75a85cfdc77d182e610dafafdd81d3b2ab53f5',
      tag: 'master',
      ...known(UPTOMIC, '26ed90ce5a9756ebb5fe6ef5de192e503f1a82f1', '2026-09-01T17:48:46Z'),
    },
    browserless: {
      image: 'ghcr.io/browserless/chromium@sha256:79a37927bdd235c8f5a299a8846c37e946c3505dff2562ece3922d4562d016a3',
      tag: 'v2.51.2',
      ...THIRD_PARTY,
    },
    temporal: {
      image: 'temporalio/auto-setup@sha256:e9245820522233ec6a59ad69c6512ae4450705ee02bf6894fc61ba13b238c1c0',
      tag: '1.26.2',
      ...THIRD_PARTY,
    },
    sqlxMigrate: {
      image: 'ghcr.io/posthog/posthog/sqlx-migrate@sha256:fa1494f6ad79e40cf52ce8aa621786479f213787989768572d2d2fff95df8ef3',
      tag: 'master',
      ...known(UPTOMIC, '6a2e652f140de04adad3b1736a5ab63ba154b5d4', '2026-08-28T15:15:02Z'),
    },
  },
};

/** The revision and build date of the Node.js image that Docker Hub's tag `latest` has had since. */
const NODE_OF_MARCH = known('PostHog/posthog#72361', '82ea6681305bb00ad4ca920e3ba6e8fb39157424', '2026-03-31');

/** The releases of the library, the newest first. */
export const KNOWN_RELEASES: readonly ReleaseDescription[] = [RELEASE_2026_09_11_R2];

/** The withdrawn releases of the library. */
export const WITHDRAWN_RELEASES: readonly WithdrawnRelease[] = [
  {
    release: {
      ...RELEASE_2026_09_11_R2,
      name: '2026-09-11',
      images: {
        ...RELEASE_2026_09_11_R2.images,
        node: {
          image: 'posthog/posthog-node@sha256:863e76e040ad41aef79f605c33ec71f1529bddf94cfd88941c935da9bde97235',
          tag: 'latest',
          ...NODE_OF_MARCH,
        },
      },
    },
    constant: 'V2026_09_11',
    successor: 'V2026_09_11_R2',
    reason: 'its image `node` was built on 31 March 2026, more than five months before its app, and reads no AI events',
  },
];
