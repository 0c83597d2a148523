import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { credentialsProblem, meaningOf } from './aws-error';
import { signedRequest } from './signed-request';
import { CommandError } from '../command';

/** Short, so that a missing network is reported in seconds instead of minutes. */
const TIMEOUTS = { connectionTimeout: 5000, requestTimeout: 20_000, throwOnRequestTimeout: true };

/** The configuration of every client: one region, and shared credentials, so that a sign-in with a second factor happens once. */
interface ClientConfig {
  readonly region: string;
  readonly credentials: CloudFormationClient['config']['credentials'];
  readonly requestHandler: typeof TIMEOUTS;
}

/** A region and credentials, from which the clients of AWS's APIs are created. The SDK repeats requests that are throttled. */
export class Session {
  /**
   * Resolves the region.
   *
   * @param region the region; default: that of the environment or the profile
   */
  public static async in(region?: string): Promise<Session> {
    const { config } = anyClient(region);
    try {
      return new Session(await config.region(), config.credentials);
    } catch (error) {
      throw new CommandError(noRegion((error as Error).message, region));
    }
  }

  private constructor(
    public readonly region: string,
    private readonly credentials: ClientConfig['credentials'],
  ) {}

  /** Creates a client. */
  public client<Client>(Type: new (config: ClientConfig) => Client): Client {
    return new Type({ region: this.region, credentials: this.credentials, requestHandler: TIMEOUTS });
  }

  /**
   * Returns the response of an API that takes JSON, without a client of the SDK.
   *
   * @param action the action, as in a policy
   * @param api the service in host names and signatures, and the target of its requests before the name of the action
   * @param body the parameters
   */
  public async json<Answer>(action: string, api: { readonly service: string; readonly target: string }, body: object): Promise<Answer> {
    const suffix = this.region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
    const endpoint = process.env.AWS_ENDPOINT_URL ?? `https://${api.service}.${this.region}.${suffix}`;
    const target = `${api.target}.${action.split(':')[1]}`;
    return this.call(
      action,
      (async () => {
        // A client has resolved the credentials: it accepts a provider, too.
        const credentials = await this.client(CloudFormationClient).config.credentials();
        const request = signedRequest({ service: api.service, endpoint, region: this.region, target, body, now: new Date() }, credentials);
        const signal = AbortSignal.timeout(TIMEOUTS.requestTimeout);
        const answer = await fetch(endpoint, { method: 'POST', ...request, signal });
        const text = await answer.text();
        const parsed = (text === '' ? {} : JSON.parse(text)) as { readonly __type?: string; readonly message?: string; readonly Message?: string };
        if (!answer.ok) {
          throw Object.assign(new Error(parsed.message ?? parsed.Message ?? `status ${answer.status}`), { name: nameOf(parsed.__type) });
        }
        return parsed as unknown as Answer;
      })(),
    );
  }

  /** Returns a response. Converts errors: to an `AwsRefusal` if other requests can still succeed. */
  public async call<Answer>(action: string, answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer;
    } catch (error) {
      throw meaningOf(error, action, this.region);
    }
  }

  /** Returns the items of all pages. */
  public all<Page, Item>(action: string, pages: AsyncIterable<Page>, itemsOf: (page: Page) => readonly Item[] | undefined): Promise<Item[]> {
    return this.call(action, collect(pages, itemsOf));
  }
}

/** Returns why there are no credentials, in one line; undefined if there are some. Makes no request to AWS's APIs. */
export async function missingCredentials(): Promise<string | undefined> {
  try {
    // Only requests need the region. This one is a placeholder.
    await anyClient('us-east-1').config.credentials();
    return undefined;
  } catch (error) {
    return credentialsProblem(error as Error)?.message ?? (error as Error).message.split('\n')[0];
  }
}

function anyClient(region: string | undefined): CloudFormationClient {
  // The SDK is bundled with this program, so its warning about the next version of Node.js does not apply.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  return new CloudFormationClient({ ...(region ? { region } : {}), requestHandler: TIMEOUTS });
}

async function collect<Page, Item>(pages: AsyncIterable<Page>, itemsOf: (page: Page) => readonly Item[] | undefined): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const page of pages) {
    collected.push(...(itemsOf(page) ?? []));
  }
  return collected;
}

/** Returns `AccessDenied` of `com.amazonaws.cloudwatch#AccessDenied`. */
function nameOf(type = 'UnknownError'): string {
  return type.split('#').at(-1)!;
}

/** Explains why no region was found, from the message of the SDK: none is set, or the name is invalid. */
function noRegion(message: string, option: string | undefined): string {
  const refused = /region="(?<name>[^"]*)"/.exec(message)?.groups?.name;
  if (refused === undefined) {
    return /missing/.test(message) ? 'no AWS region: use --region, or set AWS_REGION' : `no AWS region: ${message}`;
  }
  const source = option === undefined ? (process.env.AWS_REGION === refused ? 'AWS_REGION' : 'the AWS profile') : 'the command line';
  return `'${refused}' is not the name of a region; it comes from ${source}`;
}
