import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const ROOT = path.join(__dirname, '..');
const DOCS = path.join(ROOT, 'docs');

/** The package as it is built. */
const PACKAGE = path.join(ROOT, 'build', 'index.d.ts');

/** The imports and declarations that snippets take for granted, as in the README: its declarations are global, so that a snippet can have its own. */
const FIXTURE = readFileSync(path.join(ROOT, 'rosetta', 'default.ts-fixture'), 'utf8').replace('/// here', '');
const DECLARATION = /^declare (const .*;)$/gm;
const GLOBALS = `${FIXTURE.replace(DECLARATION, '')}declare global {\n${[...FIXTURE.matchAll(DECLARATION)].map(([, text]) => `  ${text}`).join('\n')}\n}\n`;
/** The namespaces of AWS services: `ec2`, `s3`. */
const NAMESPACES = FIXTURE.match(/^import \* as .*;$/gm)!;

/** A TypeScript snippet of a page. */
interface Snippet {
  readonly page: string;
  /** The line of the page that it begins on. */
  readonly line: number;
  readonly code: string;
}

function snippetsOf(page: string): Snippet[] {
  const text = readFileSync(path.join(DOCS, page), 'utf8');
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(({ 1: code, index }) => ({ page, line: text.slice(0, index).split('\n').length + 1, code }));
}

/** Returns the errors of snippets, each with its page and line. */
export function errorsOf(snippets: readonly Snippet[]): string[] {
  const globals = path.join(ROOT, 'snippet-globals.d.ts');
  const exported = exportsOf(PACKAGE);
  const preludes = snippets.map(({ code }) => preludeOf(code, exported));
  const files = new Map(snippets.map((snippet, index) => [path.join(ROOT, `snippet-${index}.ts`), { snippet, prelude: preludes[index] }]));
  const texts = new Map([[globals, GLOBALS], ...[...files].map(([file, { snippet, prelude }]) => [file, prelude + snippet.code] as const)]);
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
    paths: { 'cdk-posthog': [PACKAGE] },
  };
  const program = ts.createProgram([...texts.keys()], options, hostWith(texts, options));
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, '\n');
    const found = file && files.get(path.normalize(file.fileName));
    if (!found) {
      return `${file?.fileName ?? ''} ${message}`;
    }
    const { snippet, prelude } = found;
    const line = snippet.line + file.getLineAndCharacterOfPosition(start!).line - prelude.split('\n').length + 1;
    return `docs/${snippet.page}:${line}: ${message}`;
  });
}

/** Returns the imports that a snippet leaves out: this package and the namespaces of AWS services, but for names that it imports itself. */
function preludeOf(code: string, exported: readonly string[]): string {
  const own = [...code.matchAll(/^import \{(.*?)\}/gms)].flatMap(([, names]) => names.split(',').map((name) => name.trim()));
  const core = ['App', 'Duration', 'RemovalPolicy', 'SecretValue', 'Size', 'Stack'].filter((name) => !own.includes(name));
  const rest = exported.filter((name) => !own.includes(name));
  const namespaces = NAMESPACES.filter((line) => !code.includes(line));
  return [`import { ${core.join(', ')} } from 'aws-cdk-lib';`, `import { ${rest.join(', ')} } from 'cdk-posthog';`, ...namespaces, ''].join('\n');
}

function exportsOf(file: string): string[] {
  const program = ts.createProgram([file], { skipLibCheck: true });
  const checker = program.getTypeChecker();
  return checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)!)!).map(({ name }) => name);
}

/** A compiler host with files that are not on the disk. */
function hostWith(texts: ReadonlyMap<string, string>, options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const textOf = (file: string) => texts.get(path.normalize(file));
  return {
    ...host,
    fileExists: (file) => textOf(file) !== undefined || host.fileExists(file),
    readFile: (file) => textOf(file) ?? host.readFile(file),
    getSourceFile: (file, version, ...rest) => {
      const text = textOf(file);
      return text === undefined ? host.getSourceFile(file, version, ...rest) : ts.createSourceFile(file, text, version, true);
    },
  };
}

if (require.main === module) {
  const snippets = readdirSync(DOCS)
    .filter((file) => file.endsWith('.md'))
    .flatMap(snippetsOf);
  const errors = errorsOf(snippets);
  errors.forEach((error) => console.error(error));
  console.log(`${snippets.length} snippets of docs, ${errors.length} errors`);
  process.exitCode = errors.length > 0 || snippets.length === 0 ? 1 : 0;
}
