import { AppAccess, Product } from '../lib';
import { evaluate } from '../cli/alb/evaluate';
import { containersByTargetGroup } from '../cli/template/template-services';
import { CloudFormationTemplate } from '../cli/alb/template';
import { rulesOf } from './helpers/listener-rules';
import { posthogTemplate } from './helpers/posthog-template';

const AI = ['/i/v0/ai', '/i/v0/ai/', '/i/v0/ai/batch', '/i/v0/ai/otel', '/i/v1/ai/events'];
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

describe.each<[string, AppAccess?]>([['open'], ['closed', AppAccess.nobody()]])('with the app %s', (_, appAccess) => {
  const without = answers([Product.EVENTS], appAccess);
  const all = answers(Object.values(Product), appAccess);

  test('AI events are refused without capture-ai, and ordinary events are not', () => {
    expect(AI.map(without)).toEqual(AI.map(() => '403'));
    expect(['/i/v0/e/', '/i/v0/aix', '/e/', '/batch/'].map(without)).toEqual(['capture', 'capture', 'capture', 'capture']);
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
