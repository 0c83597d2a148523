import { bearerChallenge, tokenUrl } from './challenge';
import { Answer, ask, NoAnswer, Patience, Question } from './http';
import { MANIFEST_TYPES, sha256 } from './manifest';
import { isLoopback, registryAddress, RegistryAddress } from './registry-address';
import { CommandError } from '../command';

/** A body, and the digest that it has. */
export interface Content {
  readonly digest: string;
  readonly body: Buffer;
}

/** A repository of images, asked over the HTTP API that all registries have (the OCI distribution specification). */
export class Repository {
  private readonly address: RegistryAddress;
  private token?: string;

  /**
   * @param name the name of its images
   * @param patience how long to wait, and how often to ask again
   */
  public constructor(private readonly name: string, private readonly patience: Patience) {
    this.address = registryAddress(name);
  }

  /** Whether there is an image with this tag. Docker Hub does not count such questions. */
  public async has(tag: string): Promise<boolean> {
    const { status, headers } = await this.ask(tag, `manifests/${tag}`, { method: 'HEAD', headers: { accept: MANIFEST_TYPES.join(', ') } });
    if (status !== 200 && status !== 404) {
      throw this.refused(tag, { status, headers, body: Buffer.alloc(0) });
    }
    return status === 200;
  }

  /** The manifest of a tag or digest, with its digest. */
  public async manifest(reference: string): Promise<Content> {
    const answer = await this.ask(reference, `manifests/${reference}`, { headers: { accept: MANIFEST_TYPES.join(', ') } });
    if (answer.status !== 200) {
      throw this.refused(reference, answer);
    }
    const digest = sha256(answer.body);
    const claimed = answer.headers.get('docker-content-digest') ?? digest;
    if (claimed !== digest) {
      throw this.wrong(reference, `says that it sends ${printable(claimed)}, and what came is ${digest}`);
    }
    return this.expected(reference, { digest, body: answer.body });
  }

  /** What has this digest. */
  public async blob(digest: string): Promise<Content> {
    const answer = await this.ask(digest, `blobs/${digest}`, {});
    if (answer.status !== 200) {
      throw this.refused(digest, answer);
    }
    return this.expected(digest, { digest: sha256(answer.body), body: answer.body });
  }

  /** An error about one of its images. */
  public wrong(reference: string, what: string): CommandError {
    const image = `${this.name}${reference.startsWith('sha256:') ? '@' : ':'}${reference}`;
    return new CommandError(`${image}: ${this.address.registry} ${what}`);
  }

  private expected(reference: string, content: Content): Content {
    if (reference.startsWith('sha256:') && content.digest !== reference) {
      throw this.wrong(reference, `was asked for ${reference}, and sent ${content.digest}`);
    }
    return content;
  }

  private async ask(reference: string, path: string, question: Question): Promise<Answer> {
    const url = new URL(`${this.address.origin}/v2/${this.address.repository}/${path}`);
    const send = async (token?: string) => this.answered(reference, url, { ...question, headers: { ...question.headers, ...token ? { authorization: `Bearer ${token}` } : {} } });
    const answer = await send(this.token);
    if (answer.status !== 401) {
      return answer;
    }
    // Without a token, or with one that has run out.
    this.token = await this.newToken(reference, answer);
    return send(this.token);
  }

  private async newToken(reference: string, answer: Answer): Promise<string> {
    const challenge = bearerChallenge(answer.headers.get('www-authenticate'));
    if (!challenge || !URL.canParse(challenge.realm)) {
      throw this.wrong(reference, `wants a user's name and password, which this command has none of (${answer.status})`);
    }
    const url = tokenUrl(challenge, this.address.repository);
    if (url.protocol !== 'https:' && !(isLoopback(url.host) && this.address.origin.startsWith('http:'))) {
      throw this.wrong(reference, `sends for a token to ${url.protocol}//${url.host}, which is not encrypted`);
    }
    const { status, body } = await this.answered(reference, url, {}, `its ${url.host}`);
    const token = status === 200 ? tokenIn(body) : undefined;
    if (token === undefined) {
      throw this.wrong(reference, `gives nobody a token for it who has not signed in (${url.host} answered ${status}${details(body)}); is the name right, and the image public?`);
    }
    return token;
  }

  private async answered(reference: string, url: URL, question: Question, who?: string): Promise<Answer> {
    try {
      return await ask(url, question, this.patience);
    } catch (error) {
      throw error instanceof NoAnswer ? this.wrong(reference, `${who ? `cannot be asked, for ${who} ` : ''}${error.message}`) : error;
    }
  }

  private refused(reference: string, { status, body }: Answer): CommandError {
    const answered = `${status}${details(body)}`;
    if (status === 404) {
      return this.wrong(reference, `has no such image (${answered})`);
    }
    return this.wrong(reference, status === 401 || status === 403 ? `lets nobody read it who has not signed in (${answered})` : `answered ${answered}`);
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

/** What a registry says about its refusal. */
function details(body: Buffer): string {
  try {
    const { errors } = JSON.parse(body.toString('utf8')) as { errors: { code: unknown; message: unknown }[] };
    return ` ${printable([errors[0].code, errors[0].message].filter((text) => typeof text === 'string').join(': '))}`.trimEnd();
  } catch {
    return '';
  }
}

/** What a server said, so that a terminal shows it and does nothing else with it. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200);
}
