import { Measurements, MonitorRequest, releaseAge } from './monitor-request';
import { readCelery, readClickHouse, readDeadLetters, readServices } from './sources.lambda';
import { embeddedMetrics } from '../custom-metrics';

/**
 * Reads what CloudWatch has no metric for, and publishes it.
 *
 * A source that cannot be read has no measurement, and is one of `MonitorFailures`; the others are published.
 */
export async function handler(request: MonitorRequest): Promise<Measurements> {
  if (typeof request.installation !== 'string') {
    throw new Error(`the event must have \`installation\`, got: ${JSON.stringify(request)}; leave this function to PostHog`);
  }
  const now = new Date();
  const { clickHouse, cache, deadLetters, services, releaseDate } = request;
  const sources: Readonly<Record<string, (() => Promise<Measurements>) | undefined>> = {
    'ClickHouse': clickHouse && (() => readClickHouse(clickHouse)),
    'the cache': cache && (() => readCelery(cache)),
    'Kafka': deadLetters && (() => readDeadLetters(deadLetters, now)),
    'ECS': services && (() => readServices(services, now)),
    'the release': releaseDate === undefined ? undefined : () => Promise.resolve({ ReleaseAge: releaseAge(releaseDate, now) }),
  };
  let failures = 0;
  const read = await Promise.all(
    Object.entries(sources).map(async ([name, source]): Promise<Measurements> => {
      try {
        return (await source?.()) ?? {};
      } catch (error) {
        failures += 1;
        console.error(`${name} could not be read`, error);
        return {};
      }
    }),
  );
  const measurements: Measurements = Object.assign({ MonitorFailures: failures }, ...read) as Measurements;
  console.log(embeddedMetrics(request.installation, measurements, now.getTime()));
  return measurements;
}
