import { Annotations, RemovalPolicy } from 'aws-cdk-lib/core';
import { Connections, IConnectable, IVpc, Port, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerInsights, ICluster } from 'aws-cdk-lib/aws-ecs';
import { IpAddressType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { Construct, IDependable } from 'constructs';
import { PostHogIngress } from './ingress/posthog-ingress';
import { PostHogProcess } from './ingress/posthog-process';
import { NatMode } from './network/nat-mode';
import { PostHogNetwork } from './network/posthog-network';
import { checkProps, managesTopics, PostHogProps } from './posthog-props';
import { PostHogStores } from './posthog-stores';
import { warnOfFloating } from './private/container-image';
import { isInEcr } from './private/ecr';
import { at, rejected } from './private/errors';
import { isLookupPending } from './private/subnets';
import { PostHogRelease } from './release/posthog-release';
import { AppSecrets } from './services/app-secrets';
import { IPostHogService, PostHogService } from './services/posthog-service';
import { ProcessContext, ProcessDefinition } from './services/process-definition';
import { PROCESSES } from './services/processes';
import { TopicsTask, TopicsTaskProps } from './services/topics/topics-task';
import { ICache } from './stores/cache';
import { IClickHouse } from './stores/clickhouse';
import { IKafka } from './stores/kafka-client';
import { IObjectStorage } from './stores/object-storage';
import { IPostgres } from './stores/postgres';

const DEFAULTS = {
  release: PostHogRelease.V2026_09_11,
  telemetry: false,
  enableExecuteCommand: false,
  logRetention: RetentionDays.ONE_MONTH,
  removalPolicy: RemovalPolicy.RETAIN,
  topicPartitions: 6,
};

/** The processes that `environment` and `secrets` of the whole go to. */
const APP = [PostHogProcess.WEB, PostHogProcess.WORKER];

/**
 * A PostHog in your own account, behind a load balancer that ends TLS.
 *
 * It defines the way in (`ingress`), the processes that answer, their secrets and, where none are given, a network, an ECS cluster and the
 * stores.
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

  /** The PostgreSQL server that PostHog keeps its own records in. */
  public readonly postgres: IPostgres;
  /** The Valkey or Redis that its processes share. */
  public readonly cache: ICache;
  /** The Kafka cluster that events pass through. */
  public readonly kafka: IKafka;
  /** The ClickHouse that events are kept in. */
  public readonly clickHouse: IClickHouse;
  /** The bucket for files and session recordings. */
  public readonly objectStorage: IObjectStorage;

  private readonly services = new Map<PostHogProcess, PostHogService>();

  public constructor(scope: Construct, id: string, props: PostHogProps) {
    super(scope, id);
    at(this, () => checkProps(props));
    const removalPolicy = props.removalPolicy ?? DEFAULTS.removalPolicy;
    const release = props.release ?? DEFAULTS.release;
    const addressProxy = props.clientAddress?._proxy;
    const images = [...Object.values({ ...release.images }), ...addressProxy ? [addressProxy.image] : []];
    warnOfFloating(this, 'PostHog', images, 'restart of a task');
    const outOfReach = props.nat === NatMode.NONE ? images.filter((image) => !isInEcr(image)) : [];
    if (outOfReach.length > 0) {
      Annotations.of(this).addWarningV2('cdk-posthog:PostHog.imagesOutOfReach',
        `without NAT, tasks can load images from ECR only, and these are not there: ${outOfReach.join(', ')}; copy them to ECR and name the copies with ` +
        '`release: PostHogRelease.of(...)`, and that of nginx with `clientAddress: ClientAddress.verified({ image })`');
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
    const logRetention = props.logRetention ?? DEFAULTS.logRetention;
    const subnets = props.serviceSubnets ?? this.network?.serviceSubnets ?? this.privateSubnets();
    const stores = new PostHogStores(this, 'Stores', props, {
      vpc: this.vpc, storeSubnets: props.storeSubnets ?? this.network?.storeSubnets, serviceSubnets: subnets, release, logRetention, removalPolicy: props.removalPolicy,
    });
    ({ postgres: this.postgres, cache: this.cache, kafka: this.kafka, clickHouse: this.clickHouse, objectStorage: this.objectStorage } = stores);
    const context: ProcessContext = {
      ...stores,
      secrets: new AppSecrets(this, 'Secrets', props, removalPolicy),
      telemetry: props.telemetry ?? DEFAULTS.telemetry,
      proxyEnvironment: this.ingress.environment,
      addressOf: (process) => `http://${process}.${namespace.namespaceName}:${definitionOf(process).http!.port}`,
    };
    const services = new Construct(this, 'Services');
    // Those that are given may be made in this deployment, too.
    const standing = [stores, ...[this.postgres, this.cache, this.kafka, this.clickHouse, this.objectStorage].filter((store) => Construct.isConstruct(store))];
    const topics = this.defineTopics(props, standing, { subnets, logRetention, removalPolicy });
    for (const definition of PROCESSES) {
      const { process } = definition;
      const options = props.serviceOptions?.[process] ?? {};
      this.services.set(process, new PostHogService(services, definition.id, {
        definition,
        options,
        settings: definition.settings(context),
        extras: APP.includes(process) ? [props, options] : [options],
        image: at(this, () => release._imageOf(process, definition.image)),
        cluster: this.cluster,
        vpc: this.vpc,
        subnets,
        namespace: PROCESSES.some((other) => other.calls.includes(process)) ? namespace : undefined,
        logRetention,
        removalPolicy,
        enableExecuteCommand: props.enableExecuteCommand ?? DEFAULTS.enableExecuteCommand,
        route: (answering, targetGroup) => this.ingress.route(answering, targetGroup),
        addProxy: addressProxy && ((taskDefinition, proxied) => this.ingress.addClientAddressProxy(taskDefinition, proxied)),
      }));
    }
    PROCESSES.forEach((definition) => this.connect(definition, context));
    // Whoever asks for a name that is not there yet may remember for a quarter of an hour that it is not.
    this.services.forEach(({ service }) => service.node.addDependency(...standing, ...topics));
  }

  private defineTopics(props: PostHogProps, standing: readonly IDependable[], run: Pick<TopicsTaskProps, 'subnets' | 'logRetention' | 'removalPolicy'>): TopicsTask[] {
    if (!managesTopics(props)) {
      return [];
    }
    const topics = new TopicsTask(this, 'Topics', {
      ...run, kafka: this.kafka, busyPartitions: props.topicPartitions ?? DEFAULTS.topicPartitions, cluster: this.cluster, vpc: this.vpc,
    });
    admit(topics, this.kafka.connections, this.kafka.clientPorts, 'from the task that makes topics');
    topics.runAfter(...standing);
    return [topics];
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
function admit(service: IConnectable, store: Connections, ports: readonly number[], description: string): void {
  for (const securityGroup of store.securityGroups) {
    for (const peer of service.connections.securityGroups) {
      ports.forEach((port) => securityGroup.addIngressRule(peer, Port.tcp(port), description, true));
    }
  }
}

function definitionOf(process: PostHogProcess): ProcessDefinition {
  return PROCESSES.find((definition) => definition.process === process)!;
}
