/** The text of an environment variable of the server's process, put in by ClickHouse when it reads the file. */
export class FromEnv {
  public constructor(
    public readonly variable: string,
    /** Left out of the copy of the merged configuration that the server keeps on its disk. */
    public readonly secret: boolean = false,
  ) {}
}

/** What an element holds. A list repeats the element; null makes it an empty one. */
export type Content = string | number | null | FromEnv | Elements | readonly Content[];

/** Elements by name, in their order. */
export interface Elements {
  readonly [name: string]: Content;
}

/** A name of XML without the characters that need a second look: no colon, no letters beyond ASCII. */
const NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

/**
 * A configuration file of ClickHouse.
 *
 * @param root the name of the outermost element
 */
export function xml(root: string, content: Elements): string {
  return lines(root, content, '').join('\n') + '\n';
}

function lines(name: string, content: Content, indent: string): string[] {
  if (!NAME.test(name)) {
    throw new Error(`not a name of XML: ${name}`);
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

/** `Array.isArray` does not tell a read-only list from the rest. */
function isList(content: Content): content is readonly Content[] {
  return Array.isArray(content);
}

/** The name of a database in a statement of the configuration. */
export function identifier(name: string): string {
  return `\`${name.replace(/[\\`]/g, '\\$&')}\``;
}

function escaped(text: string): string {
  // What XML 1.0 cannot hold at all, not even escaped.
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text)) {
    throw new Error(`not a text of XML: ${JSON.stringify(text)}`);
  }
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
