import { Secret } from 'aws-cdk-lib/aws-ecs';
import { PROXY_VARIABLES } from '../../catalog/proxy-environment';
import { ProcessSettings } from '../../private/process-settings';
import { invalidValue } from '../../private/errors';

/** Additional settings from the user. */
export interface ExtraSettings {
  readonly environment?: Record<string, string>;
  readonly secrets?: Record<string, Secret>;
}

/** The advice for each variable of the ingress. */
const INGRESS_OWNED: Readonly<Record<string, string>> = PROXY_VARIABLES;

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Merges the settings of a process with those of the user, in a stable order.
 *
 * Throws if a name is invalid, is set by the library, or is set twice.
 *
 * @param managed the settings of the library
 * @param extras the user's settings, for all processes and then for this one
 * @param tuning environment variables that the user can override
 */
export function mergeSettings(
  managed: ProcessSettings,
  extras: readonly ExtraSettings[],
  tuning: Readonly<Record<string, string>> = {},
): ProcessSettings {
  const environment: Record<string, string> = {};
  const secrets: Record<string, Secret> = {};
  for (const extra of extras) {
    checkNames('environment', extra.environment, managed);
    checkNames('secrets', extra.secrets, managed);
    Object.assign(environment, extra.environment);
    Object.assign(secrets, extra.secrets);
  }
  const twice = Object.keys(environment).find((name) => Object.hasOwn(secrets, name));
  if (twice) {
    throw invalidValue('secrets', 'must not set a variable that `environment` sets', twice, 'remove one of the two');
  }
  const remaining = Object.entries(tuning).filter(([name]) => !Object.hasOwn(secrets, name));
  return {
    environment: sorted({ ...Object.fromEntries(remaining), ...environment, ...managed.environment }),
    secrets: sorted({ ...secrets, ...managed.secrets }),
  };
}

function checkNames(prop: string, values: Record<string, unknown> = {}, managed: ProcessSettings): void {
  for (const name of Object.keys(values)) {
    if (!NAME.test(name)) {
      throw invalidValue(prop, 'must name environment variables', name);
    }
    if (Object.hasOwn(INGRESS_OWNED, name.toUpperCase())) {
      throw invalidValue(prop, 'must not set a variable that the library manages', name, INGRESS_OWNED[name.toUpperCase()]);
    }
    if (Object.hasOwn(managed.environment, name) || Object.hasOwn(managed.secrets, name)) {
      throw invalidValue(prop, 'must not set a variable that the library manages', name, 'remove it; its value follows from other props');
    }
  }
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
