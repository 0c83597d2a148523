import { createHash } from 'node:crypto';
import { AwsRequest, AwsResponse, responseError, send } from './aws-request.lambda';

/** An object without its content. */
export interface ObjectHead {
  readonly etag: string;
}

/** The keys and prefixes of a list. */
interface Page {
  readonly keys: string[];
  readonly prefixes: string[];
  readonly next?: string;
}

/** The bucket of backups. */
export class BackupBucket {
  public constructor(
    /** The URL of the bucket, without a slash at its end. */
    private readonly url: string,
    private readonly region: string,
  ) {}

  /** Returns an object, or its first bytes; undefined if there is none. */
  public async get(key: string, bytes?: number): Promise<string | undefined> {
    const response = await this.send({ method: 'GET', path: key, headers: bytes === undefined ? {} : { range: `bytes=0-${bytes - 1}` } });
    return this.found(response, [200, 206], `cannot read ${key}`)?.body;
  }

  /** Returns the head of an object; undefined if there is none. */
  public async head(key: string): Promise<ObjectHead | undefined> {
    const response = this.found(await this.send({ method: 'HEAD', path: key }), [200], `cannot read ${key}`);
    return response && { etag: response.headers.get('etag') ?? '' };
  }

  /** Writes an object. */
  public async put(key: string, body: string): Promise<void> {
    this.found(await this.send({ method: 'PUT', path: key, body, headers: { 'content-type': 'application/json' } }), [200], `cannot write ${key}`);
  }

  /** Writes an object unless there is one with its key; returns whether it did. */
  public async create(key: string, body: string): Promise<boolean> {
    const response = await this.send({ method: 'PUT', path: key, body, headers: { 'content-type': 'application/json', 'if-none-match': '*' } });
    if (response.status === 412) {
      return false;
    }
    this.found(response, [200], `cannot write ${key}`);
    return true;
  }

  /** Returns the keys of all objects below a prefix. */
  public async keys(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    for (let next: string | undefined = ''; next !== undefined; ) {
      const page: Page = await this.page(prefix, next);
      keys.push(...page.keys);
      next = page.next;
    }
    return keys;
  }

  /** Returns the names of the folders below a prefix. */
  public async folders(prefix: string): Promise<string[]> {
    const folders: string[] = [];
    for (let next: string | undefined = ''; next !== undefined; ) {
      const page: Page = await this.page(prefix, next, '/');
      folders.push(...page.prefixes.map((folder) => folder.slice(prefix.length, -1)));
      next = page.next;
    }
    return folders;
  }

  /** Deletes all objects below a prefix; returns whether it finished in time. */
  public async deleteAll(prefix: string, hasTime: () => boolean): Promise<boolean> {
    for (;;) {
      const { keys } = await this.page(prefix, '');
      if (keys.length === 0) {
        return true;
      }
      if (!hasTime()) {
        return false;
      }
      await this.delete(keys);
    }
  }

  /** Deletes up to 1,000 objects. In a versioned bucket, their versions stay until the lifecycle rule deletes them. */
  public async delete(keys: readonly string[]): Promise<void> {
    const body = `<Delete><Quiet>true</Quiet>${keys.map((key) => `<Object><Key>${escaped(key)}</Key></Object>`).join('')}</Delete>`;
    const checksum = createHash('sha256').update(body).digest('base64');
    const response = await this.send({
      method: 'POST',
      query: { delete: '' },
      body,
      headers: { 'content-type': 'application/xml', 'x-amz-checksum-sha256': checksum, 'x-amz-sdk-checksum-algorithm': 'SHA256' },
    });
    if (response.status !== 200 || response.body.includes('<Error>')) {
      throw responseError(`cannot delete ${keys.length} objects such as ${keys[0]}`, response);
    }
  }

  private async page(prefix: string, token: string, delimiter?: string): Promise<Page> {
    const response = await this.send({
      method: 'GET',
      query: {
        'list-type': '2',
        'encoding-type': 'url',
        prefix,
        ...(token ? { 'continuation-token': token } : {}),
        ...(delimiter === undefined ? {} : { delimiter }),
      },
    });
    if (response.status !== 200) {
      throw responseError(`cannot list ${prefix}`, response);
    }
    const values = (pattern: RegExp) => [...response.body.matchAll(pattern)].map(([, value]) => decodeURIComponent(value.replaceAll('+', ' ')));
    return {
      keys: values(/<Contents>[^]*?<Key>([^<]*)<\/Key>/g),
      prefixes: values(/<CommonPrefixes>[^]*?<Prefix>([^<]*)<\/Prefix>/g),
      next: unescaped(/<NextContinuationToken>([^<]*)</.exec(response.body)?.[1]),
    };
  }

  private found(response: AwsResponse, expected: readonly number[], what: string): AwsResponse | undefined {
    if (response.status === 404) {
      return undefined;
    }
    if (!expected.includes(response.status)) {
      throw responseError(what, response);
    }
    return response;
  }

  private send(request: Omit<AwsRequest, 'service' | 'region' | 'endpoint'>): Promise<AwsResponse> {
    return send({ ...request, service: 's3', region: this.region, endpoint: this.url });
  }
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function unescaped(text: string | undefined): string | undefined {
  return text?.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name]!);
}
