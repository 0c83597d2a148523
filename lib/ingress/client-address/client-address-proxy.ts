import { Duration, Fn, Token, Tokenization } from 'aws-cdk-lib/core';
import {
  ContainerDefinition,
  ContainerDependencyCondition,
  LoadBalancerTargetOptions,
  LogDriver,
  NetworkMode,
  TaskDefinition,
} from 'aws-cdk-lib/aws-ecs';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { AddressProxy } from './client-address';
import { BETWEEN_BLOCKS, CLIENT_ADDRESS_CONTAINER, CLIENT_ADDRESS_PORT, nginxConfig, nginxScript } from './nginx-config';
import { HTTP_SERVERS } from '../../catalog/http-servers';
import { PostHogProcess } from '../../catalog/posthog-process';
import { CLIENT_ADDRESS_SIDECAR } from '../../catalog/sidecars';
import { containerImage } from '../../private/container-image';
import { sidecarSize } from '../../private/sidecar-size';
import { secret } from '../../private/checks/cdk';
import { Checks, checkStruct, construct, objectWith, required } from '../../private/checks/check';
import { durationBetween, oneOf, wholeNumber } from '../../private/checks/values';
import { knownSeconds } from '../../private/quantities';
import { invalidValue } from '../../private/errors';

/**
 * Options for the nginx sidecar that verifies client IP addresses.
 */
export interface ClientAddressProxyOptions {
  /** The port of the process. */
  readonly upstreamPort: number;
  /**
   * The process. For `PostHogProcess.WEB`, nginx reads request bodies to their end before it forwards them, and refuses those over 22 MB: clients
   * that send slowly cannot hold the connections of the app.
   *
   * @default - any process: bodies of up to 64 MB are streamed
   */
  readonly process?: PostHogProcess;
  /**
   * The container of the process. nginx starts after it, and stops before it.
   *
   * @default - the task definition's default container
   */
  readonly upstreamContainer?: ContainerDefinition;
  /**
   * The time for running requests to end when the task stops, from 2 to 120 seconds.
   *
   * @default Duration.seconds(30)
   */
  readonly stopTimeout?: Duration;
  /**
   * The log driver for nginx's errors.
   *
   * @default - errors are not logged
   */
  readonly logging?: LogDriver;
  /**
   * The secret with the credentials for Docker Hub, which nginx's default image is on: the keys `username` and `password`. The execution role can
   * read it.
   *
   * @default - the image is pulled anonymously
   */
  readonly registryCredentials?: ISecret;
}

const PORT_RULE = `must be a port from 1 to 65535, and not ${CLIENT_ADDRESS_PORT}, which nginx takes`;

const CHECKS: Checks<ClientAddressProxyOptions> = {
  upstreamPort: required(wholeNumber(1, 65_535, PORT_RULE), 'the port of the process'),
  process: oneOf(PostHogProcess),
  upstreamContainer: objectWith('a container of the task definition', ['containerName', 'taskDefinition']),
  // The maximum of Fargate: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html (stopTimeout).
  stopTimeout: durationBetween(Duration.seconds(2), Duration.seconds(120), 'from 2 to 120 seconds'),
  logging: objectWith('a LogDriver', ['bind'], 'use LogDrivers.awsLogs(), for example'),
  registryCredentials: secret,
};

const taskDefinitionCheck = construct('a task definition', ['addContainer', 'networkMode']);

/** A folder of the image that every user can write to. A read-only root with a volume would not work: on Fargate, root owns volumes. */
const FOLDER = '/tmp';

/** The user `nginx` of nginx's images. */
const USER = '101';

/** The time in which nginx closes the requests that are still running, so that it is never killed. */
const SECONDS_TO_CLOSE = 5;

const DEFAULT_STOP_TIMEOUT = Duration.seconds(30);

/**
 * Adds the nginx sidecar to a task definition, and returns the target for the load balancer.
 *
 * @param proxy the sidecar
 * @param trustedCidrs the CIDR blocks of the trusted proxies, in one list for each load balancer
 * @param taskDefinition the task definition
 * @param options the container and port that nginx forwards to
 */
export function addProxy(
  proxy: AddressProxy,
  trustedCidrs: readonly (readonly string[])[],
  taskDefinition: TaskDefinition,
  options: ClientAddressProxyOptions,
): LoadBalancerTargetOptions {
  taskDefinitionCheck('taskDefinition', taskDefinition);
  checkStruct('options', options, CHECKS);
  const { upstreamPort, process, upstreamContainer = taskDefinition.defaultContainer, stopTimeout = DEFAULT_STOP_TIMEOUT, logging } = options;
  check(taskDefinition, upstreamPort);
  if (!upstreamContainer) {
    throw invalidValue('taskDefinition', 'must have the container of the process', taskDefinition, 'add that container first');
  }
  const container = taskDefinition.addContainer(CLIENT_ADDRESS_CONTAINER, {
    image: containerImage(taskDefinition, 'ClientAddressRepository', proxy.image, options.registryCredentials),
    ...sidecarSize(taskDefinition, CLIENT_ADDRESS_SIDECAR),
    user: USER,
    entryPoint: ['/bin/sh', '-c'],
    command: [nginxScript(FOLDER)],
    environment: {
      NGINX_CONF: nginxConfig({
        listen: String(CLIENT_ADDRESS_PORT),
        upstream: `127.0.0.1:${Tokenization.stringifyNumber(upstreamPort)}`,
        trusted: [...trustedCidrs, proxy.cdnCidrs].flatMap(blocks),
        drainSeconds: Math.max((knownSeconds('stopTimeout', stopTimeout) ?? DEFAULT_STOP_TIMEOUT.toSeconds()) - SECONDS_TO_CLOSE, 1),
        folder: FOLDER,
        bufferedBodies: process && HTTP_SERVERS[process]?.bufferedBodies,
      }),
    },
    portMappings: [{ containerPort: CLIENT_ADDRESS_PORT }],
    stopTimeout,
    logging,
  });
  container.addContainerDependencies({ container: upstreamContainer, condition: ContainerDependencyCondition.START });
  return { containerName: CLIENT_ADDRESS_CONTAINER, containerPort: CLIENT_ADDRESS_PORT };
}

function check(taskDefinition: TaskDefinition, upstreamPort: number): void {
  if (taskDefinition.networkMode !== NetworkMode.AWS_VPC) {
    throw invalidValue(
      'taskDefinition',
      'must have the network mode awsvpc, in which the containers of a task share 127.0.0.1',
      taskDefinition.networkMode,
    );
  }
  if (taskDefinition.findContainer(CLIENT_ADDRESS_CONTAINER)) {
    throw invalidValue('taskDefinition', `must not have a container named ${CLIENT_ADDRESS_CONTAINER} yet`, taskDefinition);
  }
  if (upstreamPort === CLIENT_ADDRESS_PORT) {
    throw invalidValue('upstreamPort', PORT_RULE, upstreamPort);
  }
}

/** Returns the items of a list. A list that is a token is one item, which CloudFormation joins. */
function blocks(cidrs: readonly string[]): string[] {
  return Token.isUnresolved(cidrs) ? [Fn.join(BETWEEN_BLOCKS, [...cidrs])] : [...cidrs];
}
