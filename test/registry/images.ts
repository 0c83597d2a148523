import { createHash } from 'node:crypto';

/** An image to be pushed: what its configuration says, for each platform that it is built for. */
export interface Pushed {
  readonly platforms: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly created?: string;
}

const OCI = 'application/vnd.oci.image';
const DOCKER = 'application/vnd.docker';

/** Pushes images into a registry as Docker does, over its HTTP API. */
export class Pusher {
  public constructor(
    private readonly host: string,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  /** An index of OCI's kind, with the attestation that BuildKit adds to each image; returns its digest. */
  public async index(repository: string, tag: string, { platforms, ...rest }: Pushed): Promise<string> {
    const manifests: object[] = [];
    for (const platform of platforms) {
      const [os, architecture, variant] = platform.split('/');
      const { body, digest } = await this.image(repository, os, architecture, rest);
      manifests.push({ mediaType: `${OCI}.manifest.v1+json`, digest, size: body.length, platform: { os, architecture, variant } });
      const attestation = await this.image(repository, 'unknown', 'unknown', { created: `of ${platform}` });
      manifests.push({
        mediaType: `${OCI}.manifest.v1+json`,
        digest: attestation.digest,
        size: attestation.body.length,
        platform: { os: 'unknown', architecture: 'unknown' },
        annotations: { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': digest },
      });
    }
    return this.manifest(repository, tag, `${OCI}.index.v1+json`, { schemaVersion: 2, mediaType: `${OCI}.index.v1+json`, manifests });
  }

  /** One image of Docker's kind, without an index; returns its digest. */
  public async single(repository: string, tag: string, { platforms: [platform], ...rest }: Pushed): Promise<string> {
    const [os, architecture] = platform.split('/');
    const config = await this.blob(repository, configOf(os, architecture, rest));
    return this.manifest(repository, tag, `${DOCKER}.distribution.manifest.v2+json`, {
      schemaVersion: 2,
      mediaType: `${DOCKER}.distribution.manifest.v2+json`,
      config: { mediaType: `${DOCKER}.container.image.v1+json`, ...config },
      layers: [],
    });
  }

  private async image(
    repository: string,
    os: string,
    architecture: string,
    rest: Omit<Pushed, 'platforms'>,
  ): Promise<{ body: string; digest: string }> {
    const config = await this.blob(repository, configOf(os, architecture, rest));
    const layer = await this.blob(repository, { layer: `${os}/${architecture}` });
    const manifest = {
      schemaVersion: 2,
      mediaType: `${OCI}.manifest.v1+json`,
      config: { mediaType: `${OCI}.config.v1+json`, ...config },
      layers: [{ mediaType: `${OCI}.layer.v1.tar`, ...layer }],
    };
    const body = JSON.stringify(manifest);
    return { body, digest: await this.manifest(repository, sha256(body), `${OCI}.manifest.v1+json`, manifest) };
  }

  private async blob(repository: string, content: object): Promise<{ digest: string; size: number }> {
    const body = JSON.stringify(content);
    const digest = sha256(body);
    const begun = await this.send(`/v2/${repository}/blobs/uploads/`, 'POST', 202);
    const url = new URL(begun.headers.get('location')!, `http://${this.host}`);
    url.searchParams.set('digest', digest);
    await this.send(url, 'PUT', 201, { 'content-type': 'application/octet-stream' }, body);
    return { digest, size: body.length };
  }

  private async manifest(repository: string, reference: string, type: string, manifest: object): Promise<string> {
    const response = await this.send(`/v2/${repository}/manifests/${reference}`, 'PUT', 201, { 'content-type': type }, JSON.stringify(manifest));
    return response.headers.get('docker-content-digest')!;
  }

  private async send(path: string | URL, method: string, expected: number, headers: Record<string, string> = {}, body?: string): Promise<Response> {
    const response = await fetch(new URL(path, `http://${this.host}`), { method, headers: { ...this.headers, ...headers }, body });
    if (response.status !== expected) {
      throw new Error(`${method} ${String(path)}: ${response.status} ${await response.text()}`);
    }
    return response;
  }
}

function configOf(os: string, architecture: string, { labels, created }: Omit<Pushed, 'platforms'>): object {
  return { os, architecture, created, config: { Labels: labels ?? null }, rootfs: { type: 'layers', diff_ids: [] } };
}

function sha256(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
