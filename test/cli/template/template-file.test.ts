import { mkdirSync, writeFileSync } from 'node:fs';
import { ingressesOf } from '../../../cli/template/template-ingress';
import { readTemplate } from '../../../cli/template/template-file';
import { cli, inFolder, templateOfPostHog } from '../fixtures';

const POSTHOG = JSON.stringify(templateOfPostHog());
const OTHER = JSON.stringify({ Resources: { Bucket: { Type: 'AWS::S3::Bucket' } } });

/** Reads the template that is found in a folder with these templates in `cdk.out`. */
function found(templates: Record<string, string>): Promise<string> {
  return inFolder({}, () => {
    mkdirSync('cdk.out');
    Object.entries(templates).forEach(([name, content]) => writeFileSync(`cdk.out/${name}`, content));
    return Promise.resolve(readTemplate().file);
  });
}

test('reads the file that is named', async () => {
  await inFolder({ 'a.json': POSTHOG }, () => {
    expect(Object.keys(readTemplate('a.json').template.Resources).length).toBeGreaterThan(50);
    return Promise.resolve();
  });
});

test('finds the only template with an ingress', async () => {
  expect(await found({ 'Other.template.json': OTHER, 'PostHog.template.json': POSTHOG, 'PostHog.assets.json': '{}' })).toBe(
    'cdk.out/PostHog.template.json',
  );
});

test.each([
  [
    'two of them',
    { 'A.template.json': POSTHOG, 'B.template.json': POSTHOG },
    'several templates in cdk.out have an ingress: cdk.out/A.template.json, cdk.out/B.template.json; name one with --template FILE',
  ],
  [
    'none',
    { 'Other.template.json': OTHER },
    'no template in cdk.out has a listener with rules; run `npx cdk synth`, or name a template with --template FILE',
  ],
])('fails for %s', async (_, templates, message) => {
  await expect(found(templates)).rejects.toThrow(message);
});

test.each([
  ['a file that is not there', 'nope.json', 'cannot read the template nope.json (ENOENT); run `npx cdk synth`'],
  ['a folder', '.', 'cannot read the template . (EISDIR)'],
  ['YAML', 'a.yaml', 'a.yaml is not JSON; use a file that the CDK has written, such as cdk.out/PostHog.template.json'],
  ['something else in JSON', 'b.json', 'b.json is not a CloudFormation template: it has no Resources'],
  ['null', 'null.json', 'null.json is not a CloudFormation template: it has no Resources'],
  ['no resources', 'none.json', 'none.json is not a CloudFormation template: it has no Resources'],
  ['a list of resources', 'list.json', 'list.json is not a CloudFormation template: it has no Resources'],
  ['a resource that is null', 'odd.json', "odd.json is not a CloudFormation template: its resource 'Odd' is not an object"],
])('fails for %s', async (_, file, message) => {
  await inFolder(
    {
      'a.yaml': 'Resources:\n  Bucket: {}',
      'b.json': '[]',
      'null.json': 'null',
      'none.json': '{"Resources":null}',
      'list.json': '{"Resources":[]}',
      'odd.json': '{"Resources":{"Odd":null}}',
    },
    () => {
      expect(() => readTemplate(file)).toThrow(message);
      return Promise.resolve();
    },
  );
});

const HTTP = {
  Http: {
    Type: 'AWS::ElasticLoadBalancingV2::Listener',
    Properties: { Port: 80, DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }] },
  },
};
const PLAIN_RULE = {
  Type: 'AWS::ElasticLoadBalancingV2::ListenerRule',
  Properties: { Priority: 1, ListenerArn: { Ref: 'Http' }, Conditions: [], Actions: [] },
};

test.each([
  ['no listener', OTHER],
  ['rules for plain HTTP only', JSON.stringify({ Resources: { ...HTTP, PlainRule: PLAIN_RULE } })],
])('a template with %s has no ingress', async (_, text) => {
  await inFolder({ 'other.json': text }, async () => {
    expect(() => ingressesOf(readTemplate('other.json'))).toThrow('other.json has no listener with rules, so no ingress of PostHog');
    expect(await cli('routes', '-t', 'other.json')).toMatchObject({
      exitCode: 2,
      err: 'cdk-posthog: other.json has no listener with rules, so no ingress of PostHog',
    });
  });
});

test('fails without a synthesised template', async () => {
  await expect(inFolder({}, () => Promise.resolve().then(() => readTemplate()))).rejects.toThrow(
    'there is no synthesised template here (no folder cdk.out)',
  );
});
