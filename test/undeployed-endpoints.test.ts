import { AppAccess, Product } from '../lib';
import { evaluate } from '../cli/alb/evaluate';
import { containersByTargetGroup } from '../cli/template/template-services';
import { CloudFormationTemplate } from '../cli/alb/template';
import { rulesOf } from './helpers/listener-rules';
import { posthogTemplate } from './helpers/posthog-template';

const AI = ['/i/v0/ai', '/i/v0/ai/', '/i/v0/ai/batch', '/i/v0/ai/otel', '/i/v1/ai/events'];
const LOGS = ['/i/v1/logs', '/i/v1/logs/', '/i/v1/traces'];
const PLUGINS = ['/public/m/pixel', '/public/webhooks/x', '/public/webhooks/dwh/x'];
const LIVE_EVENTS = ['/livestream/events', '/livestream/stats'];
const METRICS = ['/i/v1/metrics', '/i/v1/metrics/', '/i/v1/metrics/x'];

/** The container that answers a request, or the status of the load balancer's own response. */
function answers(products: Product[], appAccess?: AppAccess): (target: string) => string {
  const template = posthogTemplate({ products, ...(appAccess && { appAccess }) }) as unknown as CloudFormationTemplate;
  const [names, rules] = [containersByTargetGroup(template), rulesOf(template)];
  return (target) => {
    const action = evaluate(rules, { target, method: 'POST', host: 'posthog.example.com', sourceIp: '192.0.2.1' })?.actions.at(-1);
    return action?.targetGroup ? names[action.targetGroup] : String(action?.statusCode);
  };
}

describe.each<[string, AppAccess | undefined, onDemand: string]>([
  ['open to everyone', undefined, '404'],
  ['open to one network', AppAccess.fromCidrs(['203.0.113.0/24']), '403'],
  ['closed', AppAccess.nobody(), '403'],
])('with the app %s', (_, appAccess, onDemand) => {
  const without = answers([Product.EVENTS], appAccess);
  const all = answers(Object.values(Product), appAccess);

  test('AI events and logs are answered with 404 if their process is not deployed, and ordinary events are not', () => {
    expect([...AI, ...LOGS].map(without)).toEqual([...AI, ...LOGS].map(() => '404'));
    expect(['/i/v0/e/', '/i/v0/aix', '/e/', '/batch/'].map(without)).toEqual(['capture', 'capture', 'capture', 'capture']);
  });

  test('flags and surveys are answered with 404 if their process is not deployed', () => {
    const FLAGS = ['/flags/', '/decide/', '/api/surveys/', '/array/token/config.js'];
    const undeployed = FLAGS.filter((path) => without(path) !== all(path));
    expect(undeployed.map(without)).toEqual(undeployed.map(() => '404'));
    expect(FLAGS.map(all)).toEqual(['feature-flags', 'feature-flags', 'hypercache-server', 'hypercache-server']);
  });

  test('endpoints of closed groups stay closed, and those of public groups are answered with 404', () => {
    expect([...PLUGINS, ...LIVE_EVENTS].map(without)).toEqual([...PLUGINS, ...LIVE_EVENTS].map(() => onDemand));
  });

  test('AI events are forwarded to capture-ai if it is deployed', () => {
    expect(AI.map(all)).toEqual(AI.map(() => 'capture-ai'));
  });

  test('metrics over OpenTelemetry are refused, because no process reads them; logs and traces are not', () => {
    expect(METRICS.map(all)).toEqual(METRICS.map(() => '403'));
    expect(METRICS.map(without)).toEqual(METRICS.map(() => '403'));
    expect(['/i/v1/logs', '/i/v1/traces'].map(all)).toEqual(['capture-logs', 'capture-logs']);
  });
});
