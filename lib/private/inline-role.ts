import { AddToPrincipalPolicyResult, CfnRole, PolicyDocument, PolicyStatement, PrincipalPolicyFragment, Role, RoleProps } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

/**
 * The characters that the policies inside a role may have before the CDK splits them into managed ones. IAM allows 10,240 for all inline policies of
 * a role, and the CDK's own role splits at 10,000 (aws-iam/lib/role.ts).
 */
const MAX_CHARACTERS = 10_000;

/** The characters that stand for a reference while its value is unknown, as in the CDK's own estimate of an ARN. */
const REFERENCE_CHARACTERS = 150;

/**
 * A role that holds its permissions itself. The CDK's own role defines an `AWS::IAM::Policy` for them: one more of the 500 resources of a stack.
 *
 * Grants and statements work as with every role. What is added after `close()` goes to a policy next to the role, as the CDK has it: it may be for
 * resources that depend on the role, which the role itself must not reference. All permissions move there if the policy of a resource, such as a
 * KMS key, names the role as a principal, if one of them is for the role itself, and if they are too long for a role: the CDK then splits them.
 * A principal that is only an ARN, `new ArnPrincipal(role.roleArn)`, is not recognised.
 */
export class InlineRole extends Role {
  private readonly document = new PolicyDocument();
  private readonly resource?: CfnRole;
  private readonly statements: PolicyStatement[] = [];
  /** All statements as text, also those next to it. Processes of one image get the same secrets, each with a grant of its own. */
  private readonly texts = new Set<string>();
  private isClosed = false;
  private isSeparate = false;

  public constructor(scope: Construct, id: string, props: RoleProps) {
    super(scope, id, props);
    const resource = this.node.defaultChild;
    if (!CfnRole.isCfnRole(resource) || this['_precreatedRole']) {
      // The app uses roles that exist, see `Role.customizeRoles()`: the CDK reports the permissions that they need.
      this.isSeparate = true;
      return;
    }
    this.resource = resource;
    const { policyFragment } = this;
    Object.defineProperty(this, 'policyFragment', { get: () => this.named(policyFragment) });
    this.node.addValidation({ validate: () => (this.isSeparate ? [] : this.document.validateForIdentityPolicy()) });
  }

  public override addToPrincipalPolicy(statement: PolicyStatement): AddToPrincipalPolicyResult {
    const text = JSON.stringify(statement);
    this.texts.add(text);
    if (text.includes(this.roleArn) || charactersOf(this.texts) > MAX_CHARACTERS) {
      this.separate();
    }
    if (this.isSeparate || this.isClosed) {
      return super.addToPrincipalPolicy(statement);
    }
    this.statements.push(statement);
    this.document.addStatements(statement);
    this.resource!.policies = [{ policyName: 'Permissions', policyDocument: this.document }];
    return { statementAdded: true, policyDependable: this };
  }

  /** Ends the definition of its own permissions: further ones go to a policy next to the role. */
  public close(): void {
    this.isClosed = true;
  }

  /** Returns the principal for the policy of a resource, which then references this role. */
  private named(principal: PrincipalPolicyFragment): PrincipalPolicyFragment {
    this.separate();
    return principal;
  }

  /** Moves the permissions to a policy next to the role. */
  private separate(): void {
    if (this.isSeparate) {
      return;
    }
    this.isSeparate = true;
    this.resource!.policies = undefined;
    this.statements.forEach((statement) => super.addToPrincipalPolicy(statement));
  }
}

function charactersOf(statements: ReadonlySet<string>): number {
  return [...statements].join().replace(/[$#]\{Token\[[^\]]*\]\}/g, '-'.repeat(REFERENCE_CHARACTERS)).length;
}
