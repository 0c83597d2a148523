import { Duration } from 'aws-cdk-lib/core';
import { checkDomain } from './load-balancer/domain';
import { ALWAYS_PUBLIC, EndpointGroup } from '../catalog/endpoints/endpoint-group';
import { PostHogIngressOptions } from './ingress-options';
import { knownSeconds } from '../private/quantities';
import { checkEnum } from '../private/enums';
import { invalidValue } from '../private/errors';

/** Checks that the options of an ingress do not contradict each other. */
export function checkOptions(options: PostHogIngressOptions): void {
  checkDomain(options, options.listener === undefined);
  checkIdleTimeout(options.idleTimeout);
  knownSeconds('strictTransportSecurity', options.strictTransportSecurity);
  checkGroups(options.publicEndpointGroups);
  checkAccessLogs(options);
}

function checkIdleTimeout(idleTimeout?: Duration): void {
  const seconds = knownSeconds('idleTimeout', idleTimeout);
  if (seconds !== undefined && (seconds < 1 || seconds > 4000)) {
    throw invalidValue('idleTimeout', 'must be from 1 second to 4,000 seconds', `${seconds} seconds`);
  }
}

function checkGroups(groups: EndpointGroup[] = []): void {
  groups.forEach((group) => checkEnum('publicEndpointGroups', group, EndpointGroup));
  const redundant = groups.find((group) => ALWAYS_PUBLIC.includes(group));
  if (redundant) {
    throw invalidValue('publicEndpointGroups', 'must not contain a group that is always public', redundant, 'leave it out');
  }
}

function checkAccessLogs(options: PostHogIngressOptions): void {
  if (options.accessLogsPrefix !== undefined && !options.accessLogsBucket) {
    throw invalidValue('accessLogsPrefix', 'needs `accessLogsBucket`', options.accessLogsPrefix, 'name the bucket, or leave the prefix out');
  }
}
