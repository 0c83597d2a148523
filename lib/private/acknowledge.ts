import { Validations } from 'aws-cdk-lib/core';
import { IConstruct } from 'constructs';

/**
 * Acknowledges findings of cdk-nag for a construct.
 *
 * @param construct the construct, including its children
 * @param reasons the reason why each rule does not apply, by the rule's id; a rule of NIST 800-53 by its name alone
 */
export function acknowledge(construct: IConstruct, reasons: Readonly<Record<string, string>>): void {
  for (const [rule, reason] of Object.entries(reasons)) {
    const id = rule.startsWith('AwsSolutions-') ? `AwsSolutions::${rule}` : `NIST.800.53.R5::NIST.800.53.R5-${rule}`;
    Validations.of(construct).acknowledge({ id, reason });
  }
}

/** Returns a value that may contain references in the format of cdk-nag's finding ids: `<LogicalId.Attribute>` for each. */
export function resultText(resolved: unknown): string {
  if (typeof resolved === 'string') {
    return resolved;
  }
  const {
    'Ref': ref,
    'Fn::GetAtt': getAtt,
    'Fn::Join': join,
  } = resolved as { 'Ref'?: string; 'Fn::GetAtt'?: string[]; 'Fn::Join'?: [string, unknown[]] };
  if (join) {
    return join[1].map(resultText).join(join[0]);
  }
  return `<${ref ?? getAtt?.join('.')}>`;
}
