/** The explanation of a problem: a fix, and the page that says more. */
export interface Explanation {
  readonly fix: string;
  /** A page of the documentation with its anchor, from the root of the package. */
  readonly page: string;
}

/** A kind of problem, by the text of AWS or of the migration. */
interface Known extends Explanation {
  readonly pattern: RegExp;
  /** The page of AWS that has the text, or the file of this package that writes it. */
  readonly source: string;
}

const ECS_MESSAGES = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html';
const ECS_STOPPED = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html';
const CLOUDFORMATION = 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html';

/** The known problems. The first whose pattern matches explains a text, so the narrower ones come first. */
export const KNOWN: readonly Known[] = [
  {
    pattern: /the migration to PostHog .* failed: .*(CannotPullContainer|pull image manifest)/s,
    fix: 'check that the image exists, and that the subnets of the services reach its registry',
    page: 'docs/upgrades.md#troubleshooting',
    source: 'lib/migration/functions/migration-result.ts',
  },
  {
    pattern: /the migration to PostHog .* failed|^migration: /s,
    fix: 'fix what the last lines of its log say, and deploy again: completed migrations are skipped',
    page: 'docs/upgrades.md#troubleshooting',
    source: 'lib/migration/functions/conclude.lambda.ts',
  },
  {
    pattern: /WaitCondition timed out/i,
    fix: 'the migration took longer than its `timeout`: raise it, or its `cpu` and `memoryLimitMiB`',
    page: 'docs/upgrades.md#first-deployment',
    source: CLOUDFORMATION,
  },
  {
    pattern: /reached the limit on the number of (vCPUs|tasks) you can run concurrently|configuration is above your limit/i,
    fix: 'request more vCPUs of Fargate: npx cdk-posthog preflight prints the command; ECS goes on by itself once they are granted',
    page: 'docs/deploy.md#quotas-of-a-new-account',
    source: ECS_MESSAGES,
  },
  {
    pattern: /VcpuLimitExceeded|more vCPU capacity than your current vCPU limit/i,
    fix: 'request more vCPUs of EC2: npx cdk-posthog preflight prints the command',
    page: 'docs/deploy.md#quotas-of-a-new-account',
    source: 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html',
  },
  {
    pattern: /Capacity is unavailable at this time/i,
    fix: 'Fargate has no capacity in these zones now: wait, or deploy again later',
    page: 'docs/troubleshooting.md#services-do-not-start',
    source: ECS_MESSAGES,
  },
  {
    pattern: /unable to place a task.*Internal error/i,
    fix: 'a subnet can be in a zone without Fargate: choose other zones for the network',
    page: 'docs/troubleshooting.md#services-do-not-start',
    source: ECS_MESSAGES,
  },
  {
    pattern: /(toomanyrequests|429 Too Many Requests|pull rate limit)/i,
    fix: 'Docker Hub allows no more anonymous pulls from the address of the NAT gateway: pull through ECR, or with an account (`registryCredentials`)',
    page: 'docs/images.md#pull-with-an-account',
    source: 'https://docs.docker.com/docker-hub/usage/',
  },
  {
    pattern: /CannotPull(Container|Image)|pull image manifest/i,
    fix: 'check that the image exists, and that the subnets of the services reach its registry through NAT or endpoints',
    page: 'docs/releases.md#copy-images-to-ecr',
    source: ECS_STOPPED,
  },
  {
    pattern: /ResourceInitializationError/i,
    fix: 'check that the subnets of the services reach Secrets Manager, ECR and CloudWatch Logs, and that the secrets exist',
    page: 'docs/troubleshooting.md#services-do-not-start',
    source: ECS_STOPPED,
  },
  {
    pattern: /OutOfMemory|ended with 137/i,
    fix: 'raise `memoryLimitMiB` of the process',
    page: 'docs/scale.md#memory',
    source: ECS_STOPPED,
  },
  {
    pattern: /is unhealthy in|failed (container|ELB) health checks|health checks failed/i,
    fix: 'read the log of the process, and whether it reaches its data stores',
    page: 'docs/troubleshooting.md#services-do-not-start',
    source: ECS_MESSAGES,
  },
  {
    pattern: /ECS Deployment Circuit Breaker|tasks failed to start|unable to consistently start tasks|Essential container in task exited/i,
    fix: 'read the log of the process: its last lines say why it stops',
    page: 'docs/troubleshooting.md#services-do-not-start',
    source: ECS_MESSAGES,
  },
  {
    pattern: /Received \d+ (SUCCESS|FAILURE) signal|Failed to receive \d+ resource signal/i,
    fix: 'read the console output of the instance: aws ec2 get-console-output --instance-id ...',
    page: 'docs/instances.md#interruptions',
    source: CLOUDFORMATION,
  },
  {
    pattern: /service.linked role/i,
    fix: 'create the service-linked role: npx cdk-posthog preflight prints the command, then deploy again',
    page: 'docs/command-line.md#preflight',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html',
  },
  {
    pattern: /already exists|already in use by|ConflictException/i,
    fix: 'an earlier try left a resource of this name behind: npx cdk-posthog preflight prints the command that removes it',
    page: 'docs/command-line.md#preflight',
    source: CLOUDFORMATION,
  },
  {
    pattern: /multiple attributes of the cluster|cannot be associated with more than one load balancer|contains registered instances/i,
    fix: 'AWS refuses this update: npx cdk-posthog preflight says what to change instead',
    page: 'docs/command-line.md#preflight',
    source: 'cli/updates/rules.ts',
  },
  {
    pattern: /LimitExceeded|limit exceeded|quota|maximum number of/i,
    fix: 'raise the quota: npx cdk-posthog preflight prints the command',
    page: 'docs/deploy.md#quotas-of-a-new-account',
    source: CLOUDFORMATION,
  },
  {
    pattern: /PostHogDeploymentCheck|the deployment check/i,
    fix: 'PostHog refuses events or its app is not ready: the text says which, with the next step',
    page: 'docs/deploy.md#check-a-deployment',
    source: 'lib/operations/deployment-check/deployment-check.lambda.ts',
  },
  {
    pattern: /AccessDenied|not authorized to perform|UnauthorizedOperation/i,
    fix: 'allow the action to the role that CloudFormation uses, which `npx cdk bootstrap` created',
    page: 'docs/troubleshooting.md#before-anything-is-created',
    source: CLOUDFORMATION,
  },
];

/** Explains a problem; undefined if it is unknown. */
export function explain(problem: string): Explanation | undefined {
  return KNOWN.find(({ pattern }) => pattern.test(problem));
}
