import { evaluate } from '../../../cli/alb/evaluate';
import { containersByTargetGroup } from '../../../cli/template/template-services';
import { CloudFormationTemplate } from '../../../cli/alb/template';
import { rulesOf } from '../../helpers/listener-rules';

function listener(Port: number, DefaultActions: unknown[]): { Type: string; Properties: unknown } {
  return { Type: 'AWS::ElasticLoadBalancingV2::Listener', Properties: { Port, DefaultActions } };
}

function rule(Priority: number, ListenerArn: unknown, Conditions: unknown[], Actions: unknown[]): { Type: string; Properties: unknown } {
  return { Type: 'AWS::ElasticLoadBalancingV2::ListenerRule', Properties: { Priority, ListenerArn, Conditions, Actions } };
}

const REFUSE = { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '403' } };
const FORWARD = { Type: 'forward', TargetGroupArn: { Ref: 'Targets' } };
const HTTPS = { Ref: 'Https' };

describe('the rules of a template', () => {
  const path = { Field: 'path-pattern', PathPatternConfig: { Values: ['/e'] } };
  const template: CloudFormationTemplate = {
    Resources: {
      Http: listener(80, [{ Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_301' } }]),
      Https: listener(443, [REFUSE]),
      Other: rule(1, { Ref: 'Http' }, [path], [REFUSE]),
      Elsewhere: rule(2, 'arn:aws:elasticloadbalancing:eu-central-1:111122223333:listener/app/x/1/2', [path], [REFUSE]),
      Events: rule(10, HTTPS, [path], [FORWARD]),
      Bucket: { Type: 'AWS::S3::Bucket' },
    },
  };

  test('are those of the listener on the port, with its default action last', () => {
    expect(rulesOf(template)).toEqual([
      {
        id: 'Events',
        priority: 10,
        conditions: [expect.objectContaining({ field: 'path-pattern', values: ['/e'] })],
        actions: [{ type: 'forward', targetGroup: 'Targets', statusCode: undefined }],
      },
      {
        conditions: [],
        actions: [{ type: 'fixed-response', targetGroup: undefined, statusCode: '403', response: { contentType: undefined, body: undefined } }],
      },
    ]);
  });

  test('of another port are those of its listener', () => {
    expect(rulesOf(template, 80).map(({ priority }) => priority)).toEqual([1, undefined]);
    expect(rulesOf(template, 80).at(-1)!.actions).toMatchObject([{ type: 'redirect', targetGroup: undefined, statusCode: 'HTTP_301' }]);
  });

  test('belong to a listener that is referenced by Fn::GetAtt', () => {
    const byAttribute = {
      Resources: { Https: listener(443, [REFUSE]), Rule: rule(1, { 'Fn::GetAtt': ['Https', 'ListenerArn'] }, [path], [FORWARD]) },
    };
    expect(rulesOf(byAttribute)).toHaveLength(2);
  });

  test('cannot be read without a listener on the port', () => {
    expect(() => rulesOf(template, 8443)).toThrow('the template must have one listener on port 8443, got: 0');
    expect(() => rulesOf({ Resources: {} })).toThrow('the template must have one listener on port 443, got: 0');
  });

  test('cannot be read with two listeners on the port', () => {
    expect(() => rulesOf({ Resources: { A: listener(443, [REFUSE]), B: listener(443, [REFUSE]) } })).toThrow(
      'the template must have one listener on port 443, got: 2',
    );
  });
});

describe('the conditions of a rule', () => {
  test.each([
    ['path patterns', { Field: 'path-pattern', PathPatternConfig: { Values: ['/e', '/e/*'] } }, { values: ['/e', '/e/*'] }],
    ['regular expressions', { Field: 'path-pattern', PathPatternConfig: { RegexValues: ['^/e$'] } }, { regexValues: ['^/e$'] }],
    ['path patterns in the old form', { Field: 'path-pattern', Values: ['/e'] }, { values: ['/e'] }],
    ['hosts', { Field: 'host-header', HostHeaderConfig: { Values: ['a.b'], RegexValues: ['^c$'] } }, { values: ['a.b'], regexValues: ['^c$'] }],
    ['methods', { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['GET'] } }, { values: ['GET'] }],
    ['a header', { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-A', Values: ['b'] } }, { headerName: 'X-A', values: ['b'] }],
    [
      'queries',
      { Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'a', Value: 'b' }, { Value: 'c' }] } },
      {
        pairs: [
          { key: 'a', value: 'b' },
          { key: undefined, value: 'c' },
        ],
      },
    ],
    ['source addresses', { Field: 'source-ip', SourceIpConfig: { Values: ['10.0.0.0/8'] } }, { values: ['10.0.0.0/8'] }],
  ])('are read from %s', (_, condition, expected) => {
    const [{ conditions }] = rulesOf({ Resources: { Https: listener(443, [REFUSE]), Rule: rule(1, HTTPS, [condition], [FORWARD]) } });
    expect(conditions).toEqual([{ field: condition.Field, ...expected }]);
  });
});

describe('values of a condition that are known at deployment only', () => {
  const token = { Ref: 'Office' };

  test.each([
    ['a source address', { Field: 'source-ip', SourceIpConfig: { Values: ['10.0.0.0/8', token] } }, { values: ['10.0.0.0/8'] }],
    ['all source addresses', { Field: 'source-ip', SourceIpConfig: { Values: token } }, { values: [] }],
    ['a host', { Field: 'host-header', HostHeaderConfig: { Values: [token] } }, { values: [] }],
    ['a host in the old form', { Field: 'host-header', Values: [token, 'a.b'] }, { values: ['a.b'] }],
    ['a path', { Field: 'path-pattern', PathPatternConfig: { Values: [{ 'Fn::Join': ['', ['/', token]] }] } }, { values: [] }],
    ['a regular expression', { Field: 'path-pattern', PathPatternConfig: { RegexValues: ['^/e$', token] } }, { regexValues: ['^/e$'] }],
    ['a method', { Field: 'http-request-method', HttpRequestMethodConfig: { Values: [token, 'GET'] } }, { values: ['GET'] }],
    ['a header', { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-A', Values: [token] } }, { headerName: 'X-A', values: [] }],
    [
      'a query',
      { Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'a', Value: token }, { Value: 'c' }] } },
      { pairs: [{ key: undefined, value: 'c' }] },
    ],
  ])('are left out and marked: %s', (_, condition, expected) => {
    const rules = rulesOf({ Resources: { Https: listener(443, [REFUSE]), Rule: rule(1, HTTPS, [condition], [FORWARD]) } });
    expect(rules[0].conditions).toEqual([{ field: condition.Field, ...expected, hasUnknown: true }]);
    expect(evaluate(rules, { method: 'PUT', target: '/', host: 'x', sourceIp: '192.0.2.1', headers: { 'X-A': 'b' } })?.priority).toBeUndefined();
  });
});

describe('the transforms of a rule', () => {
  const rewritesOf = (...Transforms: unknown[]): unknown =>
    rulesOf({
      Resources: {
        Https: listener(443, [REFUSE]),
        Rule: {
          Type: 'AWS::ElasticLoadBalancingV2::ListenerRule',
          Properties: { Priority: 1, ListenerArn: HTTPS, Conditions: [], Actions: [FORWARD], Transforms },
        },
      },
    })[0].rewrites;
  const rewrites = { Rewrites: [{ Regex: '^/a/?(.*)$', Replace: '/$1' }] };

  test('become its rewrites', () => {
    expect(rewritesOf({ Type: 'url-rewrite', UrlRewriteConfig: rewrites })).toEqual({ url: { regex: '^/a/?(.*)$', replace: '/$1' } });
    expect(
      rewritesOf({ Type: 'host-header-rewrite', HostHeaderRewriteConfig: rewrites }, { Type: 'url-rewrite', UrlRewriteConfig: rewrites }),
    ).toEqual({
      url: { regex: '^/a/?(.*)$', replace: '/$1' },
      host: { regex: '^/a/?(.*)$', replace: '/$1' },
    });
  });

  test('become no rewrites if there are none', () => {
    expect([rewritesOf(), rewritesOf({ Type: 'url-rewrite' }), rewritesOf({ Type: 'url-rewrite', UrlRewriteConfig: { Rewrites: [] } })]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('the actions of a rule', () => {
  const actionsOf = (...actions: unknown[]): unknown[] =>
    rulesOf({ Resources: { Https: listener(443, actions) } })[0].actions.map(({ type, targetGroup }) => [type, targetGroup]);

  test('have the order of their numbers', () => {
    expect(actionsOf({ ...FORWARD, Order: 2 }, { Type: 'authenticate-oidc', Order: 1 })).toEqual([
      ['authenticate-oidc', undefined],
      ['forward', 'Targets'],
    ]);
    expect(actionsOf({ Type: 'authenticate-cognito', Order: 1 }, { ...FORWARD, Order: 2 })).toEqual([
      ['authenticate-cognito', undefined],
      ['forward', 'Targets'],
    ]);
  });

  test('have the target group in both forms', () => {
    expect(actionsOf({ Type: 'forward', ForwardConfig: { TargetGroups: [{ TargetGroupArn: { Ref: 'Weighted' }, Weight: 1 }] } })).toEqual([
      ['forward', 'Weighted'],
    ]);
    expect(actionsOf({ Type: 'forward', TargetGroupArn: { 'Fn::GetAtt': ['Targets', 'TargetGroupArn'] } })).toEqual([['forward', 'Targets']]);
  });

  test('have no target group that is not in the template', () => {
    expect(actionsOf({ Type: 'forward', TargetGroupArn: 'arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/x/1' })).toEqual([
      ['forward', undefined],
    ]);
  });
});

describe('the containers of a template', () => {
  const service = (LoadBalancers?: unknown[]): { Type: string; Properties: unknown } => ({
    Type: 'AWS::ECS::Service',
    Properties: { LoadBalancers },
  });

  test('have the id of their target group', () => {
    expect(
      containersByTargetGroup({
        Resources: {
          Web: service([{ TargetGroupArn: { Ref: 'WebTargets' }, ContainerName: 'web' }]),
          Capture: service([
            { TargetGroupArn: { Ref: 'CaptureTargets' }, ContainerName: 'capture' },
            { TargetGroupArn: { Ref: 'MoreTargets' }, ContainerName: 'sidecar' },
          ]),
          Worker: service(),
        },
      }),
    ).toEqual({ WebTargets: 'web', CaptureTargets: 'capture', MoreTargets: 'sidecar' });
  });

  test('are those behind the nginx sidecar', () => {
    const task = (...names: string[]) => ({
      Type: 'AWS::ECS::TaskDefinition',
      Properties: { ContainerDefinitions: names.map((Name) => ({ Name })) },
    });
    const verified = (taskDefinition: string) => ({
      Type: 'AWS::ECS::Service',
      Properties: {
        TaskDefinition: { Ref: taskDefinition },
        LoadBalancers: [{ TargetGroupArn: { Ref: 'Targets' }, ContainerName: 'client-address' }],
      },
    });
    const one = { WebTask: task('web', 'client-address'), Web: verified('WebTask') };
    expect(containersByTargetGroup({ Resources: one })).toEqual({ Targets: 'web' });
    const among = (...names: string[]) => containersByTargetGroup({ Resources: { ...one, WebTask: task(...names) } });
    expect(among('log-router', 'client-address', 'web')).toEqual({ Targets: 'web' });
    expect(among('client-address', 'other')).toEqual({ Targets: 'other' });
    const rule = 'the task must have one process of PostHog next to client-address, or one container, got: ';
    expect(() => among('log-router', 'client-address', 'other')).toThrow(`${rule}log-router, other`);
    expect(() => among('web', 'client-address', 'capture')).toThrow(`${rule}web, capture`);
    expect(() => among('client-address')).toThrow(`${rule}none`);
    expect(() => containersByTargetGroup({ Resources: { Web: verified('WebTask') } })).toThrow(`${rule}none`);
  });

  test('are none without services', () => {
    expect(containersByTargetGroup({ Resources: { Bucket: { Type: 'AWS::S3::Bucket' } } })).toEqual({});
  });
});
