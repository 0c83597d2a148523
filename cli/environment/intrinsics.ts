/** A value of a template as text. */
export interface ReadableValue {
  readonly text: string;
  /** Indicates whether all of it is known before deployment. */
  readonly known: boolean;
}

/**
 * Formats a value of a template. A value that is known at deployment only is written as in `Fn::Sub`, such as `${AWS::Region}` or `${Bucket.Arn}`.
 * A function without a short form stays as JSON.
 *
 * @param value the value: text, or an intrinsic function
 */
export function readable(value: unknown): ReadableValue {
  if (typeof value !== 'object' || value === null) {
    return { text: typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '', known: true };
  }
  const [name, argument] = (Object.entries(value) as [string, unknown][])[0] ?? [];
  if (name === 'Fn::Join' && isJoin(argument)) {
    const parts = argument[1].map(readable);
    return { text: parts.map(({ text }) => text).join(argument[0]), known: parts.every(({ known }) => known) };
  }
  return { text: unknownText(name, argument) ?? `\${${JSON.stringify(value)}}`, known: false };
}

function unknownText(name: string | undefined, argument: unknown): string | undefined {
  switch (name) {
    case 'Ref':
      return `\${${String(argument)}}`;
    case 'Fn::GetAtt':
      return `\${${Array.isArray(argument) ? argument.join('.') : String(argument)}}`;
    case 'Fn::ImportValue':
      return `\${ImportValue ${readable(argument).text}}`;
    case 'Fn::Sub':
      return typeof argument === 'string' ? argument : undefined;
    default:
      return undefined;
  }
}

/** Returns whether the items of a join are known: a list that is a single token has none yet. */
function isJoin(argument: unknown): argument is [separator: string, parts: unknown[]] {
  return Array.isArray(argument) && typeof argument[0] === 'string' && Array.isArray(argument[1]);
}
