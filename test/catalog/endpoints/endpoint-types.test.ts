import { APP_ENDPOINTS } from '../../../lib/catalog/endpoints/app';
import { FLAGS_ENDPOINTS } from '../../../lib/catalog/endpoints/flags';
import { INGESTION_ENDPOINTS } from '../../../lib/catalog/endpoints/ingestion';
import { LIVE_EVENTS_ENDPOINTS } from '../../../lib/catalog/endpoints/live-events';
import { OAUTH_ENDPOINTS } from '../../../lib/catalog/endpoints/oauth';
import { PAGES_ENDPOINTS } from '../../../lib/catalog/endpoints/pages';
import { SDK_API_ENDPOINTS } from '../../../lib/catalog/endpoints/sdk-api';
import { WEBHOOKS_ENDPOINTS } from '../../../lib/catalog/endpoints/webhooks';
import { Endpoint, PathMatch } from '../../../lib/catalog/endpoints/endpoint';
import { EndpointName, ENDPOINTS } from '../../../lib/catalog/endpoints';
import { EndpointGroup } from '../../../lib/catalog/endpoints/endpoint-group';
import { RuleName } from '../../../lib/catalog/endpoints/rule-priorities';
import { PostHogProcess, PublicEndpoint } from '../../../lib';

const ROW: Endpoint = {
  path: '/toy',
  match: PathMatch.EXACT,
  process: PostHogProcess.WEB,
  group: EndpointGroup.SDK,
  rule: 'AppSdk',
  purpose: 'A toy',
};

// The TypeScript compiler is what checks these: a directive without an error is an error itself (`npm run types`).
test('the compiler refuses an incomplete row', () => {
  const { process, group, ...rest } = ROW;
  // @ts-expect-error A row needs a process.
  const withoutProcess: Endpoint = { ...rest, group };
  // @ts-expect-error A row needs a group.
  const withoutGroup: Endpoint = { ...rest, process };
  // @ts-expect-error A rule needs a priority.
  const withoutPriority: Endpoint = { ...ROW, rule: 'Toy' };
  // @ts-expect-error A rule that refuses forwards nothing.
  const refused: Endpoint = { ...ROW, rule: 'DenyInternal' };
  // @ts-expect-error A name without a priority is no rule.
  const name: RuleName = 'Toy';
  expect([withoutProcess.process, withoutGroup.group, withoutPriority.rule, refused.rule, name]).toEqual([
    undefined,
    undefined,
    'Toy',
    'DenyInternal',
    'Toy',
  ]);
});

test('the compiler refuses a row without a constant', () => {
  // @ts-expect-error The class has no constant TOY.
  const constants: Readonly<Record<EndpointName | 'TOY', PublicEndpoint>> = PublicEndpoint;
  expect(constants).toBe(PublicEndpoint);
});

test('every constant belongs to the row of its name', () => {
  const constants = Object.entries(PublicEndpoint).filter(([, value]) => value instanceof PublicEndpoint) as [EndpointName, PublicEndpoint][];
  expect(constants.filter(([name, { path }]) => ENDPOINTS[name].path !== path).map(([name]) => name)).toEqual([]);
});

test('no two tables have a row of the same name, of which one would be lost', () => {
  const tables = [
    APP_ENDPOINTS,
    FLAGS_ENDPOINTS,
    INGESTION_ENDPOINTS,
    LIVE_EVENTS_ENDPOINTS,
    OAUTH_ENDPOINTS,
    PAGES_ENDPOINTS,
    SDK_API_ENDPOINTS,
    WEBHOOKS_ENDPOINTS,
  ];
  expect(tables.flatMap((table) => Object.keys(table)).sort()).toEqual(Object.keys(ENDPOINTS).sort());
});
