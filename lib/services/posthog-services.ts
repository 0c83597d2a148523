import { RemovalPolicy } from 'aws-cdk-lib/core';
import { IVpc, Port, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { CpuArchitecture, ICluster } from 'aws-cdk-lib/aws-ecs';
import { IGrantable } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { INamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { Construct, IDependable } from 'constructs';
import { PostHogIngress } from '../ingress/posthog-ingress';
import { prefixesOf, RECORDINGS_PREFIX } from '../catalog/object-prefixes';
import { PostHogProcess } from '../catalog/posthog-process';
import { PostHogProps } from '../posthog-props';
import { withPath } from '../private/errors';
import { architectureFor } from '../release/architecture';
import { PostHogImages } from '../release/posthog-images';
import { PostHogRelease } from '../release/posthog-release';
import { FILE_DOWNLOADS_PROCESSES } from './file-downloads';
import { PostHogService } from './service/posthog-service';
import { portOf, ProcessContext, ProcessDefinition } from './process-definition';
import { PostHogSize, sizeOf } from './process-size';
import { ServiceGroups } from './service/service-groups';
import { ServiceRoles } from './service/service-roles';
import { StoreClients } from './service/security-groups';

/** The environment of the services. */
export interface ServiceContext {
  readonly definitions: readonly ProcessDefinition[];
  /** The settings context without the deployed processes, which this construct adds. */
  readonly context: Omit<ProcessContext, 'isDeployed' | 'imageOf' | 'endpointOf'>;
  readonly release: PostHogRelease;
  /** The default CPU architecture. */
  readonly cpuArchitecture: CpuArchitecture;
  readonly ingress: PostHogIngress;
  /** The namespace for service discovery. */
  readonly namespace: INamespace;
  readonly cluster: ICluster;
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

const DEFAULTS = { size: PostHogSize.SMALL, spot: false, enableExecuteCommand: false };

/** The image that the GeoIP database is copied from. Every Rust image holds it; this one belongs to every release with processes that need it. */
const GEOIP_IMAGE: keyof PostHogImages = 'capture';

/** The processes that get `environment` and `secrets` of `PostHog`. */
const APP = [PostHogProcess.WEB, PostHogProcess.WORKER, PostHogProcess.TEMPORAL_DJANGO_WORKER, PostHogProcess.TEMPORAL_BATCH_EXPORTS_WORKER];

/** All PostHog services with service discovery and security groups: each can reach its data stores and the services it calls, nothing else. */
export class PostHogServices extends Construct {
  /** The context that processes take their settings from. */
  public readonly context: ProcessContext;

  private readonly services = new Map<PostHogProcess, PostHogService>();

  public constructor(
    scope: Construct,
    id: string,
    props: PostHogProps,
    private readonly dependencies: ServiceContext,
  ) {
    super(scope, id);
    const { definitions, release, ingress, namespace, cluster, vpc, subnets, logRetention, removalPolicy } = dependencies;
    const byProcess = new Map(definitions.map((definition) => [definition.process, definition]));
    this.context = {
      ...dependencies.context,
      isDeployed: (process) => byProcess.has(process),
      imageOf: (process) => release._imageOf(process, byProcess.get(process)!.image),
      endpointOf: (process) => ({ host: `${process}.${namespace.namespaceName}`, port: portOf(byProcess.get(process)!)! }),
    };
    const clients = new StoreClients(this, 'Clients', { vpc, stores: this.context });
    const groups = new ServiceGroups(this, 'SecurityGroups', vpc);
    const roles = new ServiceRoles(this, 'Roles');
    const called = new Set(definitions.flatMap(callsOf));
    const addressProxy = props.clientAddress?._proxy;
    for (const definition of definitions) {
      const { process } = definition;
      const options = props.serviceOptions?.[process] ?? {};
      this.services.set(
        process,
        new PostHogService(this, definition.id, {
          definition,
          size: sizeOf(process, props.size ?? DEFAULTS.size),
          options,
          cpuArchitecture: withPath(scope, () =>
            architectureFor(release, options.cpuArchitecture ?? dependencies.cpuArchitecture, `serviceOptions['${process}'].cpuArchitecture`),
          ),
          reachable: definition.http !== undefined && ingress._canReach(process),
          spot: (props.spot ?? DEFAULTS.spot) && definition.interruptible === true,
          // Errors about missing settings name props of `PostHog`, so they get its path.
          settings: withPath(scope, () => definition.settings(this.context)),
          extras: APP.includes(process) ? [props, options] : [options],
          image: release._imageOf(process, definition.image),
          geoIpImage: definition.geoIpFolder && release._imageOf(process, GEOIP_IMAGE),
          kafka: this.context.kafka,
          cluster,
          vpc,
          subnets,
          securityGroup: groups.of(definition),
          clientGroups: clients.of(definition.stores),
          roles,
          opensObjects: definition.objects !== undefined || this.prefixOf(definition) !== undefined,
          namespace: called.has(process) ? namespace : undefined,
          logRetention,
          removalPolicy,
          enableExecuteCommand: props.enableExecuteCommand ?? DEFAULTS.enableExecuteCommand,
          route: (answering, targetGroup) => ingress.route(answering, targetGroup),
          addProxy: addressProxy && ((taskDefinition, proxied) => ingress.addClientAddressProxy(taskDefinition, proxied)),
        }),
      );
    }
    if (!byProcess.has(PostHogProcess.CAPTURE_AI)) {
      ingress._refuse(PostHogProcess.CAPTURE_AI);
    }
    definitions.forEach((definition) => this.connect(definition));
  }

  /** The processes that run. */
  public get processes(): PostHogProcess[] {
    return [...this.services.keys()];
  }

  /** All services in the order of their definitions. */
  public get all(): PostHogService[] {
    return [...this.services.values()];
  }

  /** Returns the service of a process; undefined if it is not deployed. */
  public find(process: PostHogProcess): PostHogService | undefined {
    return this.services.get(process);
  }

  /** Makes all services wait for a dependency before they start tasks. */
  public startAfter(gate: IDependable): void {
    this.services.forEach((service) => service.startAfter(gate));
  }

  /** Returns the prefix that a process's access to objects is limited to; undefined if it can access all objects or none. */
  private prefixOf({ objectsWith }: ProcessDefinition): string | undefined {
    return objectsWith && this.context.isDeployed(objectsWith.process) ? objectsWith.prefix : undefined;
  }

  private grantObjects({ process, objects }: ProcessDefinition, role: IGrantable): void {
    const { objectStorage } = this.context;
    for (const prefix of prefixesOf(process) ?? [undefined]) {
      const below = prefix === RECORDINGS_PREFIX ? objectStorage.recordingsPrefix : prefix;
      if (objects === 'read') {
        objectStorage.grantRead(role, below);
      } else if (objects === 'read-write') {
        objectStorage.grantReadWrite(role, below);
      }
    }
  }

  /** Grants a process access to the objects and the processes that it uses, and makes it start after those that it needs. */
  private connect(definition: ProcessDefinition): void {
    const service = this.services.get(definition.process)!;
    this.grantObjects(definition, service.taskDefinition.taskRole);
    if (FILE_DOWNLOADS_PROCESSES.includes(definition.process)) {
      this.context.fileDownloadsRole?.grantAssumeRole(service.taskDefinition.taskRole);
    }
    const prefix = this.prefixOf(definition);
    if (prefix !== undefined) {
      this.context.objectStorage.grantReadWrite(service.taskDefinition.taskRole, prefix);
    }
    for (const called of callsOf(definition)) {
      this.services.get(called)?.connections.allowDefaultPortFrom(service, `from PostHog ${definition.process}`);
    }
    // ECS fails a deployment whose tasks stop because a process that they need is not available yet.
    definition.needs.forEach((needed) => service.startAfter(this.services.get(needed)!.started));
    definition.after?.forEach((first) => {
      const other = this.services.get(first);
      if (other) {
        service.startAfter(other.started);
      }
    });
    const { healthCheck } = definition.http ?? {};
    if (service.targetGroup && healthCheck?.port !== undefined) {
      service.connections.allowFrom(this.dependencies.ingress.loadBalancer, Port.tcp(healthCheck.port), 'load balancer health checks');
    }
  }
}

/** Returns the images of processes, without duplicates. */
export function imagesOf(definitions: readonly ProcessDefinition[], release: PostHogRelease): string[] {
  const images = definitions.flatMap(({ process, image, geoIpFolder }) => {
    const names = geoIpFolder === undefined ? [image] : [image, GEOIP_IMAGE];
    return names.map((name) => release._imageOf(process, name));
  });
  return [...new Set(images)];
}

/** Returns all processes that a process calls, deployed or not, without duplicates. */
function callsOf({ needs, calls }: ProcessDefinition): PostHogProcess[] {
  return [...new Set([...needs, ...calls])];
}
