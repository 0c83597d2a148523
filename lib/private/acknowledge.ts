import { CfnOutput, Stack, Validations } from 'aws-cdk-lib/core';
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

/**
 * Returns a value that may contain references in the format of cdk-nag's finding ids: `<LogicalId.Attribute>` for each in its own stack, and the
 * name of its export in another one.
 *
 * @param stack the stack of the resources that the value refers to
 * @param value the value
 */
export function resultTexts(stack: Stack, value: unknown): string[] {
  const resolved: unknown = stack.resolve(value);
  return [...new Set([resultText(resolved), resultText(resolved, (reference) => exportName(stack, reference))])];
}

/** Returns a resolved value in the format of cdk-nag's finding ids. */
export function resultText(resolved: unknown, nameOf: (reference: object) => string | undefined = () => undefined): string {
  if (typeof resolved === 'string') {
    return resolved;
  }
  const {
    'Ref': ref,
    'Fn::GetAtt': getAtt,
    'Fn::Join': join,
  } = resolved as { 'Ref'?: string; 'Fn::GetAtt'?: string[]; 'Fn::Join'?: [string, unknown[]] };
  if (join) {
    return join[1].map((part) => resultText(part, nameOf)).join(join[0]);
  }
  return nameOf(resolved as object) ?? `<${ref ?? getAtt?.join('.')}>`;
}

/** Returns the name under which a stack exports a reference (resolveExportedValue in aws-cdk-lib/core/lib/stack.ts); undefined if it does not. */
function exportName(stack: Stack, reference: object): string | undefined {
  const output = stack.node.tryFindChild('Exports')?.node.tryFindChild(`Output${JSON.stringify(reference)}`);
  return output instanceof CfnOutput ? output.exportName : undefined;
}
