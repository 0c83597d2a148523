import { once } from 'node:events';
import { createServer, IncomingMessage, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { listening } from '../../helpers/free-port';

/** What was asked: the members of a form, or of a JSON body. */
export type Question = Readonly<Record<string, unknown>>;

/** An answer in the words of the API; an `Error` is one of AWS, its name the code. */
export type Answers = Readonly<Record<string, (question: Question) => object>>;

/** An error as AWS answers it. */
export function refusal(name: string, message = '', code?: string): Error {
  return Object.assign(new Error(message), { name, code });
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
  '2010-05-08': 'iam',
  'ServiceQuotasV20190624': 'servicequotas',
  'secretsmanager': 'secretsmanager',
  'Logs_20140328': 'logs',
  'AWSStepFunctions': 'states',
  'GraniteServiceVersion20100801': 'cloudwatch',
};

/** The requests of APIs that name an action by method and path. A name in braces is a member of the question. */
const PATHS: Readonly<Record<string, RegExp>> = {
  'kafka:ListClustersV2': /^GET \/api\/v2\/clusters$/,
  'kafka:ListConfigurations': /^GET \/v1\/configurations$/,
  'kafka:ListKafkaVersions': /^GET \/v1\/kafka-versions$/,
  'route53:GetHostedZone': /^GET \/2013-04-01\/hostedzone\/(?<Id>[^/]+)$/,
  'route53:ListHostedZonesByName': /^GET \/2013-04-01\/hostedzonesbyname$/,
  'route53:ListResourceRecordSets': /^GET \/2013-04-01\/hostedzone\/(?<Id>[^/]+)\/rrset$/,
};

/**
 * A server that answers as AWS does on the wire: ELBv2, EC2, IAM, Route 53 and CloudFormation in XML, the others in JSON. So it can say what moto
 * cannot.
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

  private answerPath({ pathname, searchParams }: URL): { status: number; type: string; body: string } {
    const [action, pattern] = Object.entries(PATHS).find(([, known]) => known.test(`GET ${pathname}`)) ?? [`GET ${pathname}`];
    const members = pattern?.exec(`GET ${pathname}`)?.groups ?? {};
    this.asked.push(action);
    const question = { ...Object.fromEntries(searchParams), ...members };
    return asRest(action, this.answers[action]?.(question) ?? refusal('InvalidAction', `nothing answers ${action}`));
  }

  private async answer(request: IncomingMessage): Promise<{ status: number; type: string; body: string }> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const text = Buffer.concat(chunks).toString('utf8');
    const target = request.headers['x-amz-target'] as string | undefined;
    if (!target && request.method === 'GET') {
      return this.answerPath(new URL(request.url!, this.endpoint));
    }
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

/** Answers a request that names its action by its path. */
function asRest(action: string, answer: object): { status: number; type: string; body: string } {
  const [service, name] = action.split(':');
  const status = answer instanceof Error ? 400 : 200;
  if (service === 'kafka') {
    const body = answer instanceof Error ? { __type: answer.name, message: answer.message } : answer;
    return { status, type: 'application/json', body: JSON.stringify(body) };
  }
  return {
    status,
    type: 'text/xml',
    body: answer instanceof Error ? asXml(action, name, answer) : `<${name}Response>${xml(answer)}</${name}Response>`,
  };
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

/** Without the name of an item, the items of a list have the list's name in the singular, as in Route 53. */
function xml(value: unknown, item?: string, list = ''): string {
  if (Array.isArray(value)) {
    const name = item ?? list.replace(/s$/, '');
    return value.map((one) => `<${name}>${xml(one, item)}</${name}>`).join('');
  }
  if (value instanceof Map) {
    return [...value].map(([key, entry]) => `<entry><key>${key}</key><value>${entry}</value></entry>`).join('');
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => `<${name}>${xml(member, item, name)}</${name}>`)
      .join('');
  }
  return escape(String(value));
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
