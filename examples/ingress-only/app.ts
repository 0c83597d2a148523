import { App, Duration, Stack, StackProps } from 'aws-cdk-lib/core';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Cluster, ContainerImage, FargateService, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { ApplicationProtocol, ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { AppAccess, PostHogIngress, PostHogNetwork, PostHogProcess } from 'cdk-posthog';
import { Construct } from 'constructs';

/** Only the ingress, in front of your own ECS service: PostHog's bundled proxy, which routes to the processes itself. */
export class IngressOnlyStack extends Stack {
  public constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const network = new PostHogNetwork(this, 'Network');
    const ingress = new PostHogIngress(this, 'Ingress', {
      vpc: network.vpc,
      loadBalancerSubnets: network.loadBalancerSubnets,
      domainName: 'posthog.example.com',
      certificate: Certificate.fromCertificateArn(
        this,
        'Certificate',
        'arn:aws:acm:eu-central-1:111122223333:certificate/11111111-2222-3333-4444-555555555555',
      ),
      appAccess: AppAccess.fromCidrs(['203.0.113.0/24']),
    });

    const taskDefinition = new FargateTaskDefinition(this, 'Task', { cpu: 512, memoryLimitMiB: 1024 });
    taskDefinition.addContainer('proxy', {
      image: ContainerImage.fromRegistry('public.ecr.aws/docker/library/caddy:2.10-alpine'),
      portMappings: [{ containerPort: 80 }],
      // TRUSTED_PROXIES and the other proxy settings, for the Django behind this proxy.
      environment: ingress.proxyEnvironment,
    });
    const service = new FargateService(this, 'Service', {
      cluster: new Cluster(this, 'Cluster', { vpc: network.vpc }),
      taskDefinition,
      vpcSubnets: network.serviceSubnets,
      minHealthyPercent: 100,
    });
    const targetGroup = new ApplicationTargetGroup(this, 'Targets', {
      vpc: network.vpc,
      port: 80,
      protocol: ApplicationProtocol.HTTP,
      targets: [service],
      deregistrationDelay: Duration.seconds(30),
      healthCheck: { path: '/_livez' },
    });

    // One target group serves every process; each call adds the rules for that process's endpoints. Paths that the proxy might read differently from
    // the load balancer (`/e/../login`) are refused before all of them.
    for (const process of [
      PostHogProcess.WEB,
      PostHogProcess.CAPTURE,
      PostHogProcess.REPLAY_CAPTURE,
      PostHogProcess.FEATURE_FLAGS,
      PostHogProcess.HYPERCACHE_SERVER,
    ]) {
      ingress.route(process, targetGroup);
    }
  }
}

if (require.main === module) {
  new IngressOnlyStack(new App(), 'IngressOnly');
}
