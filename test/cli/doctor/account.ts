import { CERTIFICATE, DefinitionShape, DOMAIN, ELB, groupArn, ServiceShape } from './deployments';
import { Answers, Question, refusal } from './wire';
import { CloudFormationTemplate, logicalId, ofType } from '../../../cli/alb/template';

const BALANCER = `${ELB}:loadbalancer/app/PostHo-Ingre-1/1`;
const listenerArn = (port: number) => `${ELB}:listener/app/PostHo-Ingre-1/1/${port}`;
const serviceArn = (name: string) => `arn:aws:ecs:eu-central-1:111122223333:service/Analytics/${name}`;
const definitionArn = (name: string) => `arn:aws:ecs:eu-central-1:111122223333:task-definition/${name}`;

/** Few enough that there is more than one page. */
const RULES_A_PAGE = 6;
const RESOURCES_A_PAGE = 50;

interface Action {
  readonly Type: string;
  readonly TargetGroupArn?: unknown;
}

interface Rule {
  readonly Priority?: number;
  readonly ListenerArn: unknown;
  readonly Conditions: readonly object[];
  readonly Actions: readonly Action[];
  readonly Transforms?: readonly object[];
}

interface Listener {
  readonly Port: number;
  readonly Protocol: string;
  readonly SslPolicy?: string;
  readonly DefaultActions: readonly Action[];
  readonly ListenerAttributes?: readonly object[];
}

/** An account in which a template is deployed, as its APIs tell it. */
export function accountWith(template: CloudFormationTemplate): Answers {
  const listeners = ofType<Listener>(template, 'AWS::ElasticLoadBalancingV2::Listener');
  const services = ofType<ServiceShape>(template, 'AWS::ECS::Service');
  const definitions = new Map(ofType<DefinitionShape>(template, 'AWS::ECS::TaskDefinition'));
  const subnets = new Map(ofType<{ CidrBlock: string }>(template, 'AWS::EC2::Subnet'));
  const [[, balancer]] = ofType<{ Subnets: unknown[]; LoadBalancerAttributes: object[] }>(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
  const standsIn = balancer.Subnets.map((subnet) => logicalId(subnet)!);
  const rulesOf = (port: unknown) => {
    const [id, listener] = listeners.find(([, { Port }]) => listenerArn(Port) === port)!;
    const own = ofType<Rule>(template, 'AWS::ElasticLoadBalancingV2::ListenerRule').filter(([, rule]) => logicalId(rule.ListenerArn) === id);
    return [
      ...own.map(([name, { Priority, Conditions, Actions, Transforms }]) => ({
        RuleArn: `${listenerArn(listener.Port).replace(':listener/', ':listener-rule/')}/${name}`,
        Priority: String(Priority),
        Conditions,
        Actions: Actions.map(live),
        Transforms,
        IsDefault: false,
      })),
      { RuleArn: `${ELB}:listener-rule/default`, Priority: 'default', Conditions: [], Actions: listener.DefaultActions.map(live), IsDefault: true },
    ];
  };
  return {
    'cloudformation:ListStackResources': paged('StackResourceSummaries', 'NextToken', RESOURCES_A_PAGE, () => [
      ...Object.entries(template.Resources).map(([id, { Type }]) => ({
        LogicalResourceId: id,
        PhysicalResourceId: physicalId(id, Type),
        ResourceType: Type,
        ResourceStatus: 'CREATE_COMPLETE',
      })),
      { LogicalResourceId: 'Skipped', ResourceType: 'Custom::Other', ResourceStatus: 'CREATE_COMPLETE' },
    ]),
    'cloudwatch:DescribeAlarms': () => ({
      MetricAlarms: ofType<{ AlarmName: string }>(template, 'AWS::CloudWatch::Alarm').map(([, { AlarmName }]) => ({ AlarmName, StateValue: 'OK' })),
      CompositeAlarms: ofType<{ AlarmName: string }>(template, 'AWS::CloudWatch::CompositeAlarm').map(([, { AlarmName }]) => ({
        AlarmName,
        StateValue: 'OK',
        AlarmActions: ['arn:aws:sns:eu-central-1:111122223333:operators'],
      })),
    }),
    'elasticloadbalancing:DescribeLoadBalancers': ({ 'Names.member.1': name, 'LoadBalancerArns.member.1': arn }) =>
      name === 'PostHo-Ingre-1' || arn === BALANCER
        ? {
            LoadBalancers: [
              {
                LoadBalancerArn: BALANCER,
                LoadBalancerName: 'PostHo-Ingre-1',
                DNSName: 'posthog-1.eu-central-1.elb.amazonaws.com',
                Type: 'application',
                State: { Code: 'active' },
                AvailabilityZones: standsIn.map((SubnetId) => ({ SubnetId })),
              },
            ],
          }
        : refusal('LoadBalancerNotFound', `Load balancers '[${String(name ?? arn)}]' not found`),
    'elasticloadbalancing:DescribeLoadBalancerAttributes': () => ({ Attributes: balancer.LoadBalancerAttributes }),
    'elasticloadbalancing:DescribeListeners': () => ({
      Listeners: listeners.map(([, { Port, Protocol, SslPolicy }]) => ({
        ListenerArn: listenerArn(Port),
        Port,
        Protocol,
        SslPolicy,
        Certificates: SslPolicy ? [{ CertificateArn: CERTIFICATE }] : [],
      })),
    }),
    'elasticloadbalancing:DescribeListenerAttributes': ({ ListenerArn }) => ({
      Attributes: listeners.find(([, { Port }]) => listenerArn(Port) === ListenerArn)![1].ListenerAttributes ?? [],
    }),
    'elasticloadbalancing:DescribeListenerCertificates': () => ({ Certificates: [{ CertificateArn: CERTIFICATE, IsDefault: true }] }),
    'elasticloadbalancing:DescribeRules': paged('Rules', 'NextMarker', RULES_A_PAGE, ({ ListenerArn }) => rulesOf(ListenerArn)),
    'elasticloadbalancing:DescribeTargetGroups': () => ({
      TargetGroups: ofType<{ HealthCheckPath: string; Matcher: object }>(template, 'AWS::ElasticLoadBalancingV2::TargetGroup').map(
        ([id, { HealthCheckPath, Matcher }]) => ({
          TargetGroupArn: groupArn(id),
          TargetGroupName: id,
          HealthCheckProtocol: 'HTTP',
          HealthCheckPath,
          Matcher,
        }),
      ),
    }),
    'elasticloadbalancing:DescribeTargetHealth': () => ({
      TargetHealthDescriptions: [{ Target: { Id: '10.0.1.10', Port: 8000 }, TargetHealth: { State: 'healthy' } }],
    }),
    // A volume that has its declared size, in a stack of its own.
    'ec2:DescribeVolumes': () => ({
      volumeSet: [
        {
          volumeId: 'vol-1',
          size: 200,
          tagSet: [
            { key: 'cdk-posthog:volume', value: 'Stores/ClickHouse/Server1' },
            { key: 'aws:cloudformation:stack-name', value: 'Stores' },
            { key: 'aws:cloudformation:logical-id', value: 'Volume' },
          ],
        },
      ],
    }),
    'cloudformation:GetTemplate': () => ({
      TemplateBody: JSON.stringify({ Resources: { Volume: { Type: 'AWS::EC2::Volume', Properties: { Size: 200 } } } }),
    }),
    'ec2:DescribeSubnets': () => ({
      subnetSet: standsIn.map((id) => ({ subnetId: id, cidrBlock: subnets.get(id)!.CidrBlock, availabilityZone: 'eu-central-1a' })),
    }),
    'ecs:ListClusters': () => ({ clusterArns: ['Elsewhere', 'Analytics'].map((name) => `arn:aws:ecs:eu-central-1:111122223333:cluster/${name}`) }),
    'ecs:ListServices': ({ cluster }) => ({
      serviceArns: String(cluster).endsWith('/Analytics')
        ? services.map(([id]) => serviceArn(id))
        : Array.from({ length: 12 }, (_, i) => `${serviceArn('other')}${i}`),
    }),
    'ecs:DescribeServices': ({ services: wanted }) => ({
      services: (wanted as string[]).map((arn) => {
        const [id, service] = services.find(([name]) => serviceArn(name) === arn) ?? ['other'];
        const taskDefinition = definitionArn(`${service ? logicalId(service.TaskDefinition) : 'Other'}:1`);
        return {
          serviceArn: arn,
          serviceName: id,
          clusterArn: 'arn:aws:ecs:eu-central-1:111122223333:cluster/Analytics',
          taskDefinition,
          status: 'ACTIVE',
          desiredCount: 2,
          runningCount: 2,
          deployments: [{ status: 'PRIMARY', rolloutState: 'COMPLETED', runningCount: 2, taskDefinition }],
          loadBalancers: (service?.LoadBalancers ?? []).map(({ TargetGroupArn, ContainerName }) => ({
            targetGroupArn: groupArn(logicalId(TargetGroupArn)!),
            containerName: ContainerName,
          })),
          events: [{ message: '(service x) has reached a steady state.' }],
        };
      }),
    }),
    'ecs:DescribeTaskDefinition': ({ taskDefinition }) => {
      const name = String(taskDefinition).split('/').at(-1)!.split(':')[0];
      return {
        taskDefinition: {
          taskDefinitionArn: definitionArn(`${name}:1`),
          containerDefinitions: (definitions.get(name)?.ContainerDefinitions ?? []).map(({ Name, Image, Environment = [], Secrets = [] }) => ({
            name: Name,
            image: String(Image),
            environment: Environment.map((variable) => ({ name: variable.Name, value: String(variable.Value) })),
            secrets: Secrets.map((secret) => ({ name: secret.Name, valueFrom: 'arn' })),
          })),
        },
      };
    },
    'acm:DescribeCertificate': () => ({
      Certificate: {
        CertificateArn: CERTIFICATE,
        DomainName: DOMAIN,
        SubjectAlternativeNames: [DOMAIN],
        Status: 'ISSUED',
        NotAfter: Date.now() / 1000 + 200 * 86_400,
        RenewalEligibility: 'ELIGIBLE',
      },
    }),
  };
}

/** A list in pages, as the APIs tell where the next one begins. */
function paged(list: string, marker: 'NextToken' | 'NextMarker', size: number, all: (question: Question) => readonly object[]) {
  return (question: Question): object => {
    const from = Number(question[marker.replace('NextMarker', 'Marker')] ?? 0);
    const items = all(question);
    return { [list]: items.slice(from, from + size), ...(from + size < items.length ? { [marker]: String(from + size) } : {}) };
  };
}

function live({ TargetGroupArn, ...action }: Action): object {
  const arn = TargetGroupArn === undefined ? undefined : groupArn(logicalId(TargetGroupArn)!);
  return { ...action, TargetGroupArn: arn, ForwardConfig: arn && { TargetGroups: [{ TargetGroupArn: arn, Weight: 1 }] } };
}

function physicalId(id: string, type: string): string {
  switch (type) {
    case 'AWS::ElasticLoadBalancingV2::LoadBalancer':
      return BALANCER;
    case 'AWS::ElasticLoadBalancingV2::ListenerRule':
      return `${listenerArn(443).replace(':listener/', ':listener-rule/')}/${id}`;
    case 'AWS::ECS::Service':
      return serviceArn(id);
    default:
      return id;
  }
}
