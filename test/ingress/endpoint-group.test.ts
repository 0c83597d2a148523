import { ALWAYS_PUBLIC, EndpointGroup } from '../../lib/ingress/endpoint-group';

test('ingestion and what SDKs ask for are always public, and nothing else is', () => {
  expect(ALWAYS_PUBLIC).toEqual([EndpointGroup.INGESTION, EndpointGroup.SDK]);
});

test('the other groups are opened on demand', () => {
  const onDemand = Object.values(EndpointGroup).filter((group) => !ALWAYS_PUBLIC.includes(group));
  expect(onDemand).toEqual(['shared-content', 'end-user-pages', 'inbound-webhooks', 'oauth']);
});
