import { Port } from 'aws-cdk-lib/aws-ec2';
import { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct, IDependable } from 'constructs';
import { CapacityGroups } from './capacity/capacity-groups';
import { capacityPlan, isGroup } from './capacity/capacity-plan';
import { providerAssociations } from './capacity/provider-strategy';
import { PostHogServicesProps, ProcessAccess, ServicesIngress, ServicesRelease } from './posthog-services-props';
import { placeProcesses, ServicePlan } from './service-plan';
import { PostHogService } from './service/posthog-service';
import { ServiceRoute } from './service/service-route';
import { ServiceGroups, StoreClients } from './service/security-groups';
import { ServiceLogs } from './service/service-logs';
import { notDeployed } from './service/service-options';
import { ServiceRoles } from './service/service-roles';
import { mergeSettings } from './service/service-task';
import { settingsContext } from './settings/settings-context';
import { GEOIP_IMAGE } from '../catalog/images';
import { prefixesOf, RECORDINGS_PREFIX } from '../catalog/object-prefixes';
import { PostHogProcess } from '../catalog/posthog-process';
import { privateHostName, ProcessContext } from '../catalog/process-context';
import { callsOf, portOf, ProcessDefinition } from '../catalog/process-definition';
import { PROCESSES } from '../catalog/processes';
import { withPath } from '../private/errors';

/** The construct id of the target groups of the app's own load balancer. */
const APP_TARGETS = 'AppTargets';

/** All PostHog services with their security groups: each can reach its data stores and the services it calls, nothing else. */
export class PostHogServices extends Construct {
  /** The context that processes take their settings from. */
  public readonly context: ProcessContext;
  /** The groups of instances that they run on; none on Fargate. */
  public readonly capacityGroups?: CapacityGroups;

  private readonly services = new Map<PostHogProcess, PostHogService>();
  private readonly access = new Map<PostHogProcess, ProcessAccess>();

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: PostHogServicesProps,
  ) {
    super(scope, id);
    const { definitions, stores, release, discovery } = props;
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
    // Errors about settings and options name props of `PostHog`, so they get its path.
    const plans = withPath(scope, () => placeProcesses(props, this.node.path, (definition) => this.hasProxy(definition)));
    this.capacityGroups = withPath(scope, () => this.defineGroups(plans));
    for (const plan of plans) {
      const { definition, options } = plan;
      const { process } = definition;
      const settings = withPath(scope, () => definition.settings(this.context));
      const extras = definition.appEnvironment ? [props.appExtras, options] : [options];
      const securityGroup = groups.of(definition, release._imageOf(process, definition.image));
      const clientGroups = clients.of(definition.stores);
      this.services.set(
        process,
        new PostHogService(this, definition.id, {
          ...props,
          ...plan,
          settings,
          capacity: capacityPlan(definition, plan.capacity, {
            fargateProviders: props.fargateProviders,
            providerOf: (capacity) => capacity._settings.providerName ?? this.capacityGroups!.providerOf(capacity),
          }),
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
    if (props.fargateProviders) {
      this.startAfter(providerAssociations(props.cluster));
    }
    plans
      .filter(({ capacity }) => isGroup(capacity))
      .forEach(({ definition }) => this.services.get(definition.process)!.startAfter(this.capacityGroups!.ready));
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

  /** Defines the groups of instances, and makes the services in them wait for the first instance. */
  private defineGroups(plans: readonly ServicePlan[]): CapacityGroups | undefined {
    const processes = plans.filter(({ capacity }) => isGroup(capacity));
    if (processes.length === 0) {
      return undefined;
    }
    const { cluster, vpc, subnets, size, capacity } = this.props;
    return new CapacityGroups(this, 'Capacity', { cluster, vpc, subnets, size, byDefault: capacity, processes });
  }

  /** Returns whether an nginx that verifies addresses forwards the requests of a process. */
  private hasProxy(definition: ProcessDefinition): boolean {
    return this.props.addProxy !== undefined && this.routesOf(definition).length > 0;
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
