import { RemovalPolicy } from 'aws-cdk-lib/core';
import { ISecurityGroup, ISubnet, IVpc, Port } from 'aws-cdk-lib/aws-ec2';
import { CpuArchitecture, ICluster } from 'aws-cdk-lib/aws-ecs';
import { ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { IGrantable, IRole } from 'aws-cdk-lib/aws-iam';
import { LogGroupClass, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct, IDependable } from 'constructs';
import { Discovery } from './discovery';
import { Capacity, capacityProviderOf, providerAssociations } from './service/capacity';
import { PostHogService, PostHogServiceProps } from './service/posthog-service';
import { LoadBalancerOfRoute, ServiceRoute } from './service/service-route';
import { ServiceGroups, StoreClients } from './service/security-groups';
import { ServiceLogs } from './service/service-logs';
import { notDeployed, PostHogServiceOptions } from './service/service-options';
import { ExtraSettings, mergeSettings, ServiceRoles } from './service/service-task';
import { settingsContext, SettingsOfStores } from './settings/settings-context';
import { GEOIP_IMAGE, ImageName } from '../catalog/images';
import { prefixesOf, RECORDINGS_PREFIX } from '../catalog/object-prefixes';
import { PostHogProcess } from '../catalog/posthog-process';
import { PostHogSize } from '../catalog/posthog-size';
import { privateHostName, ProcessContext } from '../catalog/process-context';
import { callsOf, portOf, ProcessDefinition } from '../catalog/process-definition';
import { PROCESSES } from '../catalog/processes';
import { withPath } from '../private/errors';
import { ProcessSettings } from '../private/process-settings';
import { Stores } from '../stores/posthog-stores';

/** The ingress, as far as services use it. */
export interface ServicesIngress {
  /** The load balancer, which checks the health of tasks. */
  readonly loadBalancer: LoadBalancerOfRoute;
  /** Routes the endpoints of a process to a target group. */
  route(process: PostHogProcess, targetGroup: ApplicationTargetGroup): void;
  /** Returns whether `route()` adds a listener rule for a process. */
  _canReach(process: PostHogProcess): boolean;
  /** Refuses requests to the endpoints of a process that is not deployed. */
  _refuse(process: PostHogProcess): void;
}

/** The construct id of the target groups of the app's own load balancer. */
const APP_TARGETS = 'AppTargets';

/** The release, as far as services use it. */
export interface ServicesRelease {
  /** Returns the image of a process. Throws if the release has none. */
  _imageOf(process: string, name: ImageName): string;
  /** Returns the CPU architecture of tasks. Throws if the release has no images for the requested one. */
  _architectureFor(requested: CpuArchitecture | undefined, prop: string): CpuArchitecture;
}

/** Properties for `PostHogServices`. */
export interface PostHogServicesProps extends Pick<PostHogServiceProps, 'addProxy' | 'registryCredentials'> {
  readonly definitions: readonly ProcessDefinition[];
  readonly stores: Stores;
  /** The settings context without the data stores and the deployed processes, which this construct adds. */
  readonly context: Omit<ProcessContext, keyof SettingsOfStores | 'fileDownloadsRole' | 'isDeployed' | 'imageOf' | 'endpointOf'>;
  /** The role that processes with file downloads assume; undefined without batch exports. */
  readonly fileDownloadsRole?: IRole;
  readonly release: ServicesRelease;
  readonly size: PostHogSize;
  readonly capacity: Capacity;
  /** The default CPU architecture. */
  readonly cpuArchitecture: CpuArchitecture;
  /** Options for single processes, one entry at most for each. */
  readonly serviceOptions?: readonly PostHogServiceOptions[];
  /** Additional settings of the user for the app: Django's processes. */
  readonly appExtras: ExtraSettings;
  readonly ingress: ServicesIngress;
  /** The ingress of the app, if it has a load balancer of its own. */
  readonly appIngress?: ServicesIngress;
  /** The construct id of the target groups of `ingress`. */
  readonly targetGroupId: string;
  readonly discovery: Discovery;
  readonly cluster: ICluster;
  readonly vpc: IVpc;
  readonly subnets: readonly ISubnet[];
  readonly logRetention: RetentionDays;
  /** The class of the processes' log groups; undefined for Standard. */
  readonly logGroupClass?: LogGroupClass;
  readonly removalPolicy: RemovalPolicy;
  readonly enableExecuteCommand: boolean;
}

/** The settings and the access of a process, for tasks that run in its place. */
export interface ProcessAccess {
  /** The settings, without those that depend on the size of its tasks. */
  readonly settings: ProcessSettings;
  /** The security groups that give access to data stores and other processes. */
  readonly securityGroups: ISecurityGroup[];
}

/** All PostHog services with their security groups: each can reach its data stores and the services it calls, nothing else. */
export class PostHogServices extends Construct {
  /** The context that processes take their settings from. */
  public readonly context: ProcessContext;

  private readonly services = new Map<PostHogProcess, PostHogService>();
  private readonly access = new Map<PostHogProcess, ProcessAccess>();

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: PostHogServicesProps,
  ) {
    super(scope, id);
    const { definitions, stores, release, discovery, capacity, serviceOptions = [] } = props;
    // Every process that can be called is registered, even without its callers: Cloud Map refuses to delete a service while ECS still deregisters
    // tasks from it (aws/containers-roadmap#1746), and a later deployment could not create it again.
    const called = new Set(PROCESSES.flatMap(callsOf));
    const byProcess = new Map(definitions.map((definition) => [definition.process, definition]));
    this.context = {
      ...props.context,
      ...settingsContext(stores),
      fileDownloadsRole: props.fileDownloadsRole,
      isDeployed: (process) => byProcess.has(process),
      imageOf: (process) => release._imageOf(process, byProcess.get(process)!.image),
      endpointOf: (process) => ({ host: privateHostName(process, discovery.domain), port: portOf(byProcess.get(process)!)! }),
    };
    const clients = new StoreClients(this, 'Clients', { vpc: props.vpc, stores });
    const groups = new ServiceGroups(this, 'SecurityGroups', props.vpc);
    const roles = new ServiceRoles(this, 'Roles');
    const logs = new ServiceLogs(this, 'Logs', {
      retention: props.logRetention,
      removalPolicy: props.removalPolicy,
      logGroupClass: props.logGroupClass,
    });
    for (const definition of definitions) {
      const { process } = definition;
      const index = serviceOptions.findIndex((other) => other.process === process);
      const options: Omit<PostHogServiceOptions, 'process'> = index === -1 ? {} : serviceOptions[index];
      const settings = withPath(scope, () => definition.settings(this.context));
      const extras = definition.appEnvironment ? [props.appExtras, options] : [options];
      const securityGroup = groups.of(definition, release._imageOf(process, definition.image));
      const clientGroups = clients.of(definition.stores);
      this.services.set(
        process,
        new PostHogService(this, definition.id, {
          ...props,
          definition,
          size: definition.sizes[props.size],
          options,
          // Errors about settings and options name props of `PostHog`, so they get its path.
          cpuArchitecture: withPath(scope, () =>
            release._architectureFor(options.cpuArchitecture ?? props.cpuArchitecture, `serviceOptions[${index}].cpuArchitecture`),
          ),
          settings,
          capacityProvider: capacityProviderOf(definition, capacity),
          extras,
          image: release._imageOf(process, definition.image),
          geoIpImage: definition.geoIpFolder && release._imageOf(process, GEOIP_IMAGE),
          kafka: stores.kafka,
          securityGroup,
          clientGroups,
          roles,
          logGroup: logs.of(definition),
          opensObjects: definition.objects !== undefined || this.prefixOf(definition) !== undefined,
          routes: this.routesOf(definition),
          discovery: called.has(process) ? discovery : undefined,
        }),
      );
      this.access.set(process, { settings: mergeSettings(settings, extras), securityGroups: [securityGroup, ...clientGroups] });
    }
    PROCESSES.filter(({ process }) => !byProcess.has(process)).forEach(({ process }) =>
      this.ingresses.forEach(([, ingress]) => ingress._refuse(process)),
    );
    definitions.forEach((definition) => this.connect(definition));
    definitions.forEach((definition) => this.grantSingleLogin(definition));
    roles.close();
    if (capacity.fargateProviders) {
      this.startAfter(providerAssociations(props.cluster));
    }
  }

  /** All services in the order of their definitions. */
  public get all(): PostHogService[] {
    return [...this.services.values()];
  }

  /** Returns the service of a process; undefined if it is not deployed. */
  public find(process: PostHogProcess): PostHogService | undefined {
    return this.services.get(process);
  }

  /** Returns the settings and the access of a process; undefined if it is not deployed. */
  public accessOf(process: PostHogProcess): ProcessAccess | undefined {
    return this.access.get(process);
  }

  /**
   * Returns the service of a process.
   *
   * Throws if the process is not deployed.
   */
  public of(process: PostHogProcess): PostHogService {
    const service = this.find(process);
    if (!service) {
      throw notDeployed('process', process, [...this.services.keys()]);
    }
    return service;
  }

  /** Makes all services wait for a dependency before they start tasks. */
  public startAfter(gate: IDependable): void {
    this.services.forEach((service) => service.startAfter(gate));
  }

  /** The ingresses, each with the construct id of its target groups: one belongs to one load balancer only. */
  private get ingresses(): [targetGroupId: string, ingress: ServicesIngress][] {
    const { ingress, appIngress, targetGroupId } = this.props;
    return [[targetGroupId, ingress], ...(appIngress ? ([[APP_TARGETS, appIngress]] as [string, ServicesIngress][]) : [])];
  }

  /** Returns the routes by which clients reach a process: one for each load balancer that forwards to it. */
  private routesOf({ process, http }: ProcessDefinition): ServiceRoute[] {
    return this.ingresses
      .filter(([, ingress]) => http !== undefined && ingress._canReach(process))
      .map(([targetGroupId, ingress]) => ({
        targetGroupId,
        loadBalancer: ingress.loadBalancer,
        route: (targetGroup) => ingress.route(process, targetGroup),
      }));
  }

  /** Returns the prefix that a process's access to objects is limited to; undefined if it can access all objects or none. */
  private prefixOf({ objectsWith }: ProcessDefinition): string | undefined {
    return objectsWith && this.context.isDeployed(objectsWith.process) ? objectsWith.prefix : undefined;
  }

  private grantObjects({ process, objects }: ProcessDefinition, role: IGrantable): void {
    const { objectStorage } = this.props.stores;
    for (const prefix of prefixesOf(process) ?? [undefined]) {
      const below = prefix === RECORDINGS_PREFIX ? objectStorage.recordingsPrefix : prefix;
      if (objects === 'read') {
        objectStorage.grantRead(role, below);
      } else if (objects === 'read-write') {
        objectStorage.grantReadWrite(role, below);
      }
    }
  }

  /** Lets tasks that a deployment replaces start with the login that they had: roles change before tasks do, and a migration is between. */
  private grantSingleLogin(definition: ProcessDefinition): void {
    const postgres = this.props.stores.postgres._singleLogin;
    const role = this.services.get(definition.process)!.taskDefinition.executionRole;
    if (postgres && role) {
      const { secrets } = definition.settings({ ...this.context, postgres });
      Object.values(secrets).forEach((secret) => secret.grantRead(role));
    }
  }

  /** Grants a process access to the objects and the processes that it uses, and makes it start after those that it waits for. */
  private connect(definition: ProcessDefinition): void {
    const service = this.services.get(definition.process)!;
    this.grantObjects(definition, service.taskDefinition.taskRole);
    if (definition.fileDownloads) {
      this.props.fileDownloadsRole?.grantAssumeRole(service.taskDefinition.taskRole);
    }
    const prefix = this.prefixOf(definition);
    if (prefix !== undefined) {
      this.props.stores.objectStorage.grantReadWrite(service.taskDefinition.taskRole, prefix);
    }
    for (const called of callsOf(definition)) {
      this.services.get(called)?.connections.allowDefaultPortFrom(service, `from PostHog ${definition.process}`);
    }
    for (const { process } of definition.startsAfter ?? []) {
      const first = this.services.get(process);
      if (first) {
        service.startAfter(first.started);
      }
    }
    const { healthCheck } = definition.http ?? {};
    if (healthCheck?.port !== undefined) {
      for (const { loadBalancer } of this.routesOf(definition)) {
        service.connections.allowFrom(loadBalancer, Port.tcp(healthCheck.port), 'load balancer health checks');
      }
    }
  }
}

/** Returns the images of processes, without duplicates. */
export function imagesOf(definitions: readonly ProcessDefinition[], release: ServicesRelease): string[] {
  const images = definitions.flatMap(({ process, image, geoIpFolder }) => {
    const names = geoIpFolder === undefined ? [image] : [image, GEOIP_IMAGE];
    return names.map((name) => release._imageOf(process, name));
  });
  return [...new Set(images)];
}
