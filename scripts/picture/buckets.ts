import { CloudFormationTemplate, logicalId, ofType } from '../../cli/alb/template';
import { containersOf, TemplateTask } from '../../cli/template/template-services';

interface Document {
  readonly PolicyDocument: { readonly Statement: { readonly Action: string | string[]; readonly Resource: unknown }[] };
}

interface Policy extends Document {
  readonly Roles?: unknown[];
  readonly Users?: unknown[];
}

/** The logical ids of what a task may open objects of: through its role, or through the keys of a user that it is given. */
export function bucketsOpenTo(template: CloudFormationTemplate, task: TemplateTask): string[] {
  const principals = [logicalId(task.TaskRoleArn), ...usersOf(template, task)];
  const attached = ofType<Policy>(template, 'AWS::IAM::Policy')
    .map(([, policy]) => policy)
    .filter(({ Roles = [], Users = [] }) => [...Roles, ...Users].some((principal) => principals.includes(logicalId(principal))));
  const own = ofType<{ readonly Policies?: Document[] }>(template, 'AWS::IAM::Role')
    .filter(([id]) => principals.includes(id))
    .flatMap(([, { Policies = [] }]) => Policies);
  const statements = [...attached, ...own]
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .filter(({ Action }) => [Action].flat().some((action) => /^s3:(Get|Put)Object$/.test(action)));
  return [...new Set(statements.flatMap(({ Resource }) => idsIn(Resource)))];
}

/** The users whose keys stand in secrets of a task. */
function usersOf(template: CloudFormationTemplate, task: TemplateTask): string[] {
  const given = containersOf(task).flatMap(({ Secrets = [] }) => Secrets.flatMap(({ ValueFrom }) => idsIn(ValueFrom)));
  const contents = ofType<{ SecretString?: unknown }>(template, 'AWS::SecretsManager::Secret')
    .filter(([id]) => given.includes(id))
    .flatMap(([, { SecretString }]) => idsIn(SecretString));
  return ofType<{ UserName: unknown }>(template, 'AWS::IAM::AccessKey')
    .filter(([id]) => contents.includes(id))
    .flatMap(([, { UserName }]) => idsIn(UserName));
}

/** The logical ids that a value refers to, however deep. */
function idsIn(value: unknown): string[] {
  const id = logicalId(value);
  if (id !== undefined) {
    return [id];
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(idsIn) : [];
}
