import { ratesOf, trafficOf } from '../../../cli/size/traffic';
import { cli } from '../fixtures';
import { traffic } from './fixtures';

const parsed = (values: Record<string, string>) => trafficOf({ positionals: [], values });

test.each([
  ['500000', 500_000],
  ['500_000', 500_000],
  ['500,000', 500_000],
  ['500k', 500_000],
  ['2.5M', 2_500_000],
  ['1g', 1e9],
  ['1B', 1e9],
  ['1', 1],
])('reads %s as a number of events', (text, eventsPerMonth) => {
  expect(parsed({ 'events-per-month': text })).toEqual(traffic({ eventsPerMonth }));
});

test.each([
  [[], '--events-per-month is required: the events of a month, such as 10M'],
  [['--events-per-month', '0'], '--events-per-month must be a number of 1 or more, such as 500000, 500k or 2.5M; got: 0'],
  [['--events-per-month', '-5'], "Option '--events-per-month' argument is ambiguous; usage: cdk-posthog size"],
  [['--events-per-month', 'many'], '--events-per-month must be a number of 1 or more, such as 500000, 500k or 2.5M; got: many'],
  [['--events-per-month', '1e6'], '--events-per-month must be a number of 1 or more, such as 500000, 500k or 2.5M; got: 1e6'],
  [['--events-per-month', '1,00'], '--events-per-month must be a number of 1 or more, such as 500000, 500k or 2.5M; got: 1,00'],
  [['--events-per-month', '9000T'], '--events-per-month must be at most 5e+15; got: 9000T'],
  [['--events-per-month', '1M', '--recordings', 'x'], '--recordings must be a number of 0 or more, such as 500000, 500k or 2.5M; got: x'],
  [['--events-per-month', '1M', '--retention', '0'], '--retention must be a number from 1 to 120 (months); got: 0'],
  [['--events-per-month', '1M', '--retention', '200'], '--retention must be a number from 1 to 120 (months); got: 200'],
  [['--events-per-month', '1M', '--peak', '0.5'], '--peak must be a number from 1 to 100 (times the average); got: 0.5'],
  [['--events-per-month', '1M', '--capacity', 'spot'], '--capacity must be fargate or instances; got: spot'],
])('refuses %j', async (argv, message) => {
  const { exitCode, out, err } = await cli('size', ...argv);
  expect([exitCode, out]).toEqual([2, '']);
  expect(err).toContain(message);
  expect(err).not.toContain('\n');
});

test('a month has thirty days, and the peak is a multiple of the average', () => {
  const { events, recordingMegabytes, flagRequests } = ratesOf(traffic({ eventsPerMonth: 2_592_000, recordingsPerMonth: 5_184_000, peakFactor: 10 }));
  expect(events).toEqual({ mean: 1, peak: 10 });
  // A megabyte a recording.
  expect(recordingMegabytes).toEqual({ mean: 2, peak: 20 });
  expect(flagRequests).toEqual({ mean: 0, peak: 0 });
});
