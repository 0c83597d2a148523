import { ContainerInstance } from '@aws-sdk/client-ecs';
import { Instance } from '@aws-sdk/client-ec2';
import { Aws } from './aws';
import { Host, HostRegistration, Service } from './deployment';
import { orUnavailable } from '../../aws/aws-error';
import { isUnavailable, Loaded } from '../../aws/loaded';

/** The attribute of a host that has a trunk network interface (Amazon ECS Developer Guide, "Elastic network interface trunking"). */
const TRUNK = 'ecs.awsvpc-trunk-id';

/** Tags of instances that Auto Scaling and EC2 set. */
const TAGS = { group: 'aws:autoscaling:groupName', template: 'aws:ec2launchtemplate:id', version: 'aws:ec2launchtemplate:version' };

/** Describes the EC2 hosts of services: the instances of the groups of their capacity providers; undefined if there are no such groups. */
export async function describeHosts(aws: Aws, services: Loaded<readonly Service[]>): Promise<Loaded<readonly Host[]> | undefined> {
  if (isUnavailable(services)) {
    return undefined;
  }
  const names = [...new Set(services.flatMap(({ capacityProviders = [] }) => capacityProviders))];
  const clusters = [...new Set(services.filter(({ capacityProviders = [] }) => capacityProviders.length > 0).map(({ cluster }) => cluster))];
  return names.length === 0 ? undefined : orUnavailable(hostsOf(aws, names, clusters));
}

async function hostsOf(aws: Aws, names: readonly string[], clusters: readonly string[]): Promise<Host[] | undefined> {
  const providers = await aws.capacityProviders(names);
  const groups = providers.flatMap(({ autoScalingGroupProvider }) => autoScalingGroupProvider?.autoScalingGroupArn?.split('/').at(-1) ?? []);
  if (groups.length === 0) {
    return undefined;
  }
  const [instances, ...registered] = await Promise.all([
    aws.instancesOfGroups(groups),
    ...clusters.map((cluster) => aws.containerInstances(cluster)),
  ]);
  const registrations = new Map(registered.flat().map((one) => [one.ec2InstanceId, registrationOf(one)]));
  const templates = [...new Set(instances.flatMap((instance) => tagOf(instance, TAGS.template) ?? []))];
  const newest = new Map((await newestVersions(aws, templates)).map(({ id, version }) => [id, version]));
  return instances.map((instance) => {
    const template = tagOf(instance, TAGS.template);
    const latest = template === undefined ? undefined : newest.get(template);
    return {
      instance: instance.InstanceId ?? '',
      group: tagOf(instance, TAGS.group) ?? '',
      launched: instance.LaunchTime,
      outdated: latest !== undefined && String(latest) !== tagOf(instance, TAGS.version),
      registration: registrations.get(instance.InstanceId),
    };
  });
}

async function newestVersions(aws: Aws, templates: readonly string[]): Promise<{ readonly id?: string; readonly version?: number }[]> {
  const found = templates.length === 0 ? [] : await aws.launchTemplates(templates);
  return found.map(({ LaunchTemplateId: id, LatestVersionNumber: version }) => ({ id, version }));
}

function registrationOf({ status = '', statusReason, agentConnected, attributes = [], capacityProviderName }: ContainerInstance): HostRegistration {
  return {
    status,
    reason: statusReason,
    agentConnected: agentConnected ?? false,
    trunk: attributes.some(({ name, value }) => name === TRUNK && value),
    provider: capacityProviderName,
  };
}

function tagOf({ Tags = [] }: Instance, key: string): string | undefined {
  return Tags.find(({ Key }) => Key === key)?.Value;
}
