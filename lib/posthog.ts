import { Annotations, RemovalPolicy, Resource, Token } from 'aws-cdk-lib/core';
import { Connections, IVpc, Port, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerInsights, ICluster, Secret } from 'aws-cdk-lib/aws-ecs';
import { IpAddressType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { Construct } from 'constructs';
import { PostHogIngressOptions } from './ingress/ingress-options';
import { PostHogIngress } from './ingress/posthog-ingress';
import { PostHogProcess } from './ingress/posthog-process';
import { NatMode } from './network/nat-mode';
import { PostHogNetwork } from './network/posthog-network';
import { at, rejected } from './private/errors';
import { isLookupPending } from './private/subnets';
import { isInEcr } from './release/container-image';
import { PostHogRelease } from './release/posthog-release';
import { AppSecrets, AppSecretsProps } from './services/app-secrets';
import { IPostHogService, PostHogService } from './services/posthog-service';
import { ProcessContext, ProcessDefinition } from './services/process-definition';
import { PROCESSES } from './services/processes';
import { PostHogServiceOptions } from './services/service-options';
import { ICache } from './stores/cache';
import { IClickHouse } from './stores/clickhouse';
import { IKafka } from './stores/kafka';
import { IObjectStorage } from './stores/object-storage';
import { IPostgres } from './stores/postgres';

/**
 * What a PostHog is made from.
 */
export interface PostHogProps extends PostHogIngressOptions, AppSecretsProps {
  /** The PostgreSQL server that PostHog keeps its own records in. */
  readonly postgres: IPostgres;
  /** The Valkey or Redis that its processes share. */
  readonly cache: ICache;
  /** The Kafka cluster that events pass through. */
  readonly kafka: IKafka;
  /** The ClickHouse that events are kept in. */
  readonly clickHouse: IClickHouse;
  /** The bucket for files and session recordings. */
  readonly objectStorage: IObjectStorage;
  /**
   * The VPC to run in, with two or more availability zones.
   *
   * @default - the VPC of `cluster`, or a new PostHogNetwork
   */
  readonly vpc?: IVpc;
  /**
   * The subnets for what runs.
   *
   * @default - the private subnets with egress of `vpc`, or the service subnets of the new network
   */
  readonly serviceSubnets?: SubnetSelection;
  /**
   * How the new network reaches the internet. Cannot be given together with `vpc` or `cluster`.
   *
   * @default NatMode.SINGLE
   */
  readonly nat?: NatMode;
  /**
   * The ECS cluster to run in.
   *
   * @default - a new one, with Container Insights
   */
  readonly cluster?: ICluster;
  /**
   * Which PostHog to run.
   *
   * @default PostHogRelease.V2026_09_11
   */
  readonly release?: PostHogRelease;
  /**
   * How single processes are run, where they differ from the default. The keys are names of processes, such as `PostHogProcess.WEB`.
   *
   * @default - every process as its definition says
   */
  readonly serviceOptions?: Record<string, PostHogServiceOptions>;
  /**
   * Further environment variables of the app: `web` and `worker`. Those that the library sets cannot be overridden.
   *
   * @default - none
   */
  readonly environment?: Record<string, string>;
  /**
   * Further environment variables of the app, `web` and `worker`, from Secrets Manager or Parameter Store. Those that the library sets
   * cannot be overridden.
   *
   * @default - none
   */
  readonly secrets?: Record<string, Secret>;
  /**
   * Whether PostHog reports its own usage and errors, with the values of local variables, to PostHog Inc.
   *
   * @default false
   */
  readonly telemetry?: boolean;
  /**
   * Whether a shell can be opened in running tasks, with `aws ecs execute-command`. Without NAT this takes an interface endpoint for
   * `ssmmessages` besides.
   *
   * @default false
   */
  readonly enableExecuteCommand?: boolean;
  /**
   * How long the logs of processes are kept.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
  /**
   * What happens to generated secrets and to the logs of processes when they are removed from the stack: RETAIN or DESTROY.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Whether the load balancer refuses to be deleted.
   *
   * @default - true, unless `removalPolicy` is DESTROY
   */
  readonly deletionProtection?: boolean;
}

const DEFAULTS = {
  release: PostHogRelease.V2026_09_11,
  telemetry: false,
  enableExecuteCommand: false,
  logRetention: RetentionDays.ONE_MONTH,
  removalPolicy: RemovalPolicy.RETAIN,
};

/** The processes that `environment` and `secrets` of the whole go to. */
const APP = [PostHogProcess.WEB, PostHogProcess.WORKER];

/**
 * A PostHog in your own account, behind a load balancer that ends TLS.
 *
 * It defines the way in (`ingress`), the processes that answer, their secrets and, where none are given, a network and an ECS cluster. The
 * stores are given.
 */
export class PostHog extends Construct {
  /** The way in. */
  public readonly ingress: PostHogIngress;
  /** The network; not there where a VPC was given. */
  public readonly network?: PostHogNetwork;
  /** The VPC that everything runs in. */
  public readonly vpc: IVpc;
  /** The ECS cluster. */
  public readonly cluster: ICluster;
  /** The address that visitors use, such as `https://posthog.example.com`. */
  public readonly url: string;

  private readonly services = new Map<PostHogProcess, PostHogService>();

  public constructor(scope: Construct, id: string, props: PostHogProps) {
    super(scope, id);
    at(this, () => checkProps(props));
    const removalPolicy = props.removalPolicy ?? DEFAULTS.removalPolicy;
    const release = props.release ?? DEFAULTS.release;
    if (release.floatingImages.length > 0) {
      Annotations.of(this).addWarningV2('cdk-posthog:PostHog.floatingImage',
        `what these images hold can change with every restart of a task: ${release.floatingImages.join(', ')}; name each by its digest (name@sha256:...)`);
    }

    if (props.nat === NatMode.NONE && !Object.values({ ...release.images }).every(isInEcr)) {
      Annotations.of(this).addWarningV2('cdk-posthog:PostHog.imagesOutOfReach',
        'without NAT, tasks can load images from ECR only; copy those of the release to ECR and name the copies with `release: PostHogRelease.of(...)`');
    }
    this.network = props.vpc || props.cluster ? undefined : new PostHogNetwork(this, 'Network', {
      nat: props.nat,
      publicLoadBalancer: props.publicLoadBalancer,
      dualStack: props.ipAddressType !== undefined && props.ipAddressType !== IpAddressType.IPV4,
    });
    this.vpc = props.vpc ?? props.cluster?.vpc ?? this.network!.vpc;
    this.cluster = props.cluster ?? new Cluster(this, 'Cluster', { vpc: this.vpc, containerInsightsV2: ContainerInsights.ENABLED });
    this.ingress = new PostHogIngress(this, 'Ingress', {
      ...props,
      vpc: this.vpc,
      loadBalancerSubnets: props.loadBalancerSubnets ?? this.network?.loadBalancerSubnets,
      deletionProtection: props.deletionProtection ?? removalPolicy !== RemovalPolicy.DESTROY,
    });
    this.url = this.ingress.url;

    const namespace = new PrivateDnsNamespace(this, 'Namespace', { vpc: this.vpc, name: `${props.domainName}.internal`, description: 'How the processes of PostHog find each other' });
    const context: ProcessContext = {
      ...props,
      secrets: new AppSecrets(this, 'Secrets', props, removalPolicy),
      telemetry: props.telemetry ?? DEFAULTS.telemetry,
      proxyEnvironment: this.ingress.environment,
      addressOf: (process) => `http://${process}.${namespace.namespaceName}:${definitionOf(process).http!.port}`,
    };
    const services = new Construct(this, 'Services');
    for (const definition of PROCESSES) {
      const { process } = definition;
      const options = props.serviceOptions?.[process] ?? {};
      this.services.set(process, new PostHogService(services, definition.id, {
        definition,
        options,
        settings: definition.settings(context),
        extras: APP.includes(process) ? [props, options] : [options],
        image: release.images[definition.image],
        cluster: this.cluster,
        vpc: this.vpc,
        subnets: props.serviceSubnets ?? this.network?.serviceSubnets ?? this.privateSubnets(),
        namespace: PROCESSES.some((other) => other.calls.includes(process)) ? namespace : undefined,
        logRetention: props.logRetention ?? DEFAULTS.logRetention,
        removalPolicy,
        enableExecuteCommand: props.enableExecuteCommand ?? DEFAULTS.enableExecuteCommand,
        route: (answering, targetGroup) => this.ingress.route(answering, targetGroup),
      }));
    }
    PROCESSES.forEach((definition) => this.connect(definition, context));
  }

  /**
   * One of the running processes.
   *
   * Throws where the process is not deployed.
   *
   * @param process the process
   */
  public service(process: PostHogProcess): IPostHogService {
    const service = this.services.get(process);
    if (!service) {
      throw rejected('process', `must be one of ${[...this.services.keys()].join(', ')}`, process);
    }
    return service;
  }

  /** The private subnets that the load balancer does not stand in, so that no task has an address that PostHog trusts; all, where it stands in all. */
  private privateSubnets(): SubnetSelection {
    const taken = this.ingress.subnets.map(({ subnetId }) => subnetId);
    const free = this.vpc.privateSubnets.filter(({ subnetId }) => !taken.includes(subnetId));
    if (free.length > 0 || isLookupPending(this.vpc)) {
      return { subnets: free };
    }
    Annotations.of(this).addWarningV2('cdk-posthog:PostHog.sharedSubnets',
      'the load balancer and the tasks share their subnets, so PostHog trusts what every task says about a visitor\'s address; ' +
      'give the load balancer small subnets of its own with `loadBalancerSubnets`');
    return { subnets: this.vpc.privateSubnets };
  }

  /** Opens the way from a process to what it uses, and to nothing else. */
  private connect(definition: ProcessDefinition, context: ProcessContext): void {
    const service = this.services.get(definition.process)!;
    for (const name of definition.stores) {
      const store = context[name];
      if ('connections' in store) {
        admit(service, store.connections, store.clientPorts, `from PostHog ${definition.process}`);
      }
    }
    if (definition.objects === 'read') {
      context.objectStorage.grantRead(service.taskDefinition.taskRole);
    } else if (definition.objects === 'read-write') {
      context.objectStorage.grantReadWrite(service.taskDefinition.taskRole);
    }
    for (const called of definition.calls) {
      this.services.get(called)!.connections.allowDefaultPortFrom(service, `from PostHog ${definition.process}`);
    }
  }
}

/**
 * Lets a process into a store.
 *
 * The rules are defined beside the process ("remote"): beside the store, a store in another stack would depend on this one.
 */
function admit(service: IPostHogService, store: Connections, ports: readonly number[], description: string): void {
  for (const securityGroup of store.securityGroups) {
    for (const peer of service.connections.securityGroups) {
      ports.forEach((port) => securityGroup.addIngressRule(peer, Port.tcp(port), description, true));
    }
  }
}

/** Whether two VPCs are certain to be two. */
function areKnownToDiffer(one: IVpc, other: IVpc): boolean {
  const both = [one, other];
  if (one === other || both.some(isLookupPending)) {
    return false;
  }
  const known = both.every((vpc) => !Token.isUnresolved(vpc.vpcId));
  // An id that is a token may be any VPC's, unless the VPC is defined here.
  return known ? one.vpcId !== other.vpcId : both.some((vpc) => Resource.isOwnedResource(vpc));
}

function definitionOf(process: PostHogProcess): ProcessDefinition {
  return PROCESSES.find((definition) => definition.process === process)!;
}

function checkProps(props: PostHogProps): void {
  const known = PROCESSES.map(({ process }) => process as string);
  const unknown = Object.keys(props.serviceOptions ?? {}).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw rejected('serviceOptions', `may name these processes: ${known.join(', ')}`, unknown);
  }
  const vpc = props.vpc ?? props.cluster?.vpc;
  if (props.nat && vpc) {
    throw rejected('nat', 'cannot be given with `vpc` or `cluster`: a VPC of your own has its own way to the internet', props.nat, 'leave it out');
  }
  if (props.vpc && props.cluster && areKnownToDiffer(props.vpc, props.cluster.vpc)) {
    throw rejected('vpc', 'must be the VPC of `cluster`', props.vpc.node.path, 'leave `vpc` out, or give a cluster in that VPC');
  }
  if (vpc && props.serviceSubnets && vpc.selectSubnets(props.serviceSubnets).subnets.some((subnet) => vpc.publicSubnets.includes(subnet))) {
    throw rejected('serviceSubnets', 'must be private: tasks have no public addresses, and reach nothing from a public subnet', props.serviceSubnets);
  }
  if (props.removalPolicy === RemovalPolicy.SNAPSHOT) {
    throw rejected('removalPolicy', 'must be RETAIN or DESTROY: of secrets and logs there are no snapshots', props.removalPolicy);
  }
  if (vpc && !props.serviceSubnets && !isLookupPending(vpc) && vpc.privateSubnets.length === 0) {
    throw rejected('vpc', 'must have private subnets with egress', vpc.node.path, 'add them, or name the subnets to run in with `serviceSubnets`');
  }
}
