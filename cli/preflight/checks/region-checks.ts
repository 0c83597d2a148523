import { AccountContext, named } from './context';
import { ofType } from '../../alb/template';
import { CheckResult, fail, NamedCheckResult, pass, warning } from '../../doctor/check';
import { instanceTypes } from '../needs';

/** The number of zones that a network uses unless it is configured otherwise. */
const ZONES = 2;

const OTHER_REGION = 'deploy to another region';

/** Checks that the region has zones, the instance types in its first zones, and the version of Kafka. */
export async function regionChecks(context: AccountContext): Promise<NamedCheckResult[]> {
  const { templates } = context;
  const types = [...new Set(templates.flatMap(instanceTypes))].sort();
  const versions = [
    ...new Set(
      templates
        .flatMap((template) => ofType<{ KafkaVersion?: unknown }>(template, 'AWS::MSK::Cluster'))
        .map(([, { KafkaVersion }]) => KafkaVersion)
        .filter((version) => typeof version === 'string'),
    ),
  ];
  return [
    ...(await named('region', 'the zones of the region', () => zoneResults(context, types))),
    ...(versions.length > 0 ? await named('region', 'the versions of MSK', () => kafkaResults(context, versions)) : []),
  ];
}

async function zoneResults({ usage, region }: AccountContext, types: readonly string[]): Promise<CheckResult[]> {
  const zones = await usage.zones();
  if (zones.length < ZONES) {
    return [fail(`${region} has ${zones.length} zones that the account can use; a network needs ${ZONES}`, OTHER_REGION)];
  }
  const result = pass(`${region} has the zones ${zones.join(', ')}`);
  if (types.length === 0) {
    return [result];
  }
  const offerings = await usage.offerings(types);
  return [
    result,
    ...types.map((type) => {
      const offered = offerings.filter(({ InstanceType }) => InstanceType === type).flatMap(({ Location }) => Location ?? []);
      const lacking = zones.slice(0, ZONES).filter((zone) => !offered.includes(zone));
      if (offered.length === 0) {
        return fail(`EC2 has no ${type} in ${region}`, `choose another instance type, or ${OTHER_REGION}`);
      }
      return lacking.length > 0
        ? warning(
            `EC2 has no ${type} in ${lacking.join(', ')}, only in ${offered.sort().join(', ')}`,
            'choose the zones of the network, or another instance type',
          )
        : pass(`EC2 has ${type} in ${zones.slice(0, ZONES).join(', ')}`);
    }),
  ];
}

async function kafkaResults({ api, region }: AccountContext, versions: readonly string[]): Promise<CheckResult[]> {
  const known = await api.kafkaVersions();
  return versions.map((version) => {
    const found = known.find(({ Version }) => Version === version);
    if (!found) {
      return fail(`MSK in ${region} has no version ${version}`, 'use another `version` of the `Kafka`, from aws kafka list-kafka-versions');
    }
    return found.Status === 'DEPRECATED'
      ? warning(`MSK ${version} is deprecated`, 'use a newer `version` of the `Kafka`')
      : pass(`MSK has version ${version} in ${region}`);
  });
}
