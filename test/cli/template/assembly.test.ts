import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App, NestedStack, Stack, Stage } from 'aws-cdk-lib/core';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { CodePipeline, CodePipelineSource, ShellStep } from 'aws-cdk-lib/pipelines';
import { Secret as EcsSecret } from 'aws-cdk-lib/aws-ecs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { readStacks, readTemplate, readTemplates } from '../../../cli/template/template-file';
import { ingressesOf } from '../../../cli/template/template-ingress';
import { newPostHog } from '../../helpers/stack';
import { cli, inFolder } from '../fixtures';

/** Synthesises an app, and does something in a folder with it as `cdk.out`. The CDK keeps the working folder in which it starts: that must stay. */
function synthesised<T>(define: (app: App) => void, action: (folder: string) => T | Promise<T>): Promise<T> {
  const outdir = mkdtempSync(path.join(tmpdir(), 'cdk-posthog-assembly-'));
  const app = new App({ outdir, builtinCloudFormationValidation: false, treeMetadata: false });
  define(app);
  app.synth();
  return inFolder({}, async (folder) => {
    renameSync(outdir, path.join(folder, 'cdk.out'));
    return action(folder);
  });
}

function stage(scope: Construct, id: string): Stage {
  const made = new Stage(scope, id, { env: { account: '111122223333', region: 'eu-central-1' } });
  newPostHog(new Stack(made, 'PostHog'), { domainName: `${id.toLowerCase()}.example.com` });
  return made;
}

const PIPELINE = (app: App) => {
  const pipeline = new CodePipeline(new Stack(app, 'Pipeline', { env: { account: '111122223333', region: 'eu-central-1' } }), 'Pipeline', {
    synth: new ShellStep('Synth', {
      input: CodePipelineSource.s3(Bucket.fromBucketName(app.node.findChild('Pipeline'), 'Source', 'source'), 'app.zip'),
      commands: ['npx cdk synth'],
    }),
  });
  pipeline.addStage(stage(app, 'Prod'));
};

test.each<[string, (app: App) => void, string]>([
  ['a stage', (app) => stage(app, 'Prod'), 'cdk.out/assembly-Prod/ProdPostHog'],
  ['a stage of a stage', (app) => stage(new Stage(app, 'Outer'), 'Prod'), 'cdk.out/assembly-Outer/assembly-Outer-Prod/OuterProdPostHog'],
  ['a stage of a pipeline', PIPELINE, 'cdk.out/assembly-Prod/ProdPostHog'],
  ['a nested stack', (app) => newPostHog(new NestedStack(new Stack(app, 'Outer'), 'Inner')), 'cdk.out/OuterInner'],
])('the commands find the ingress in %s', async (_, define, start) => {
  await synthesised(define, async () => {
    const { file } = readTemplate();
    expect(file.startsWith(start)).toBe(true);
    expect(await cli('routes')).toMatchObject({ exitCode: 0, err: '' });
    expect((await cli('explain', 'POST', '/e/')).out).toContain('forwarded to capture');
    expect((await cli('environment', 'web')).out).toContain("export IS_BEHIND_PROXY='True'");
  });
});

test('the commands list the templates of two stages that have an ingress', async () => {
  await synthesised(
    (app) => ['Staging', 'Prod'].forEach((id) => stage(app, id)),
    async () => {
      const { exitCode, err } = await cli('routes');
      expect(exitCode).toBe(2);
      expect(err).toMatch(
        /several templates in cdk\.out have an ingress: cdk\.out\/assembly-Staging\/\S+, cdk\.out\/assembly-Prod\/\S+; name one with --template FILE/,
      );
      const [, prod] = /(cdk\.out\/assembly-Prod\/[^;]+);/.exec(err)!;
      expect((await cli('explain', 'GET', '/', '--template', prod)).out).toContain('https://prod.example.com/');
    },
  );
});

/** PostHog in one stack, its network and what it reads in others. */
function threeStacks(app: App): void {
  const vpc = new Vpc(new Stack(app, 'Network'), 'Vpc', {
    maxAzs: 2,
    subnetConfiguration: [
      { name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 27 },
      { name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 24 },
    ],
  });
  const secret = new Secret(new Stack(app, 'Keys'), 'Key', { description: 'A key' });
  newPostHog(new Stack(app, 'PostHog'), { vpc, secrets: { OTHER_KEY: EcsSecret.fromSecretsManager(secret) } });
}

test('the ingress knows the subnets of a network in another stack', async () => {
  await synthesised(threeStacks, (folder) => {
    const read = readTemplate();
    expect(read.file).toBe('cdk.out/PostHog.template.json');
    const [{ loadBalancerAddress }] = ingressesOf(read);
    expect(loadBalancerAddress).toMatch(/^10\.0\.\d+\.4$/);
    // Without the other stacks, only the reference is known.
    const alone = { file: 'a.json', template: JSON.parse(readFileSync(path.join(folder, read.file), 'utf8')) as typeof read.template };
    expect(ingressesOf(alone)[0].loadBalancerAddress).toBeUndefined();
  });
});

test('the environment names a secret of another stack', async () => {
  await synthesised(threeStacks, async () => {
    expect((await cli('environment', 'web')).out).toMatch(/^# export OTHER_KEY= # secret Key\w+ \(A key\)$/m);
  });
});

test('a template that is named has its stacks too', async () => {
  await synthesised(threeStacks, () => {
    const [{ loadBalancerAddress }] = ingressesOf(readTemplate('cdk.out/PostHog.template.json'));
    expect(loadBalancerAddress).toMatch(/^10\.0\.\d+\.4$/);
    expect(() => ingressesOf(readTemplate('cdk.out/Network.template.json'))).toThrow('cdk.out/Network.template.json has no listener with rules');
  });
});

test('preflight and cost read the stacks of all stages and nested stacks, each once', async () => {
  const define = (app: App) => {
    new Bucket(new NestedStack(new Stack(app, 'Outer'), 'Inner'), 'Bucket');
    new Bucket(new Stack(new Stage(app, 'Prod'), 'Stack'), 'Bucket');
  };
  await synthesised(define, () => {
    const files = readTemplates([]).map(({ file }) => file);
    expect(files).toHaveLength(3);
    expect(readStacks([]).map(({ file }) => file)).toEqual(files);
    expect(readStacks([]).map(({ stack }) => stack)).toEqual(['Outer', expect.stringMatching(/^Outer\/Inner/), 'Prod-Stack']);
  });
});

test('finds a nested stack by its asset if the metadata does not name it', async () => {
  await synthesised(
    (app) => {
      new Bucket(new NestedStack(new Stack(app, 'Outer'), 'Inner'), 'Bucket');
    },
    () => {
      const file = 'cdk.out/Outer.template.json';
      const template = JSON.parse(readFileSync(file, 'utf8')) as { Resources: Record<string, { Metadata?: unknown }> };
      Object.values(template.Resources).forEach((resource) => delete resource.Metadata);
      writeFileSync(file, JSON.stringify(template));
      expect(readStacks([]).map(({ stack }) => stack)).toEqual(['Outer', expect.stringMatching(/^Outer\/Inner/)]);
    },
  );
});

test('a template of an earlier synthesis is not read', async () => {
  await synthesised(
    (app) => newPostHog(new Stack(app, 'PostHog')),
    () => {
      writeFileSync('cdk.out/Old.template.json', readFileSync('cdk.out/PostHog.template.json'));
      expect(readdirSync('cdk.out')).toContain('Old.template.json');
      expect(readTemplates([]).map(({ file }) => file)).toEqual(['cdk.out/PostHog.template.json']);
      expect(readTemplate().file).toBe('cdk.out/PostHog.template.json');
    },
  );
});

test.each([
  ['no JSON', '{'],
  ['no JSON in the list of assets', '{"artifacts":{"S":{"type":"aws:cloudformation:stack","properties":{"templateFile":"S.template.json"}}}}'],
])('fails in one line for a cloud assembly with %s', async (_, manifest) => {
  await inFolder({}, async (folder) => {
    const out = path.join(folder, 'cdk.out');
    mkdirSync(out);
    writeFileSync(path.join(out, 'manifest.json'), manifest);
    writeFileSync(path.join(out, 'S.template.json'), '{"Resources":{"N":{"Type":"AWS::CloudFormation::Stack","Properties":{}}}}');
    writeFileSync(path.join(out, 'S.assets.json'), '{');
    expect((await cli('cost')).err).toMatch(/^cdk-posthog: cdk\.out\/\w+(\.assets)?\.json is not JSON; run `npx cdk synth`/);
  });
});
