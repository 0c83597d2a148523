import { once } from 'node:events';
import { createServer, IncomingMessage, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { listening } from '../../helpers/free-port';

/** What was asked: the members of a form, or of a JSON body. */
export type Question = Readonly<Record<string, unknown>>;

/** An answer in the words of the API; an `Error` is one of AWS, its name the code. */
export type Answers = Readonly<Record<string, (question: Question) => object>>;

/** An error as AWS answers it. */
export function refusal(code: string, message = ''): Error {
  return Object.assign(new Error(message), { name: code });
}

export function denied(): Error {
  return refusal(
    'AccessDenied',
    'User: arn:aws:sts::111122223333:assumed-role/ci/session is not authorized to perform: this. And much more that nobody reads',
  );
}

/** The services by the version of their API that a form names, and by the prefix of the target that a JSON request names. */
const SERVICES: Readonly<Record<string, string>> = {
  '2015-12-01': 'elasticloadbalancing',
  '2016-11-15': 'ec2',
  '2010-05-15': 'cloudformation',
  'AmazonEC2ContainerServiceV20141113': 'ecs',
  'CertificateManager': 'acm',
};

/**
 * A server that answers as AWS does on the wire: ELBv2, EC2 and CloudFormation in XML, ECS and ACM in JSON. So it can say what moto cannot.
 */
export class Wire {
  /** Starts one on a free port of this machine. */
  public static async start(): Promise<Wire> {
    const wire = new Wire();
    await listening(wire.server);
    return wire;
  }

  /** What it answers, by action: `ec2:DescribeSubnets`. */
  public answers: Answers = {};
  /** What it was asked, in that order. */
  public asked: string[] = [];

  private readonly server: Server = createServer((request, response) => {
    void this.answer(request).then(({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(body));
  });

  public get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async answer(request: IncomingMessage): Promise<{ status: number; type: string; body: string }> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const text = Buffer.concat(chunks).toString('utf8');
    const target = request.headers['x-amz-target'] as string | undefined;
    const [service, name] = target?.split('.') ?? [new URLSearchParams(text).get('Version')!, new URLSearchParams(text).get('Action')!];
    const question = target ? (JSON.parse(text) as Question) : Object.fromEntries(new URLSearchParams(text));
    const action = `${SERVICES[service]}:${name}`;
    this.asked.push(action);
    const answer = this.answers[action]?.(question) ?? refusal('InvalidAction', `nothing answers ${action}`);
    if (target) {
      const body = answer instanceof Error ? { __type: `com.amazonaws#${answer.name}`, message: answer.message } : answer;
      return { status: answer instanceof Error ? 400 : 200, type: 'application/x-amz-json-1.1', body: JSON.stringify(body) };
    }
    return { status: answer instanceof Error ? 400 : 200, type: 'text/xml', body: asXml(action, name, answer) };
  }
}

function asXml(action: string, name: string, answer: object): string {
  const isEc2 = action.startsWith('ec2:');
  if (answer instanceof Error) {
    const error = `<Code>${answer.name}</Code><Message>${escape(answer.message)}</Message>`;
    return isEc2
      ? `<Response><Errors><Error>${error}</Error></Errors><RequestID>1</RequestID></Response>`
      : `<ErrorResponse><Error><Type>Sender</Type>${error}</Error><RequestId>1</RequestId></ErrorResponse>`;
  }
  const body = xml(answer, isEc2 ? 'item' : 'member');
  return isEc2 ? `<${name}Response>${body}</${name}Response>` : `<${name}Response><${name}Result>${body}</${name}Result></${name}Response>`;
}

function xml(value: unknown, item: string): string {
  if (Array.isArray(value)) {
    return value.map((one) => `<${item}>${xml(one, item)}</${item}>`).join('');
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => `<${name}>${xml(member, item)}</${name}>`)
      .join('');
  }
  return escape(String(value));
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
