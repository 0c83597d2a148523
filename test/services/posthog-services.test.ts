import { Template } from 'aws-cdk-lib/assertions';
import { AppAccess, EndpointGroup, PostHogProcess, PostHogSize, Product } from '../../lib';
import { imageNamed } from '../../lib/catalog/images';
import { portOf, ProcessDefinition } from '../../lib/catalog/process-definition';
import { definitionOf, PROCESSES } from '../../lib/catalog/processes';
import { each, those } from './each-process';
import { newPostHog, newStack } from '../helpers/stack';
import { attributes, containerOf, idOf, ofType, scalingOf, serviceOf, serviceResourceOf, targetGroupOf, taskOf } from '../helpers/template';

const stack = newStack();
const posthog = newPostHog(stack, { products: Object.values(Product) });
const template = Template.fromStack(stack);

describe('the task of every process', () => {
  test('is named after the process, and has one essential container', () => {
    const essential = (process: string) =>
      taskOf(template, process)[1]
        .ContainerDefinitions.filter(({ Essential }) => Essential)
        .map(({ Name }) => Name);
    expect(each(({ process }) => essential(process))).toEqual(each(({ process }) => [process]));
  });

  test('passes the stop signal to the process: by its own command, another entry point or an init process', () => {
    const found = each(({ process }) => {
      const { EntryPoint, LinuxParameters, StopTimeout } = containerOf(template, process);
      return { EntryPoint, init: LinuxParameters?.InitProcessEnabled, StopTimeout };
    });
    const expected = each(({ image, entryPoint, stopTimeout }) => {
      const { stopping } = imageNamed(image);
      return { EntryPoint: entryPoint ?? stopping.entryPoint, init: stopping.init || undefined, StopTimeout: stopTimeout };
    });
    expect(found).toEqual(expected);
  });

  test('has a container health check only if no load balancer checks it', () => {
    const checked = those(({ process }) => containerOf(template, process).HealthCheck);
    expect(checked).toEqual(those(({ http, probe }) => !http && probe));
    expect(containerOf(template, 'ingestion-general').HealthCheck).toMatchObject({ Interval: 15, Timeout: 10, Retries: 5 });
  });

  test('has no further container, except those that copy the GeoIP database', () => {
    const several = those(({ process }) => taskOf(template, process)[1].ContainerDefinitions.length > 1);
    expect(several).toEqual(those(({ geoIpFolder }) => geoIpFolder !== undefined));
    expect(several.length).toBeGreaterThan(0);
  });

  test('has the size SMALL on x86-64 Linux', () => {
    const found = each(({ process }) => {
      const { Cpu, Memory, RuntimePlatform } = taskOf(template, process)[1];
      return [Cpu, Memory, RuntimePlatform.CpuArchitecture, RuntimePlatform.OperatingSystemFamily];
    });
    const expected = each(({ process }) => {
      const { cpu, memoryLimitMiB } = definitionOf(process).sizes[PostHogSize.SMALL];
      return [String(cpu), String(memoryLimitMiB), 'X86_64', 'LINUX'];
    });
    expect(found).toEqual(expected);
  });

  test('logs to the log group of its product, under its name, without blocking; the group is retained, and keeps a month', () => {
    const logGroup = ({ process }: ProcessDefinition) => idOf(containerOf(template, process).LogConfiguration.Options['awslogs-group']);
    const groups = template.findResources('AWS::Logs::LogGroup') as Record<string, { Properties: Record<string, unknown>; DeletionPolicy: string }>;
    const found = each((definition) => {
      const group = groups[logGroup(definition)];
      return [containerOf(template, definition.process).LogConfiguration.Options.mode, group.Properties.RetentionInDays, group.DeletionPolicy];
    });
    expect(found).toEqual(each(() => ['non-blocking', 30, 'RetainExceptOnCreate']));
    expect(new Set(PROCESSES.map(logGroup)).size).toBe(Object.keys(Product).length + 1);
    const wrong = PROCESSES.filter((definition) => {
      const sharing = PROCESSES.filter((other) => logGroup(other) === logGroup(definition));
      return sharing.some(({ products }) => products?.[0] !== definition.products?.[0]);
    });
    expect(wrong).toEqual([]);
    const prefixes = PROCESSES.map(({ process }) => containerOf(template, process).LogConfiguration.Options['awslogs-stream-prefix']);
    expect(prefixes).toEqual(PROCESSES.map(({ process }) => process));
    expect(stack.resolve(posthog.service(PostHogProcess.WEB).logGroup.logGroupName)).toEqual({
      Ref: logGroup(PROCESSES.find(({ process }) => process === PostHogProcess.WEB)!),
    });
  });

  test('has the GeoIP database copied to a read-only volume by a container that starts first', () => {
    const { ContainerDefinitions, Volumes } = taskOf(template, 'plugins')[1];
    expect(ContainerDefinitions.find(({ Name }) => Name === 'geoip')).toMatchObject({
      EntryPoint: ['/bin/sh', '-c'],
      Command: ['cp /app/share/GeoLite2-City.mmdb /share/ && chmod a+r /share/*'],
      Essential: false,
      User: '0',
      MountPoints: [{ ContainerPath: '/share', ReadOnly: false, SourceVolume: 'geoip' }],
    });
    expect(containerOf(template, 'plugins')).toMatchObject({
      DependsOn: [{ ContainerName: 'geoip', Condition: 'SUCCESS' }],
      MountPoints: [{ ContainerPath: '/share', ReadOnly: true, SourceVolume: 'geoip' }],
    });
    expect(Volumes).toEqual([{ Name: 'geoip' }]);
  });
});

describe('the service of every process', () => {
  test('is private, in the service subnets', () => {
    const found = each(({ process }) => {
      const { AssignPublicIp, Subnets } = serviceOf(template, process).NetworkConfiguration.AwsvpcConfiguration;
      return [AssignPublicIp, ...Subnets.map((subnet) => idOf(subnet).replace(/(\d)Subnet.*/, '$1'))];
    });
    expect(found).toEqual(each(() => ['DISABLED', 'PostHogNetworkVpcServiceSubnet1', 'PostHogNetworkVpcServiceSubnet2']));
  });

  test('is deployed without a gap unless it can run once only, is rolled back on failure, is spread over zones and passes on its tags', () => {
    const found = each(({ process }) => {
      const { DeploymentConfiguration, EnableExecuteCommand, LaunchType, ...service } = serviceOf(template, process);
      const { AvailabilityZoneRebalancing, PropagateTags, EnableECSManagedTags } = service as unknown as Record<string, unknown>;
      return [DeploymentConfiguration, AvailabilityZoneRebalancing, PropagateTags, EnableECSManagedTags, LaunchType, EnableExecuteCommand];
    });
    const circuitBreaker = { DeploymentCircuitBreaker: { Enable: true, Rollback: true } };
    const startsFirst = [{ MinimumHealthyPercent: 100, MaximumPercent: 200, ...circuitBreaker }, 'ENABLED'];
    const stopsFirst = [{ MinimumHealthyPercent: 0, MaximumPercent: 100, ...circuitBreaker }, 'DISABLED'];
    expect(found).toEqual(each(({ single }) => [...(single ? stopsFirst : startsFirst), 'SERVICE', true, undefined, false]));
  });

  test('is a target of the load balancer exactly if clients reach the process', () => {
    const targets = each(({ process }) =>
      (serviceOf(template, process).LoadBalancers ?? []).map(({ ContainerName, ContainerPort }) => `${ContainerName}:${ContainerPort}`),
    );
    expect(targets).toEqual(each(({ process, http }) => (http ? [`${process}:${http.port}`] : [])));
    expect(each(({ process }) => Boolean(posthog.service(process).targetGroup))).toEqual(each(({ http }) => Boolean(http)));
    expect(each(({ process }) => serviceOf(template, process).HealthCheckGracePeriodSeconds)).toEqual(
      each(({ http }) => http?.healthCheckGracePeriod),
    );
  });

  test('opens one port at most: the one that clients or other processes connect to', () => {
    expect(each(({ process }) => containerOf(template, process).PortMappings?.map(({ ContainerPort }) => ContainerPort))).toEqual(
      each((definition) => (portOf(definition) === undefined ? undefined : [portOf(definition)])),
    );
  });

  test('has a target group with the health check and the drain time of its process', () => {
    const found = each(({ process }) => {
      const group = targetGroupOf(template, process);
      const { 'deregistration_delay.timeout_seconds': delay, 'stickiness.enabled': sticky } = attributes(group?.TargetGroupAttributes ?? []);
      return group && [group.Protocol, group.TargetType, group.HealthCheckPath, group.HealthCheckPort, group.UnhealthyThresholdCount, delay, sticky];
    });
    const expected = each(({ http }) => {
      const { path, port, unhealthyThreshold } = http?.healthCheck ?? {};
      return http && ['HTTP', 'ip', path, port?.toString(), unhealthyThreshold, String(http.deregistrationDelay), 'false'];
    });
    expect(found).toEqual(expected);
  });

  test('scales on CPU, and on requests if it has a target group; otherwise it has a fixed number of tasks', () => {
    const found = each(({ process }) => {
      const scaling = scalingOf(template, process);
      const metrics = scaling?.policies.map(({ TargetTrackingScalingPolicyConfiguration: policy }) => [
        policy.PredefinedMetricSpecification?.PredefinedMetricType,
        policy.TargetValue,
      ]);
      return [serviceOf(template, process).DesiredCount, scaling?.target.MinCapacity, scaling?.target.MaxCapacity, metrics];
    });
    const expected = each(({ process, http }) => {
      const { minTasks, maxTasks } = definitionOf(process).sizes[PostHogSize.SMALL];
      const cpu = ['ECSServiceAverageCPUUtilization', 60];
      const requests = http ? [['ALBRequestCountPerTarget', http.requestsPerTarget]] : [];
      return minTasks === maxTasks ? [minTasks, undefined, undefined, undefined] : [undefined, minTasks, maxTasks, [cpu, ...requests]];
    });
    expect(found).toEqual(expected);
    expect(each(({ process }) => posthog.service(process).scaling !== undefined)).toEqual(
      each(({ process }) => scalingOf(template, process) !== undefined),
    );
  });

  test('starts after the processes that it waits for, and after no other service', () => {
    const services = ofType(template, 'AWS::ECS::Service').map(([id]) => id);
    const found = each(({ process }) => (serviceResourceOf(template, process)[1].DependsOn ?? []).filter((id) => services.includes(id)));
    expect(found).toEqual(each(({ startsAfter = [] }) => startsAfter.map((other) => serviceResourceOf(template, other.process)[0]).sort()));
  });

  test('starts after its cluster has its capacity provider, so that it is deleted first', () => {
    const [[association, { Properties }]] = ofType(template, 'AWS::ECS::ClusterCapacityProviderAssociations');
    expect(Properties).toMatchObject({ CapacityProviders: ['FARGATE', 'FARGATE_SPOT'], DefaultCapacityProviderStrategy: [] });
    expect(each(({ process }) => serviceResourceOf(template, process)[1].DependsOn?.includes(association))).toEqual(each(() => true));
    expect(each(({ process }) => serviceOf(template, process).CapacityProviderStrategy)).toEqual(
      each(() => [{ CapacityProvider: 'FARGATE', Weight: 1 }]),
    );
  });
});

describe('service discovery', () => {
  const registered = ofType<{ Name: string; DnsConfig: { DnsRecords: unknown } }>(template, 'AWS::ServiceDiscovery::Service').map(
    ([, { Properties }]) => Properties,
  );

  test('has a name for each process that another one calls, and for no other', () => {
    expect(registered.map(({ Name }) => Name).sort()).toEqual([
      'browserless',
      'capture',
      'cymbal',
      'cymbal-resolution',
      'feature-flags',
      'personhog-replica',
      'personhog-router',
      'plugins',
      'recording-api',
      'replay-capture',
      'temporal',
      'web',
    ]);
    expect(those(({ process }) => serviceOf(template, process).ServiceRegistries?.length === 1)).toEqual(registered.map(({ Name }) => Name).sort());
  });

  test('caches addresses and missing names for ten seconds', () => {
    expect(registered.map(({ DnsConfig }) => DnsConfig.DnsRecords)).toEqual(registered.map(() => [{ TTL: 10, Type: 'A' }]));
    const [[id, { Properties }]] = ofType(template, 'AWS::ServiceDiscovery::PrivateDnsNamespace');
    expect(Properties).toMatchObject({ Name: 'stack-posthog-c18fa0be.internal', Properties: { DnsProperties: { SOA: { TTL: 10 } } } });
    expect(stack.resolve(posthog.cloudMapNamespace.namespaceId)).toEqual({ 'Fn::GetAtt': [id, 'Id'] });
  });
});

test('a process whose endpoints are all closed has no target group, and ECS checks its health', () => {
  const other = newStack();
  const closed = newPostHog(other, { appAccess: AppAccess.nobody(), products: undefined });
  const without = Template.fromStack(other);
  const unreachable = [PostHogProcess.PLUGINS, PostHogProcess.LIVESTREAM];
  expect(unreachable.map((process) => closed.service(process).targetGroup)).toEqual([undefined, undefined]);
  expect(unreachable.flatMap((process) => serviceOf(without, process).LoadBalancers ?? [])).toEqual([]);
  expect(unreachable.map((process) => serviceOf(without, process).HealthCheckGracePeriodSeconds)).toEqual([undefined, undefined]);
  expect(JSON.stringify(containerOf(without, 'plugins').HealthCheck)).toContain('/_ready');
  expect(scalingOf(without, 'plugins')?.policies).toHaveLength(1);
  expect(closed.service(PostHogProcess.CAPTURE).targetGroup).toBeDefined();
});

test('a group of public endpoints gives its process a target group although the app is closed', () => {
  const opened = newPostHog(newStack(), {
    appAccess: AppAccess.nobody(),
    products: undefined,
    publicEndpointGroups: [EndpointGroup.INBOUND_WEBHOOKS],
  });
  expect(opened.service(PostHogProcess.PLUGINS).targetGroup).toBeDefined();
});

describe('what PostHog creates for its services can be reached', () => {
  const ref = (id: string) => stack.resolve(id) as unknown;
  const secrets = ofType<{ Description?: string }>(template, 'AWS::SecretsManager::Secret');

  test('`appSecrets` has every secret of the app', () => {
    const { secretKey, jwtSigningKey, encryptionSaltKeys, internalApiSecret, internalRequestToken, browserlessToken } = posthog.appSecrets;
    const found = [secretKey, jwtSigningKey, encryptionSaltKeys, internalApiSecret, internalRequestToken, browserlessToken].map(({ secretArn }) => {
      const [, resource] = secrets.find(([id]) => id === idOf(ref(secretArn)))!;
      return resource.Properties.Description?.split(': ')[1];
    });
    expect(found).toEqual([
      'SECRET_KEY',
      'JWT_SIGNING_KEY',
      'ENCRYPTION_SALT_KEYS',
      'INTERNAL_API_SECRET',
      'INTERNAL_REQUEST_TOKEN',
      'BROWSERLESS_TOKEN',
    ]);
    expect(ofType(template, 'Custom::PostHogRsaKey').map(([id]) => id)).toEqual([idOf(ref(posthog.appSecrets.oidcRsaPrivateKey.secretArn))]);
    const { flagsSecretKeys, temporalSecretKey } = posthog.appSecrets;
    expect(ofType(template, 'Custom::PostHogFernetKey').map(([id]) => id)).toEqual(
      [flagsSecretKeys, temporalSecretKey].map(({ secretArn }) => idOf(ref(secretArn))),
    );
  });

  test('`symbolSetKeys` and `fileDownloadsRole` are those of their products, and undefined without them', () => {
    expect(secrets.map(([id]) => id)).toContain(idOf(ref(posthog.symbolSetKeys!.secretArn)));
    expect(ofType(template, 'AWS::IAM::Role').map(([id]) => id)).toContain(idOf(ref(posthog.fileDownloadsRole!.roleArn)));
    const few = newPostHog(newStack());
    expect([few.symbolSetKeys, few.fileDownloadsRole]).toEqual([undefined, undefined]);
  });

  test('the migration has its task definition', () => {
    expect(posthog.migration.taskDefinition.findContainer('migrate')).toBeDefined();
  });
});

test('`posthog.services` has the services of all deployed processes', () => {
  expect(posthog.services.map(({ process }) => process)).toEqual(PROCESSES.map(({ process }) => process));
  expect(newPostHog(newStack()).services.map(({ process }) => process)).not.toContain(PostHogProcess.PLUGINS);
});
