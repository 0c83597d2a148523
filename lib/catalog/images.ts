import { Privileges } from './privileges';

/** The handling of the stop signal in the containers of an image. */
export interface Stopping {
  /** Determines whether ECS runs an init process as the first one: it forwards signals, and reaps zombie processes. */
  readonly init: boolean;
  /** The entry point, if the image's own does not forward the signal to the program. */
  readonly entryPoint?: readonly string[];
}

/** An image that processes of PostHog run. */
export interface CatalogImage {
  /** The upstream repository. */
  readonly repository: string;
  /** The tag of the newest image. */
  readonly tag: string;
  /** Returns the possible tags of an image of a commit of PostHog/posthog; undefined if it is not built from there. */
  readonly commitTags?: (commit: string) => string[];
  readonly stopping: Stopping;
  readonly privileges: Privileges;
  /** The GeoIP database in the image; undefined if it has none. */
  readonly geoIpFile?: string;
}

/**
 * The Rust images' own entry point is `/bin/sh -c "/usr/local/bin/$BIN"` (rust/Dockerfile). Debian's dash forks for it and, as the first
 * process, ignores SIGTERM: the program never gets it, and is killed after the stop timeout. With an init process alone, the shell
 * ends at once and so does the program, without draining. With `exec`, the program gets the signal. `$BIN` is set by the image.
 *
 * Measured with dash 0.5.12 of Debian 12, the base of the images, and tini in a PID namespace: neither, alive after 5 s; init
 * alone, gone after 0.1 s without draining; `exec`, with or without init, drained and gone after 1.1 s. An operator of 2026's images saw the first
 * case in production.
 *
 * Measured with the programs of July's tree and the environment of the template: capture ends within 0.2 s, and with a pending body of 8 MB
 * answers that first (8.8 s); cymbal's notifications end in 0.2 s, its resolution in 2 s. cymbal in its mode `processing` has no handler of the
 * signal (rust/cymbal/src/modes/processing/server.rs): behind the init process it ends at once; as the first process it would not end at all.
 */
const RUST: Stopping = { init: true, entryPoint: ['/bin/sh', '-c', 'exec /usr/local/bin/$BIN'] };

/**
 * Programs that are the first process themselves and handle the signal; they reap nothing. Measured with July's tree and the template's environment:
 * Node's modes except `plugins` end within 3 s idle; livestream in 11 s idle, and in more than 15 s after it has had readers.
 */
const PROGRAM: Stopping = { init: true };

/**
 * Scripts that forward the signal: bin/docker-worker-celery by `trap ... EXIT`, bin/temporal-django-worker by a trap of SIGTERM, bin/docker-server by
 * `exec`. Measured like the Rust images, with the traps of July's scripts: drained. An init process forwards the signal to the script, and reaps
 * processes of Celery's children; Celery's trap was measured with and without it, Temporal's without.
 */
const SCRIPT: Stopping = { init: true };

/** Images that reportedly need none: browserless starts with dumb-init, and the server replaces Temporal's entry point. Neither was measured. */
const OWN: Stopping = { init: false };

/** A user without root privileges has no capabilities, and can get some through programs that set their user only. */
const NOT_ROOT: readonly [] = [];

/** The Rust services: `USER nobody` (rust/Dockerfile). */
const NOBODY: Privileges = { keeps: NOT_ROOT, reason: 'USER nobody, and ports above 1024 (rust/Dockerfile)' };

/**
 * The Rust services that were run with a read-only file system, as `nobody` and without capabilities: July's programs started, answered flags, an
 * encrypted payload and surveys, and stopped. Those that connect to Kafka were not tried.
 */
const NOBODY_READING: Privileges = { ...NOBODY, readOnly: true };

/**
 * livestream: root in its image, which wants to change that (livestream/Dockerfile). July's program started as `nobody`, with a
 * read-only file system and without capabilities, answered, and stopped; its files can be read by all.
 */
const LIVESTREAM: Privileges = {
  keeps: NOT_ROOT,
  user: '65534:65534',
  readOnly: true,
  reason: 'port 8080; it reads two files (livestream/Dockerfile)',
};

/** Node: `USER posthog` (Dockerfile.node). */
const NODE_USER: Privileges = { keeps: NOT_ROOT, reason: 'USER posthog, and port 6738 (Dockerfile.node)' };

/**
 * The app: root, which the web server needs. Granian and the workers of NGINX Unit run as `nobody`, so their parent changes its user and groups, and
 * sends signals to processes of another user; the start scripts change modes and owners of files. None of the other capabilities has a use.
 */
const APP: Privileges = {
  keeps: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETPCAP', 'SETUID'],
  reason: 'USER root: setpriv and NGINX Unit change to nobody (Dockerfile, bin/docker-server-unit)',
};

const wholeHash = (commit: string) => [commit];
const shortHash = (commit: string) => [`sha-${commit.slice(0, 7)}`];

/** Returns a Rust service, whose image has the GeoIP database (rust/Dockerfile). */
function rust(name: string, privileges = NOBODY) {
  return {
    repository: `ghcr.io/posthog/posthog/${name}`,
    tag: 'master',
    commitTags: shortHash,
    stopping: RUST,
    privileges,
    geoIpFile: '/app/share/GeoLite2-City.mmdb',
  } as const satisfies CatalogImage;
}

/**
 * Every image, by its prop in `PostHogImages`, in the order of files and tables.
 *
 * `node` is on ghcr.io: Docker Hub's `posthog/posthog-node`, which docker-compose.hobby.yml names, was not renewed from March 2026 on
 * (PostHog/posthog#72361). The app was on Docker Hub on 11 and 15 September 2026 (enricofranke/posthog-k8s, blitss/posthog-helm-chart), and on
 * ghcr.io as well (uptomic/posthog-railway). The Rust images and livestream are on ghcr.io only, with the tag that docker-compose.base.yml names.
 *
 * Tags of commits: the app and Node.js images have the whole hash (bin/hobby-installer and bin/helpers/resolve-hobby-node-tag.sh use it).
 * The Rust images have the tags of docker/metadata-action for `type=sha`: `sha-` and seven digits (.github/workflows/rust-docker-build.yml).
 * For livestream, whose workflow has no rule, tags with `sha-` and the whole hash were observed.
 *
 * The stop signal: Dockerfile, Dockerfile.node, rust/Dockerfile and livestream/Dockerfile of PostHog/posthog, 13 July 2026.
 */
export const IMAGES = {
  app: { repository: 'posthog/posthog', tag: 'latest', commitTags: wholeHash, stopping: SCRIPT, privileges: APP },
  node: { repository: 'ghcr.io/posthog/posthog-node', tag: 'master', commitTags: wholeHash, stopping: PROGRAM, privileges: NODE_USER },
  capture: rust('capture'),
  captureLogs: rust('capture-logs'),
  featureFlags: rust('feature-flags', NOBODY_READING),
  hypercacheServer: rust('hypercache-server', NOBODY_READING),
  propertyDefs: rust('property-defs-rs'),
  personhogReplica: rust('personhog-replica'),
  personhogRouter: rust('personhog-router'),
  cymbal: rust('cymbal'),
  livestream: {
    repository: 'ghcr.io/posthog/posthog/livestream',
    tag: 'master',
    commitTags: (commit) => [`sha-${commit}`, ...shortHash(commit)],
    stopping: PROGRAM,
    privileges: LIVESTREAM,
    geoIpFile: '/GeoLite2-City.mmdb',
  },
  browserless: {
    repository: 'ghcr.io/browserless/chromium',
    tag: 'v2.51.2',
    stopping: OWN,
    privileges: { keeps: 'all', reason: 'USER blessuser; the sandbox of Chromium may use a program that sets its user, and no image could be run' },
  },
  temporal: {
    repository: 'temporalio/auto-setup',
    tag: '1.26.2',
    stopping: OWN,
    privileges: { keeps: NOT_ROOT, reason: 'USER temporal, and ports above 1024 (auto-setup.Dockerfile of temporalio/docker-builds)' },
  },
  sqlxMigrate: {
    repository: 'ghcr.io/posthog/posthog/sqlx-migrate',
    tag: 'master',
    commitTags: shortHash,
    stopping: PROGRAM,
    privileges: {
      keeps: 'all',
      reason: 'root: a container of seconds that connects to the database only (rust/Dockerfile.sqlx-migrate); it was not run without privileges',
    },
  },
} as const satisfies Readonly<Record<string, CatalogImage>>;

/**
 * The largest image, PostHog's own: 9.8 GB unpacked (blitss/posthog-helm-chart, README, 2026), 15 % more in a year or two. Compressed layers are
 * about a third of that; the node that pulls an image has both.
 */
const LARGEST_IMAGE_GB = 9.8 * (1 + 1 / 3) * 1.15;

/** The space for the operating system, Docker, other images and temporary files. */
const OTHER_FILES_GB = 8;

/** Returns the size of a disk, in GiB rounded up to 10, with room for a number of the largest images. */
function diskFor(images: number): number {
  return Math.ceil((LARGEST_IMAGE_GB * images + OTHER_FILES_GB) / 10) * 10;
}

/** The disk of tasks with PostHog's image, in GiB. Fargate's default is 20, which a larger image would not fit into; it bills the rest. */
export const APP_TASK_DISK_GIB = diskFor(1);

/** The root disk of instances that copy files out of PostHog's image, in GiB: one image while the previous one may still be there. */
export const INSTANCE_DISK_GIB = diskFor(2);

/** The other images of all processes together, in GB unpacked. A guess: Node.js, Chromium, Temporal and ten Rust services. */
const OTHER_IMAGES_GB = 8;

/** The root disk of ECS hosts, in GiB: every image of two releases, of which a deployment runs both. */
export const HOST_DISK_GIB = Math.ceil((LARGEST_IMAGE_GB * 2 + OTHER_IMAGES_GB * 2 + OTHER_FILES_GB) / 10) * 10;

/** The name of an image: its prop in `PostHogImages`. */
export type ImageName = keyof typeof IMAGES;

/** Returns an image by its name. */
export function imageNamed(name: ImageName): CatalogImage {
  return IMAGES[name];
}

/** The image that the GeoIP database is copied from. Every release with processes that need the file has it. */
export const GEOIP_IMAGE = 'capture' as const satisfies ImageName;
