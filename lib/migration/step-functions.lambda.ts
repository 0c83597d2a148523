import { setTimeout as sleep } from 'node:timers/promises';
import { ECSClient } from '@aws-sdk/client-ecs';

/** Signs, with the credentials of the function. The SDK's client of Step Functions would be one more package, for three calls. */
const SDK = new ECSClient({});
const ATTEMPTS = 6;
const FIRST_WAIT = 500;
const LONGEST_ATTEMPT = 10_000;

/** What Step Functions answered, when it did not do what it was asked. */
export class StepFunctionsError extends Error {
  public constructor(name: string, message: string, public readonly canPass: boolean) {
    super(`${name}: ${message}`);
    this.name = name;
  }
}

/**
 * Asks Step Functions, and again where it has too much to do.
 *
 * @param endpoint where it answers
 * @param action what to ask
 * @param input the parameters
 */
export async function callStepFunctions(endpoint: string, action: 'StartExecution' | 'DescribeExecution' | 'StopExecution', input: object): Promise<Record<string, unknown>> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask(new URL(process.env.AWS_ENDPOINT_URL ?? endpoint), action, JSON.stringify(input));
    } catch (error) {
      if (attempt === ATTEMPTS || (error instanceof StepFunctionsError && !error.canPass)) {
        throw error;
      }
      console.error(error);
      await sleep(FIRST_WAIT * 2 ** (attempt - 1));
    }
  }
}

async function ask(url: URL, action: string, body: string): Promise<Record<string, unknown>> {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AWSStepFunctions.${action}` };
  const signer = await SDK.config.signer({ name: 'sigv4', signingName: 'states', signingRegion: await SDK.config.region(), properties: {} });
  const { protocol, hostname, host } = url;
  const signed = await signer.sign({ method: 'POST', protocol, hostname, path: '/', headers: { ...headers, host }, body });
  // fetch() writes the host itself.
  const sent = Object.entries(signed.headers).filter(([name]) => name !== 'host');
  const answer = await fetch(url, { method: 'POST', headers: sent, body, signal: AbortSignal.timeout(LONGEST_ATTEMPT) });
  const text = await answer.text();
  if (answer.ok) {
    return JSON.parse(text || '{}') as Record<string, unknown>;
  }
  const { name, message } = faultOf(text, answer.status);
  throw new StepFunctionsError(name, message, answer.status >= 500 || /Throttl|TooManyRequests/.test(name));
}

function faultOf(text: string, status: number): { name: string; message: string } {
  try {
    const { __type: type = '', message, Message: other } = JSON.parse(text) as { __type?: string; message?: string; Message?: string };
    return { name: type.split('#').at(-1) || `HTTP ${status}`, message: message ?? other ?? 'no reason given' };
  } catch {
    return { name: `HTTP ${status}`, message: text.slice(0, 300) };
  }
}
