import { Annotations, Token } from 'aws-cdk-lib/core';
import { IConstruct } from 'constructs';
import { connectionsOf } from './catalog/postgres-connections';
import { PostHogProcess } from './catalog/posthog-process';
import { TaskSize } from './catalog/posthog-size';
import { invalidProp } from './private/errors';
import { IPostgres } from './stores/postgres/postgres-base';

/** Pools are rarely full at the same moment, so a server can have fewer connections than all of them together, by a fifth. */
const FULL_POOLS = 0.8;

/**
 * Throws if the PostgreSQL server has fewer connections than the pools of the minimum number of tasks have by PostHog's source, and warns if it has
 * fewer than most of them need together with those that are estimated. Beyond its maximum, PostgreSQL refuses connections, and requests fail.
 *
 * A server whose maximum is not known is not checked, and neither are numbers of tasks that are tokens.
 *
 * @param scope the `PostHog`
 * @param postgres the server
 * @param services the sizes of the processes
 */
export function checkConnections(
  scope: IConstruct,
  postgres: IPostgres,
  services: readonly { readonly process: PostHogProcess; readonly size: TaskSize }[],
): void {
  const { _maxConnections: limit } = postgres;
  const areKnown = services.every(({ size }) => Object.values(size).every((value) => !Token.isUnresolved(value)));
  if (limit === undefined || !areKnown) {
    return;
  }
  const { min, known, max } = connectionsOf(services.map(({ process, size }) => [process, size]));
  if (known > limit) {
    throw invalidProp(
      'postgres',
      `accepts about ${limit} connections, and the pools of the minimum number of tasks have ${known} (${max} when scaled out)`,
      `use a larger \`instanceType\` (or \`maxCapacity\`), a smaller \`size\`, or set \`maxConnections: ${known}\` or more of the server if its memory ` +
        'suffices (docs/stores.md)',
    );
  }
  if (min * FULL_POOLS > limit) {
    Annotations.of(scope).addWarningV2(
      'cdk-posthog:PostHog.connections',
      `the minimum number of tasks can open ${min} connections to PostgreSQL, and ${max} when scaled out; the server accepts about ${limit}: raise ` +
        'its `instanceType` (or `maxCapacity`), and `maxConnections` if its memory suffices (docs/stores.md)',
    );
  }
}
