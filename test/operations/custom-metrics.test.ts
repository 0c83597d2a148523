import { App, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { CUSTOM_METRICS, CustomMetricName, embeddedMetrics } from '../../lib/operations/custom-metrics';
import { customMetric, installationName } from '../../lib/operations/installation';

const [FIRST, SECOND] = Object.keys(CUSTOM_METRICS) as CustomMetricName[];

test('a log event has the values, their units and the installation, and leaves out unknown ones', () => {
  const event: unknown = JSON.parse(embeddedMetrics('Analytics-PostHog', { [FIRST]: 0, [SECOND]: undefined }, 1_790_000_000_000));
  expect(event).toEqual({
    _aws: {
      Timestamp: 1_790_000_000_000,
      CloudWatchMetrics: [{ Namespace: 'PostHog', Dimensions: [['Installation']], Metrics: [{ Name: FIRST, Unit: CUSTOM_METRICS[FIRST].unit }] }],
    },
    Installation: 'Analytics-PostHog',
    [FIRST]: 0,
  });
});

test('a log event has at most a hundred metrics, as CloudWatch accepts', () => {
  expect(Object.keys(CUSTOM_METRICS).length).toBeLessThanOrEqual(100);
});

test('two PostHogs of an app have different names, and a metric the one of its publisher', () => {
  const app = new App();
  const [first, second] = ['One', 'Two'].map((id) => new Construct(new Stack(app, id), 'PostHog'));
  expect(installationName(first)).toMatch(/^One-PostHog-[0-9A-Z]{8}$|^One-PostHog$/);
  expect(installationName(first)).not.toBe(installationName(second));
  expect(customMetric(first, installationName(first), FIRST).dimensions).toEqual({ Installation: installationName(first) });
});
