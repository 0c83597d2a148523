import { Template } from 'aws-cdk-lib/assertions';
import { posthogTemplate } from '../../helpers/posthog-template';
import { PostHogDashboard } from '../../../lib';
import { newStack } from '../../helpers/stack';
import { currentPicture, pictureInDocs, widgetsOf } from '../../../scripts/dashboard-picture';

const CREATED = { postgres: undefined, cache: undefined, kafka: undefined, clickHouse: undefined, objectStorage: undefined, products: undefined };

test('there is no dashboard unless it is asked for', () => {
  expect(Object.values((posthogTemplate() as { Resources: Record<string, { Type: string }> }).Resources).map(({ Type }) => Type)).not.toContain(
    'AWS::CloudWatch::Dashboard',
  );
});

test('the dashboard shows the way of an event first, then data stores, upkeep and cost', () => {
  const widgets = widgetsOf(posthogTemplate({ ...CREATED, dashboard: true }));
  expect(widgets.filter(({ type }) => type === 'text').map(({ title }) => title)).toEqual(['Clients', 'Pipeline', 'Data stores', 'Upkeep', 'Cost']);
  expect(widgets[0]).toMatchObject({ type: 'alarm', title: 'Alarms' });
});

test('no graph is empty, and none overlaps another one', () => {
  const widgets = widgetsOf(posthogTemplate({ ...CREATED, dashboard: true }));
  expect(widgets.filter(({ type, series }) => type === 'metric' && series.length === 0)).toEqual([]);
  const cells = widgets.flatMap(({ x, y, width, height }) =>
    Array.from({ length: width * height }, (_, index) => `${x + (index % width)},${y + Math.floor(index / width)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(widgets.filter(({ x, width }) => x + width > 24)).toEqual([]);
});

test('three queries of the logs of all processes are saved with it', () => {
  const template = Template.fromJSON(posthogTemplate({ ...CREATED, dashboard: true }));
  const queries = Object.values(template.findResources('AWS::Logs::QueryDefinition')) as {
    Properties: { Name: string; LogGroupNames: unknown[]; QueryString: string };
  }[];
  expect(queries.map(({ Properties: { Name } }) => Name.split('/')[1]).sort()).toEqual(['dead letters', 'errors by process', 'last errors']);
  expect(queries.every(({ Properties: { LogGroupNames, QueryString } }) => LogGroupNames.length > 3 && QueryString.includes('filter @message'))).toBe(
    true,
  );
});

test('a dashboard without parts has no graphs', () => {
  const stack = newStack();
  new PostHogDashboard(stack, 'Dashboard', {});
  expect(widgetsOf(Template.fromStack(stack).toJSON() as Record<string, unknown>)).toEqual([]);
});

test('docs/images/dashboard.svg is the picture of the dashboard', () => {
  // Where this fails after a change of the dashboard: node --import tsx scripts/dashboard-picture.ts
  expect(pictureInDocs()).toBe(currentPicture());
});
