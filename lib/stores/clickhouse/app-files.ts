import { readFileSync } from 'node:fs';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IStringParameter, StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { ClickHouseAppFiles, IClickHouse } from './clickhouse-base';
import { USER_NAME } from './config/shared-settings';
import { shellQuoted } from '../instance/instance-files';
import { StatefulInstance } from '../instance/stateful-instance';
import { acknowledge } from '../../private/acknowledge';
import { scriptPath } from '../../private/assets';
import { ecrRepository } from '../../private/container-image';

/** Defines the parameters. Their values are not the template's: an update that resets one has no effect, because servers keep what they have. */
export function defineAppFiles(scope: Construct, servers: number): ClickHouseAppFiles {
  const parameter = (id: string, purpose: string) =>
    new StringParameter(scope, id, { stringValue: '{}', description: `PostHog ClickHouse: ${purpose}` });
  return {
    imageParameter: parameter('AppImage', 'image whose functions and format schemas the servers install'),
    reportParameters: Array.from({ length: servers }, (_, index) =>
      parameter(`AppFilesReport${index + 1}`, `report of server ${index + 1} about functions and format schemas`),
    ),
  };
}

/** Allows a server to read the image and to report. */
export function allowAppFiles(server: StatefulInstance, image: IStringParameter, report: IStringParameter): void {
  server.role.addToPrincipalPolicy(new PolicyStatement({ actions: ['ssm:GetParameter'], resources: [image.parameterArn] }));
  server.role.addToPrincipalPolicy(new PolicyStatement({ actions: ['ssm:PutParameter'], resources: [report.parameterArn] }));
}

/** Returns the script that a server's host runs while the server does. */
export function installAppFilesScript(imageParameter: string, reportParameter: string): string {
  const boot = (file: string) => readFileSync(scriptPath('stores', 'clickhouse', 'boot', file), 'utf8');
  return [
    `IMAGE_PARAMETER=${shellQuoted(imageParameter)}`,
    `REPORT_PARAMETER=${shellQuoted(reportParameter)}`,
    `USER_NAME=${shellQuoted(USER_NAME)}`,
    `APP_FILES=${shellQuoted(boot('app_files.py'))}`,
    boot('install-app-files.sh'),
  ].join('\n');
}

/**
 * Allows the servers to pull PostHog's image if it is in a private ECR repository. Returns the policy; undefined if none is necessary.
 *
 * The policy is defined in `scope` and not with the roles: the stack of a ClickHouse does not change with the release.
 */
export function allowAppImage(scope: Construct, id: string, clickHouse: IClickHouse, image: string): Policy | undefined {
  const repository = clickHouse.appFiles && ecrRepository(scope, `${id}Repository`, image)?.repository;
  if (!repository || clickHouse.serverRoles.length === 0) {
    return undefined;
  }
  const policy = new Policy(scope, id, {
    roles: [...clickHouse.serverRoles],
    statements: [
      new PolicyStatement({
        actions: ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
        resources: [repository.repositoryArn],
      }),
      new PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }),
    ],
  });
  acknowledge(policy, {
    'IAMNoInlinePolicy': 'the policy belongs to the servers of one ClickHouse',
    'AwsSolutions-IAM5[Resource::*]': 'ecr:GetAuthorizationToken does not support resource ARNs',
  });
  return policy;
}
