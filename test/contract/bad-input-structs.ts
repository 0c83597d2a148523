import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { ROOT } from '../helpers/app';

/** A property of a struct that users fill in. */
export interface StructProp {
  readonly name: string;
  /** Its type, as it is written. */
  readonly type: string;
}

/** The interfaces of lib, by name. */
const INTERFACES = new Map(
  readdirSync(path.join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const source = ts.createSourceFile(file, readFileSync(path.join(ROOT, 'lib', file), 'utf8'), ts.ScriptTarget.Latest, true);
      return source.statements
        .filter(ts.isInterfaceDeclaration)
        .map((declaration): [string, ts.InterfaceDeclaration] => [declaration.name.text, declaration]);
    }),
);

/** The names of the enums and classes of lib. */
export const INDEX = readFileSync(path.join(ROOT, 'lib', 'index.ts'), 'utf8');

/** The structs that lib/index.ts exports. Interfaces that begin with I are implemented, not filled in. */
export const EXPORTED_STRUCTS = [...INDEX.matchAll(/\btype (\w+)/g)].map(([, name]) => name).filter((name) => !/^I[A-Z]/.test(name));

/** Returns the properties of a struct, with those that it inherits. */
export function propsOf(struct: string): StructProp[] {
  const declaration = INTERFACES.get(struct);
  if (!declaration) {
    throw new Error(`lib has no interface ${struct}`);
  }
  const parents = (declaration.heritageClauses ?? []).flatMap(({ types }) => types.map(({ expression }) => expression.getText()));
  const own = declaration.members.filter(ts.isPropertySignature).map((member) => ({ name: member.name.getText(), type: member.type!.getText() }));
  return [...parents.flatMap(propsOf), ...own];
}

/** The static methods of the exported classes that take arguments, as `Class.method(argument, ...)`. */
export function factories(): string[] {
  const exported = [...INDEX.matchAll(/export \{([^}]*)\} from '([^']*)'/g)];
  return exported.flatMap(([, names, file]) => {
    const source = ts.createSourceFile(file, readFileSync(path.join(ROOT, 'lib', `${file}.ts`), 'utf8'), ts.ScriptTarget.Latest, true);
    const classes = source.statements.filter(ts.isClassDeclaration).filter(({ name }) => names.split(',').some((one) => one.trim() === name?.text));
    return classes.flatMap((declaration) =>
      declaration.members
        .filter(ts.isMethodDeclaration)
        .filter((method) => isPublicStatic(method) && method.parameters.length > 0)
        .map((method) => `${declaration.name!.text}.${method.name.getText()}(${method.parameters.map(({ name }) => name.getText()).join(', ')})`),
    );
  });
}

function isPublicStatic(method: ts.MethodDeclaration): boolean {
  const kinds = (method.modifiers ?? []).map(({ kind }) => kind);
  return kinds.includes(ts.SyntaxKind.StaticKeyword) && !kinds.includes(ts.SyntaxKind.PrivateKeyword) && !method.name.getText().startsWith('_');
}
