import { bearerChallenge, tokenUrl } from './challenge';
import { Answer, sendRequest, NoResponse, RetryOptions, RequestOptions } from './http';
import { MANIFEST_TYPES, sha256 } from './manifest';
import { isLoopback, registryAddress, RegistryAddress } from './registry-address';
import { CommandError } from '../../command';

/** A body and its digest. */
export interface Content {
  readonly digest: string;
  readonly body: Buffer;
}

/** A repository of images, with the HTTP API of all registries (the OCI distribution specification). */
export class Repository {
  private readonly address: RegistryAddress;
  private token?: string;

  /**
   * @param name the name of its images
   * @param retryOptions timeout and retries
   */
  public constructor(
    private readonly name: string,
    private readonly retryOptions: RetryOptions,
  ) {
    this.address = registryAddress(name);
  }

  /** Returns whether there is an image with this tag. Docker Hub does not count HEAD requests. */
  public async has(tag: string): Promise<boolean> {
    const { status, headers } = await this.fetch(tag, `manifests/${tag}`, { method: 'HEAD', headers: { accept: MANIFEST_TYPES.join(', ') } });
    if (status !== 200 && status !== 404) {
      throw this.refused(tag, { status, headers, body: Buffer.alloc(0) });
    }
    return status === 200;
  }

  /** Returns the manifest of a tag or digest, with its digest. */
  public async manifest(reference: string): Promise<Content> {
    const answer = await this.fetch(reference, `manifests/${reference}`, { headers: { accept: MANIFEST_TYPES.join(', ') } });
    if (answer.status !== 200) {
      throw this.refused(reference, answer);
    }
    const digest = sha256(answer.body);
    const claimed = answer.headers.get('docker-content-digest') ?? digest;
    if (claimed !== digest) {
      throw this.error(reference, `announces ${printable(claimed)}, but sends ${digest}`);
    }
    return this.expected(reference, { digest, body: answer.body });
  }

  /** Returns the content with this digest. */
  public async blob(digest: string): Promise<Content> {
    const answer = await this.fetch(digest, `blobs/${digest}`, {});
    if (answer.status !== 200) {
      throw this.refused(digest, answer);
    }
    return this.expected(digest, { digest: sha256(answer.body), body: answer.body });
  }

  /** Creates an error about one of its images. */
  public error(reference: string, what: string): CommandError {
    const image = `${this.name}${reference.startsWith('sha256:') ? '@' : ':'}${reference}`;
    return new CommandError(`${image}: ${this.address.registry} ${what}`);
  }

  private expected(reference: string, content: Content): Content {
    if (reference.startsWith('sha256:') && content.digest !== reference) {
      throw this.error(reference, `sent ${content.digest} instead of ${reference}`);
    }
    return content;
  }

  private async fetch(reference: string, path: string, options: RequestOptions): Promise<Answer> {
    const url = new URL(`${this.address.origin}/v2/${this.address.repository}/${path}`);
    const send = async (token?: string) =>
      this.answered(reference, url, { ...options, headers: { ...options.headers, ...(token ? { authorization: `Bearer ${token}` } : {}) } });
    const answer = await send(this.token);
    if (answer.status !== 401) {
      return answer;
    }
    // Without a token, or with an expired one.
    this.token = await this.newToken(reference, answer);
    return send(this.token);
  }

  private async newToken(reference: string, answer: Answer): Promise<string> {
    const challenge = bearerChallenge(answer.headers.get('www-authenticate'));
    if (!challenge || !URL.canParse(challenge.realm)) {
      throw this.error(reference, `wants a user's name and password, which this command does not have (${answer.status})`);
    }
    const url = tokenUrl(challenge, this.address.repository);
    if (url.protocol !== 'https:' && !(isLoopback(url.host) && this.address.origin.startsWith('http:'))) {
      throw this.error(reference, `requests a token from ${url.protocol}//${url.host}, which is not encrypted`);
    }
    const { status, body } = await this.answered(reference, url, {}, `its ${url.host}`);
    const token = status === 200 ? tokenIn(body) : undefined;
    if (token === undefined) {
      throw this.error(
        reference,
        `issues no anonymous token for it (${url.host} answered ${status}${details(body)}); check the name, and that the image is public`,
      );
    }
    return token;
  }

  private async answered(reference: string, url: URL, options: RequestOptions, who?: string): Promise<Answer> {
    try {
      return await sendRequest(url, options, this.retryOptions);
    } catch (error) {
      throw error instanceof NoResponse ? this.error(reference, `${who ? `is unreachable: ${who} ` : ''}${error.message}`) : error;
    }
  }

  private refused(reference: string, { status, body }: Answer): CommandError {
    const answered = `${status}${details(body)}`;
    if (status === 404) {
      return this.error(reference, `has no such image (${answered})`);
    }
    return this.error(reference, status === 401 || status === 403 ? `does not allow anonymous reads (${answered})` : `answered ${answered}`);
  }
}

function tokenIn(body: Buffer): string | undefined {
  try {
    const { token, access_token: accessToken } = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
    return [token, accessToken].find((text) => typeof text === 'string' && /^[\x21-\x7e]+$/.test(text)) as string | undefined;
  } catch {
    return undefined;
  }
}

/** Returns the error details of a response. */
function details(body: Buffer): string {
  try {
    const { errors } = JSON.parse(body.toString('utf8')) as { errors: { code: unknown; message: unknown }[] };
    return ` ${printable([errors[0].code, errors[0].message].filter((text) => typeof text === 'string').join(': '))}`.trimEnd();
  } catch {
    return '';
  }
}

/** Escapes a text of a server, so that a terminal only displays it. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200);
}
