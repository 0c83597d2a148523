import { ALWAYS_PUBLIC, EndpointGroup, PART_OF_THE_APP } from '../../../lib/catalog/endpoints/endpoint-group';

test('only ingestion and SDK endpoints are always public', () => {
  expect(ALWAYS_PUBLIC).toEqual([EndpointGroup.INGESTION, EndpointGroup.SDK]);
});

test('the other groups are opened on demand', () => {
  const onDemand = Object.values(EndpointGroup).filter((group) => !ALWAYS_PUBLIC.includes(group));
  expect(onDemand).toEqual(['shared-content', 'end-user-pages', 'inbound-webhooks', 'oauth', 'sdk-api', 'live-events']);
});

test('a part of the app is not always public', () => {
  expect(PART_OF_THE_APP).toEqual([EndpointGroup.LIVE_EVENTS]);
  expect(PART_OF_THE_APP.filter((group) => ALWAYS_PUBLIC.includes(group))).toEqual([]);
});
