import { CfnParameter, Duration, SecretValue } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AppAccess, CognitoOptions, OidcOptions, PostHogProcess } from '../../../lib';
import { newIngress, newTargets, OIDC } from '../fixtures';
import { newStack } from '../../helpers/stack';

const RULE = 'AWS::ElasticLoadBalancingV2::ListenerRule';
type Stack = ReturnType<typeof newStack>;

function synth(access: (stack: Stack) => AppAccess): Template {
  const stack = newStack();
  const ingress = newIngress(stack, { appAccess: access(stack) });
  ingress.route(PostHogProcess.WEB, newTargets(stack, 'Web', ingress.loadBalancer.vpc!));
  return Template.fromStack(stack);
}

function userPool(stack: Stack): CognitoOptions {
  const pool = new UserPool(stack, 'Users');
  return {
    userPool: pool,
    userPoolClient: pool.addClient('Client', { generateSecret: true }),
    userPoolDomain: pool.addDomain('Domain', { cognitoDomain: { domainPrefix: 'posthog' } }),
  };
}

function oidc(overrides: Partial<OidcOptions> = {}): AppAccess {
  return AppAccess.oidc({ ...OIDC, ...overrides });
}

describe('OpenID Connect', () => {
  test('authenticates with the provider before it forwards to the app', () => {
    synth(() => oidc()).hasResourceProperties(RULE, {
      Priority: 1000,
      Actions: [
        {
          Type: 'authenticate-oidc',
          Order: 1,
          AuthenticateOidcConfig: {
            Issuer: 'https://login.example.com',
            AuthorizationEndpoint: 'https://login.example.com/authorize',
            TokenEndpoint: 'https://login.example.com/token',
            UserInfoEndpoint: 'https://login.example.com/userinfo',
            ClientId: 'posthog',
            Scope: 'openid',
            ClientSecret: '{{resolve:secretsmanager:oidc-client:SecretString:secret::}}',
            SessionTimeout: 43200,
          },
        },
        { Type: 'forward', Order: 2, TargetGroupArn: { Ref: Match.stringLikeRegexp('^Web') } },
      ],
    });
  });

  test('accepts a client secret of the same app', () => {
    synth((stack) => oidc({ clientSecret: new Secret(stack, 'Client').secretValue })).hasResourceProperties(RULE, {
      Actions: Match.arrayWith([
        Match.objectLike({
          AuthenticateOidcConfig: Match.objectLike({
            ClientSecret: { 'Fn::Join': ['', ['{{resolve:secretsmanager:', { Ref: Match.anyValue() }, ':SecretString:::}}']] },
          }),
        }),
      ]),
    });
  });

  test('requests `scope`', () => {
    synth(() => oidc({ scope: 'openid email' })).hasResourceProperties(RULE, {
      Actions: Match.arrayWith([Match.objectLike({ AuthenticateOidcConfig: Match.objectLike({ Scope: 'openid email' }) })]),
    });
  });

  test('allows outbound traffic of the load balancer to the provider', () => {
    synth(() => oidc()).hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupEgress: Match.arrayWith([Match.objectLike({ CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443, IpProtocol: 'tcp' })]),
    });
  });

  test('fails when the secret is a secure parameter, which CloudFormation does not resolve in a rule', () => {
    expect(() => synth(() => oidc({ clientSecret: SecretValue.ssmSecure('/oidc/client') }))).toThrow(
      '[Stack/Ingress] `clientSecret` must come from Secrets Manager, because CloudFormation resolves no other reference here, and a value in clear text would be in the template',
    );
  });

  test('accepts a secret from a parameter of the stack, and a session timeout that is a token', () => {
    synth((stack) =>
      oidc({
        clientSecret: SecretValue.cfnParameter(new CfnParameter(stack, 'ClientSecret', { noEcho: true })),
        sessionTimeout: Duration.seconds(new CfnParameter(stack, 'Seconds', { type: 'Number' }).valueAsNumber),
      }),
    ).hasResourceProperties(RULE, {
      Actions: Match.arrayWith([
        Match.objectLike({ AuthenticateOidcConfig: Match.objectLike({ ClientSecret: { Ref: 'ClientSecret' }, SessionTimeout: { Ref: 'Seconds' } }) }),
      ]),
    });
  });

  test('fails when the secret is in clear text, and does not print it', () => {
    const act = (): Template => synth(() => oidc({ clientSecret: SecretValue.unsafePlainText('hunter2') }));
    expect(act).toThrow(
      '[Stack/Ingress] `clientSecret` must come from Secrets Manager, because CloudFormation resolves no other reference here, and a value in clear text would be in the template; ' +
        'use SecretValue.secretsManager(...) or secret.secretValue',
    );
    expect(act).not.toThrow('hunter2');
  });

  test.each(['issuer', 'authorizationEndpoint', 'tokenEndpoint', 'userInfoEndpoint'] as const)('fails when %s is not an https:// URL', (name) => {
    for (const value of [
      'http://login.example.com',
      'login.example.com',
      '',
      'https://',
      'https:///path',
      'https:// x',
      ' https://login.example.com',
    ]) {
      expect(() => oidc({ [name]: value })).toThrow(`\`${name}\` must be an https:// URL, got: '${value}'`);
    }
    expect(() => oidc({ [name]: undefined })).toThrow(new RegExp(`^\`${name}\` is required: .*, an https:// URL$`));
  });

  test('accepts URLs that are tokens', () => {
    const stack = newStack();
    expect(() => oidc({ issuer: `https://login.${stack.urlSuffix}`, tokenEndpoint: stack.urlSuffix })).not.toThrow();
  });

  test('fails when the client is missing', () => {
    expect(() => oidc({ clientId: '' })).toThrow("`clientId` must be a text, and not empty, got: ''");
  });

  test("fails when the client's secret is missing", () => {
    expect(() => oidc({ clientSecret: undefined })).toThrow("`clientSecret` is required: the client's secret, as a SecretValue");
  });
});

describe('Cognito', () => {
  test('authenticates with the user pool before it forwards to the app', () => {
    synth((stack) => AppAccess.cognito(userPool(stack))).hasResourceProperties(RULE, {
      Priority: 1000,
      Conditions: [
        { Field: 'host-header', HostHeaderConfig: { Values: ['posthog.example.com'] } },
        { Field: 'path-pattern', PathPatternConfig: { Values: ['/*'] } },
      ],
      Actions: [
        {
          Type: 'authenticate-cognito',
          Order: 1,
          AuthenticateCognitoConfig: {
            UserPoolArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Users'), 'Arn'] },
            UserPoolClientId: { Ref: Match.stringLikeRegexp('^UsersClient') },
            UserPoolDomain: { Ref: Match.stringLikeRegexp('^UsersDomain') },
            SessionTimeout: 43200,
          },
        },
        { Type: 'forward', Order: 2, TargetGroupArn: { Ref: Match.stringLikeRegexp('^Web') } },
      ],
    });
  });

  test('allows outbound traffic of the load balancer to Cognito', () => {
    synth((stack) => AppAccess.cognito(userPool(stack))).hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupEgress: Match.arrayWith([Match.objectLike({ CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443, IpProtocol: 'tcp' })]),
    });
  });
});

describe('the session', () => {
  const withTimeout =
    (sessionTimeout: Duration): (() => AppAccess) =>
    () =>
      oidc({ sessionTimeout });

  test.each([[1], [3600], [604800]])('accepts a timeout of %d seconds', (seconds) => {
    expect(withTimeout(Duration.seconds(seconds))).not.toThrow();
  });

  test.each([[0], [604801]])('refuses a timeout of %d seconds', (seconds) => {
    expect(withTimeout(Duration.seconds(seconds))).toThrow(`\`sessionTimeout\` must be from one second to seven days, got: ${seconds} second`);
  });

  test('lasts for `sessionTimeout`', () => {
    synth((stack) => AppAccess.cognito({ ...userPool(stack), sessionTimeout: Duration.hours(1) })).hasResourceProperties(RULE, {
      Actions: Match.arrayWith([Match.objectLike({ AuthenticateCognitoConfig: Match.objectLike({ SessionTimeout: 3600 }) })]),
    });
  });
});
