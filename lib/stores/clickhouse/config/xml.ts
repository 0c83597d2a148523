/** The value of an environment variable, which ClickHouse inserts when it reads the file. */
export class FromEnv {
  public constructor(
    public readonly variable: string,
    /** Indicates whether it is omitted from the preprocessed configuration that the server writes to disk. */
    public readonly secret: boolean = false,
  ) {}
}

/** The content of an element. A list repeats the element; null makes it empty. */
export type Content = string | number | null | FromEnv | Elements | readonly Content[];

/** Elements by name, in their order. */
export interface Elements {
  readonly [name: string]: Content;
}

/** The allowed XML names: without colons and non-ASCII letters. */
const NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

/**
 * Returns a configuration file of ClickHouse.
 *
 * @param root the name of the outermost element
 */
export function xml(root: string, content: Elements): string {
  return lines(root, content, '').join('\n') + '\n';
}

function lines(name: string, content: Content, indent: string): string[] {
  if (!NAME.test(name)) {
    throw new Error(`not an XML name: ${name}`);
  }
  if (content instanceof FromEnv) {
    return [`${indent}<${name} from_env="${escaped(content.variable)}"${content.secret ? ' hide_in_preprocessed="true"' : ''}/>`];
  }
  if (isList(content)) {
    return content.flatMap((item) => lines(name, item, indent));
  }
  if (content === null) {
    return [`${indent}<${name}/>`];
  }
  if (typeof content === 'object') {
    return [`${indent}<${name}>`, ...Object.entries(content).flatMap(([child, inner]) => lines(child, inner, `${indent} `)), `${indent}</${name}>`];
  }
  return [`${indent}<${name}>${escaped(String(content))}</${name}>`];
}

/** Returns whether content is a list: `Array.isArray` does not narrow read-only arrays. */
function isList(content: Content): content is readonly Content[] {
  return Array.isArray(content);
}

/** Returns the quoted name of a database, for SQL statements in the configuration. */
export function identifier(name: string): string {
  return `\`${name.replace(/[\\`]/g, '\\$&')}\``;
}

function escaped(text: string): string {
  // XML 1.0 does not allow these characters, not even escaped.
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text)) {
    throw new Error(`not an XML text: ${JSON.stringify(text)}`);
  }
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
