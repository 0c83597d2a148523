import { CfnParameter, Stack, Token } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { ApplicationListener, ApplicationLoadBalancer, IpAddressType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { HostedZone, IHostedZone, PrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { AppAccess, DomainNameOptions, PostHogIngressProps, TrustedProxies } from '../../lib';
import { newIngress, newVpc, zone } from './fixtures';
import { CloudFormationTemplate } from '../../cli/alb/template';
import { trace } from '../../cli/ingress/request-trace';
import { answerOf } from '../../cli/routes/routes';
import { ingressesOf } from '../../cli/template/template-ingress';
import { certificate, environmentOf, newPostHog, newStack, only } from '../helpers/stack';

const RECORD = 'AWS::Route53::RecordSet';
const CERTIFICATE = 'AWS::CertificateManager::Certificate';
const LISTENER_CERTIFICATE = 'AWS::ElasticLoadBalancingV2::ListenerCertificate';
const ARN = 'arn:aws:acm:eu-central-1:111122223333:certificate/';

interface Resource {
  readonly Properties: Readonly<Record<string, unknown>>;
}

function ingressIn(stack: Stack, props: Partial<PostHogIngressProps>) {
  return newIngress(stack, { appAccess: AppAccess.nobody(), ...props });
}

function synth(props: (stack: Stack) => Partial<PostHogIngressProps>): Template {
  const stack = newStack();
  ingressIn(stack, props(stack));
  return Template.fromStack(stack);
}

function otherZone(stack: Stack, zoneName = 'example.org'): IHostedZone {
  return HostedZone.fromHostedZoneAttributes(stack, `Zone-${zoneName}`, { hostedZoneId: 'ZOTHER', zoneName });
}

function given(stack: Stack, name: string) {
  return Certificate.fromCertificateArn(stack, `Certificate-${name}`, `${ARN}${name}`);
}

function values(template: Template, type: string, property: string): unknown[] {
  return Object.values(template.findResources(type)).map((resource) => (resource as Resource).Properties[property]);
}

/** The names of the records, each with its zone. */
function records(template: Template): unknown[] {
  return Object.values(template.findResources(RECORD)).map((resource) => {
    const { Name, HostedZoneId, Type } = (resource as Resource).Properties;
    return [Name, HostedZoneId, Type].join(' ');
  });
}

const NAMES: Pick<PostHogIngressProps, 'additionalDomainNames' | 'ingestionDomainNames'> = {
  additionalDomainNames: [{ domainName: 'analytics.example.com' }],
  ingestionDomainNames: [{ domainName: 't.example.com' }],
};

describe('records of further host names', () => {
  test('are created in the zone of the primary name if that contains them, and in their own zones', () => {
    const template = synth((stack) => ({
      domainZone: zone(stack),
      ...NAMES,
      ingestionDomainNames: [{ domainName: 't.example.org', domainZone: otherZone(stack) }],
    }));
    expect(records(template).sort()).toEqual([
      'analytics.example.com. Z0123456789 A',
      'posthog.example.com. Z0123456789 A',
      't.example.org. ZOTHER A',
    ]);
  });

  test('are left to the user without a zone', () => {
    const stack = newStack();
    const ingress = ingressIn(stack, {
      domainZone: zone(stack),
      ingestionDomainNames: [{ domainName: 't.example.org', certificate: given(stack, 'org') }],
    });
    expect(ingress.records).toHaveLength(1);
    expect(records(Template.fromStack(stack))).toEqual(['posthog.example.com. Z0123456789 A']);
  });

  test('have both types with a dual-stack load balancer', () => {
    const template = synth((stack) => ({ domainZone: zone(stack), ipAddressType: IpAddressType.DUAL_STACK, ...NAMES }));
    expect(records(template).filter((record) => String(record).startsWith('t.'))).toEqual([
      't.example.com. Z0123456789 A',
      't.example.com. Z0123456789 AAAA',
    ]);
  });

  test('keep their resources when another name is removed, or when they move between the lists', () => {
    const ids = (props: Partial<PostHogIngressProps>) => {
      const found = synth((stack) => ({ domainZone: zone(stack), ...props })).findResources(RECORD);
      return Object.fromEntries<string>(Object.entries(found).map(([id, resource]) => [String((resource as Resource).Properties.Name), id]));
    };
    const all = ids({ additionalDomainNames: [{ domainName: 'a.example.com' }, { domainName: 'b.example.com' }] });
    expect(ids({ additionalDomainNames: [{ domainName: 'b.example.com' }] })['b.example.com.']).toBe(all['b.example.com.']);
    expect(ids({ ingestionDomainNames: [{ domainName: 'b.example.com' }] })['b.example.com.']).toBe(all['b.example.com.']);
    expect(ids({})['posthog.example.com.']).toBe(all['posthog.example.com.']);
  });

  test('can have names that are tokens, in a zone of their own', () => {
    const template = synth((stack) => ({
      domainZone: zone(stack),
      ingestionDomainNames: [{ domainName: new CfnParameter(stack, 'Name').valueAsString, domainZone: otherZone(stack) }],
    }));
    template.resourceCountIs(RECORD, 2);
    template.hasResourceProperties(RECORD, { Name: { 'Fn::Join': ['', [{ Ref: 'Name' }, '.']] }, HostedZoneId: 'ZOTHER' });
  });
});

describe('certificates of further host names', () => {
  test('are one new certificate for all of them, next to the unchanged one of the primary name', () => {
    const [before, after] = [{}, NAMES].map((names) => synth((stack) => ({ domainZone: zone(stack), ...names })).findResources(CERTIFICATE));
    const [[primary, unchanged]] = Object.entries(before);
    const [[id, added], ...more] = Object.entries(after).filter(([other]) => other !== primary) as [string, Resource][];
    expect(after[primary]).toEqual(unchanged);
    expect(more).toEqual([]);
    expect(added.Properties).toMatchObject({
      DomainName: 'analytics.example.com',
      SubjectAlternativeNames: ['t.example.com'],
      DomainValidationOptions: [
        { DomainName: 'analytics.example.com', HostedZoneId: 'Z0123456789' },
        { DomainName: 't.example.com', HostedZoneId: 'Z0123456789' },
      ],
    });
    const template = synth((stack) => ({ domainZone: zone(stack), ...NAMES }));
    expect(only(template, LISTENER_CERTIFICATE).Certificates).toEqual([{ CertificateArn: { Ref: id } }]);
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', { Port: 443, Certificates: [{ CertificateArn: { Ref: primary } }] });
  });

  test('are validated through the zone of each name', () => {
    const template = synth((stack) => ({
      domainZone: zone(stack),
      ingestionDomainNames: [{ domainName: 't.example.com' }, { domainName: 't.example.org', domainZone: otherZone(stack) }],
    }));
    template.hasResourceProperties(CERTIFICATE, {
      DomainName: 't.example.com',
      SubjectAlternativeNames: ['t.example.org'],
      DomainValidationOptions: [
        { DomainName: 't.example.com', HostedZoneId: 'Z0123456789' },
        { DomainName: 't.example.org', HostedZoneId: 'ZOTHER' },
      ],
    });
  });

  test('can be passed in, each with a resource of its own', () => {
    const stack = newStack();
    const ingress = ingressIn(stack, {
      domainZone: zone(stack),
      additionalDomainNames: [{ domainName: 'a.example.com', certificate: given(stack, 'a') }],
      ingestionDomainNames: [{ domainName: 't.example.com', certificate: given(stack, 't') }],
    });
    const template = Template.fromStack(stack);
    template.resourceCountIs(CERTIFICATE, 1);
    expect(values(template, LISTENER_CERTIFICATE, 'Certificates')).toEqual([[{ CertificateArn: `${ARN}a` }], [{ CertificateArn: `${ARN}t` }]]);
    expect(ingress.furtherCertificates.map(({ certificateArn }) => certificateArn)).toEqual([`${ARN}a`, `${ARN}t`]);
  });

  test('stay on the listener as long as one name has them', () => {
    const ids = (...names: string[]) =>
      Object.keys(
        synth((stack) => {
          const shared = given(stack, 'shared');
          return { domainZone: zone(stack), ingestionDomainNames: names.map((domainName) => ({ domainName, certificate: shared })) };
        }).findResources(LISTENER_CERTIFICATE),
      );
    expect(ids('a.example.com', 'b.example.com')).toHaveLength(1);
    expect(ids('b.example.com')).toEqual(ids('a.example.com', 'b.example.com'));
  });

  test('are not added again if they are the one of the primary name', () => {
    const template = synth((stack) => {
      const shared = certificate(stack);
      return { certificate: shared, ingestionDomainNames: [{ domainName: 't.example.com', certificate: shared }] };
    });
    template.resourceCountIs(LISTENER_CERTIFICATE, 0);
    template.resourceCountIs(CERTIFICATE, 0);
  });

  test.each([['*.example.com'], ['analytics.example.com']])('are not needed if the app defines the primary one for %s too', (name) => {
    const template = synth((stack) => ({
      domainZone: zone(stack),
      certificate: new Certificate(stack, 'Wide', { domainName: 'posthog.example.com', subjectAlternativeNames: [name] }),
      additionalDomainNames: [{ domainName: 'analytics.example.com' }],
    }));
    template.resourceCountIs(CERTIFICATE, 1);
    template.resourceCountIs(LISTENER_CERTIFICATE, 0);
  });

  test('are created next to an imported one, whose names are not known', () => {
    const template = synth((stack) => ({ domainZone: zone(stack), certificate: certificate(stack), ...NAMES }));
    template.resourceCountIs(CERTIFICATE, 1);
    template.resourceCountIs(LISTENER_CERTIFICATE, 1);
  });
});

describe('settings of Django', () => {
  test('allow all names, and trust the origins of those of the app', () => {
    const stack = newStack();
    newPostHog(stack, { domainZone: zone(stack), ...NAMES });
    const environment = environmentOf(Template.fromStack(stack), 'web');
    expect(environment.ALLOWED_HOSTS).toMatch(/^posthog\.example\.com,analytics\.example\.com,t\.example\.com(,web\.|$)/);
    expect(environment).toMatchObject({ EXTRA_CSRF_TRUSTED_ORIGINS: 'https://analytics.example.com', SITE_URL: 'https://posthog.example.com' });
  });

  test('leave further trusted origins to users who name no further host names of the app', () => {
    const stack = newStack();
    const EXTRA_CSRF_TRUSTED_ORIGINS = 'https://proxy.example.com';
    newPostHog(stack, { environment: { EXTRA_CSRF_TRUSTED_ORIGINS } });
    expect(environmentOf(Template.fromStack(stack), 'web')).toMatchObject({ EXTRA_CSRF_TRUSTED_ORIGINS });
    expect(() => newPostHog(newStack(), { ...withZone(), environment: { EXTRA_CSRF_TRUSTED_ORIGINS } })).toThrow(
      "`environment` must not set a variable that the library manages, got: 'EXTRA_CSRF_TRUSTED_ORIGINS'",
    );
  });

  function withZone(): Pick<PostHogIngressProps, 'domainZone' | 'additionalDomainNames'> {
    return { domainZone: zone(newStack()), additionalDomainNames: NAMES.additionalDomainNames };
  }
});

describe('on an existing listener', () => {
  const shared = (stack: Stack): Partial<PostHogIngressProps> => ({
    vpc: newVpc(stack, 'SharedVpc'),
    certificate: undefined,
    listener: ApplicationListener.fromApplicationListenerAttributes(stack, 'Listener', {
      listenerArn: 'arn:aws:elasticloadbalancing:eu-central-1:111122223333:listener/app/platform/1/2',
      securityGroup: SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1'),
    }),
    loadBalancer: ApplicationLoadBalancer.fromApplicationLoadBalancerAttributes(stack, 'LoadBalancer', {
      loadBalancerArn: 'arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/platform/1',
      securityGroupId: 'sg-1',
      loadBalancerDnsName: 'platform.example.com',
      loadBalancerCanonicalHostedZoneId: 'Z215JYRZR1TBD5',
    }),
    rulePriorityBase: 0,
    trustedProxies: TrustedProxies.fromAddresses(['10.0.0.4']),
  });

  test('further names get records, and no certificate', () => {
    const template = synth((stack) => ({ ...shared(stack), domainZone: zone(stack), ...NAMES }));
    expect(records(template)).toHaveLength(3);
    template.resourceCountIs(CERTIFICATE, 0);
    template.resourceCountIs(LISTENER_CERTIFICATE, 0);
  });

  test('a certificate of a further name is refused', () => {
    expect(() =>
      synth((stack) => ({ ...shared(stack), ingestionDomainNames: [{ domainName: 't.example.com', certificate: given(stack, 't') }] })),
    ).toThrow(
      '[Stack/Ingress] `ingestionDomainNames[0].certificate` cannot be set with `listener`, because it belongs to the existing load balancer; ' +
        'add it to the listener where that is defined',
    );
  });
});

describe('refuses', () => {
  const wrong: [string, (stack: Stack) => Partial<PostHogIngressProps>, string][] = [
    [
      'the primary name as a further one',
      () => ({ additionalDomainNames: [{ domainName: 'posthog.example.com' }] }),
      "`additionalDomainNames[0].domainName` must be a name that no other prop has, and `domainName` has it, got: 'posthog.example.com'; remove one of the two",
    ],
    [
      'a name that is in both lists',
      () => ({ additionalDomainNames: [{ domainName: 't.example.com' }], ingestionDomainNames: [{ domainName: 't.example.com' }] }),
      "`ingestionDomainNames[0].domainName` must be a name that no other prop has, and `additionalDomainNames[0]` has it, got: 't.example.com'",
    ],
    [
      'a name twice',
      () => ({ ingestionDomainNames: [{ domainName: 't.example.com' }, { domainName: 't.example.com' }] }),
      '`ingestionDomainNames[1].domainName` must be a name that no other prop has, and `ingestionDomainNames[0]` has it',
    ],
    [
      'a wildcard',
      () => ({ ingestionDomainNames: [{ domainName: '*.example.com' }] }),
      "`ingestionDomainNames[0].domainName` must not be a wildcard: PostHog compares host names, got: '*.example.com'; name each host",
    ],
    [
      'a URL',
      () => ({ additionalDomainNames: [{ domainName: 'https://a.example.com' }] }),
      "`additionalDomainNames[0].domainName` must be a fully qualified host name such as posthog.example.com, got: 'https://a.example.com'; remove the scheme",
    ],
    [
      'four names of a kind',
      () => ({ ingestionDomainNames: ['a', 'b', 'c', 'd'].map((name) => ({ domainName: `${name}.example.com` })) }),
      '`ingestionDomainNames` may contain at most 3 names, not 4, because the conditions of a listener rule have few values',
    ],
    [
      'a name outside of its zone',
      (stack) => ({ ingestionDomainNames: [{ domainName: 't.example.com', domainZone: otherZone(stack) }] }),
      "`ingestionDomainNames[0].domainName` must be in the hosted zone example.org, got: 't.example.com'",
    ],
    [
      'a name without a zone and a certificate',
      () => ({ ingestionDomainNames: [{ domainName: 't.example.org' }] }),
      '`ingestionDomainNames[0]` needs `domainZone` or `certificate`, because the load balancer terminates TLS; pass the hosted zone of the name, or a ' +
        'certificate for it in the region of the stack',
    ],
    [
      'a name without a zone and a certificate of its own next to one for the primary name',
      (stack) => ({ domainZone: undefined, certificate: certificate(stack), ingestionDomainNames: [{ domainName: 't.example.org' }] }),
      'a certificate for it in the region of the stack, which can be that of the prop `certificate`',
    ],
    [
      'a name in a private zone without a certificate',
      (stack) => ({
        ingestionDomainNames: [
          { domainName: 't.example.org', domainZone: new PrivateHostedZone(stack, 'Private', { vpc: newVpc(stack), zoneName: 'example.org' }) },
        ],
      }),
      '`ingestionDomainNames[0].certificate` is required with a private hosted zone',
    ],
    [
      'a certificate that the app defines for other names',
      (stack) => ({
        ingestionDomainNames: [{ domainName: 't.example.com', certificate: new Certificate(stack, 'Other', { domainName: 'www.example.com' }) }],
      }),
      "`ingestionDomainNames[0].certificate` must be for t.example.com, got: ['www.example.com']",
    ],
    [
      'a name that is too long for a new certificate',
      () => ({ ingestionDomainNames: [{ domainName: `${'t'.repeat(60)}.example.com` }] }),
      '`ingestionDomainNames[0].domainName` must have 64 characters or less for a new certificate, and has 72',
    ],
    ['a name that is missing', () => ({ ingestionDomainNames: [{} as DomainNameOptions] }), '`ingestionDomainNames[0].domainName` is required'],
    [
      'a token in the zone of the primary name, which is not certain to contain it',
      (stack) => ({ ingestionDomainNames: [{ domainName: Token.asString({ Ref: new CfnParameter(stack, 'Name').logicalId }) }] }),
      '`ingestionDomainNames[0]` needs `domainZone` or `certificate`',
    ],
  ];

  test.each(wrong)('%s', (_, props, message) => {
    const expected = message.startsWith('`') ? `[Stack/Ingress] ${message}` : message;
    expect(() => synth((stack) => ({ domainZone: zone(stack), ...props(stack) }))).toThrow(expected);
  });

  test('a certificate of another region', () => {
    const stack = newStack({ env: { account: '111122223333', region: 'us-east-1' } });
    expect(() =>
      ingressIn(stack, { domainZone: zone(stack), ingestionDomainNames: [{ domainName: 't.example.com', certificate: given(stack, 't') }] }),
    ).toThrow('[Stack/Ingress] `ingestionDomainNames[0].certificate` must be in the region of the stack, us-east-1');
  });

  test('a name of another PostHog in the same zone', () => {
    const stack = newStack();
    const domainZone = zone(stack);
    newPostHog(stack, { domainZone, ...NAMES }, 'One');
    expect(() => newPostHog(stack, { domainName: 't.example.com', domainZone }, 'Two')).toThrow(
      "[Stack/Two] `domainName` must not be that of another PostHog in the same hosted zone, Stack/One, got: 't.example.com'",
    );
    const ingestionDomainNames = [{ domainName: 'analytics.example.com' }];
    expect(() => newPostHog(stack, { domainName: 'three.example.com', domainZone, ingestionDomainNames }, 'Three')).toThrow(
      '[Stack/Three] `ingestionDomainNames[0].domainName` must not be that of another PostHog in the same hosted zone, Stack/One',
    );
  });
});

describe('rules for further host names', () => {
  const stack = newStack();
  newPostHog(stack, { domainZone: zone(stack), ...NAMES });
  const [ingress] = ingressesOf({ file: 'a template', template: Template.fromStack(stack).toJSON() as CloudFormationTemplate });
  const answers = (host: string) =>
    ['/login', '/api/projects/', '/e/', '/flags/', '/static/array.js', '/shared/x'].map((target) =>
      answerOf(trace(ingress, { scheme: 'https', method: 'GET', host, target, sourceIp: '192.0.2.1', headers: [] }).outcome),
    );

  test('serve everything on a name of the app', () => {
    expect(answers('analytics.example.com')).toEqual(['web', 'web', 'capture', 'feature-flags', 'web', 'web']);
    expect(answers('analytics.example.com')).toEqual(answers('posthog.example.com'));
  });

  test('serve SDK endpoints only on a name for ingestion, also if the app is open', () => {
    expect(answers('t.example.com')).toEqual(['refused (403)', 'refused (403)', 'capture', 'feature-flags', 'web', 'refused (403)']);
  });

  test('name all of them, the primary one first', () => {
    expect(ingress.hosts).toEqual(['posthog.example.com', 'analytics.example.com', 't.example.com']);
  });
});
