import { ECSClient } from '@aws-sdk/client-ecs';
import { retry } from '../../private/lambda/retry.lambda';

/** Signs requests with the credentials of the function. The SDK's client of Step Functions would be another package, for three calls. */
const SDK = new ECSClient({});
const PAUSES_MS = [500, 1_000, 2_000, 4_000, 8_000];
const LONGEST_ATTEMPT_MS = 10_000;

/** An error response of Step Functions. */
export class StepFunctionsError extends Error {
  public constructor(
    name: string,
    message: string,
    public readonly retryable: boolean,
  ) {
    super(`${name}: ${message}`);
    this.name = name;
  }
}

/**
 * Calls Step Functions, with retries on throttling and server errors.
 *
 * @param endpoint the URL of the endpoint
 * @param action the API action
 * @param input the parameters
 */
export function callStepFunctions(
  endpoint: string,
  action: 'StartExecution' | 'DescribeExecution' | 'StopExecution',
  input: object,
): Promise<Record<string, unknown>> {
  return retry(() => call(new URL(process.env.AWS_ENDPOINT_URL ?? endpoint), action, JSON.stringify(input)), {
    isRetryable: (error) => !(error instanceof StepFunctionsError) || error.retryable,
    pauses: PAUSES_MS,
  });
}

async function call(url: URL, action: string, body: string): Promise<Record<string, unknown>> {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AWSStepFunctions.${action}` };
  const signer = await SDK.config.signer({ name: 'sigv4', signingName: 'states', signingRegion: await SDK.config.region(), properties: {} });
  const { protocol, hostname, host } = url;
  const signed = await signer.sign({ method: 'POST', protocol, hostname, path: '/', headers: { ...headers, host }, body });
  // fetch() sets the host header itself.
  const sent = Object.entries(signed.headers).filter(([name]) => name !== 'host');
  const response = await fetch(url, { method: 'POST', headers: sent, body, signal: AbortSignal.timeout(LONGEST_ATTEMPT_MS) });
  const text = await response.text();
  if (response.ok) {
    return JSON.parse(text || '{}') as Record<string, unknown>;
  }
  const { name, message } = faultOf(text, response.status);
  throw new StepFunctionsError(name, message, response.status >= 500 || /Throttl|TooManyRequests/.test(name));
}

function faultOf(text: string, status: number): { name: string; message: string } {
  try {
    const { __type: type = '', message, Message: other } = JSON.parse(text) as { __type?: string; message?: string; Message?: string };
    return { name: type.split('#').at(-1) || `HTTP ${status}`, message: message ?? other ?? 'no reason given' };
  } catch {
    return { name: `HTTP ${status}`, message: text.slice(0, 300) };
  }
}
