import path from 'node:path';
import ts from 'typescript';
import { snippetOf } from '../../cli/size/snippet';
import { plan } from '../cli/size/fixtures';
import { ROOT } from '../helpers/app';

const PROGRAMS = [
  snippetOf(plan({ eventsPerMonth: 1e6 })),
  snippetOf(plan({ eventsPerMonth: 10e6 }, 'instances')),
  snippetOf(plan({ eventsPerMonth: 500e6 })),
  snippetOf(plan({ eventsPerMonth: 5e9 })),
];

/** The strictest options that a user may have. */
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noUnusedLocals: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  resolveJsonModule: true,
  paths: { 'cdk-posthog': [path.join(ROOT, 'lib', 'index.ts')] },
};

test('the programs of cdk-posthog size compile with strict options', () => {
  const files = new Map(PROGRAMS.map((text, index) => [path.join(ROOT, `size-${index}.ts`), text]));
  const host = ts.createCompilerHost(OPTIONS);
  const [read, exists] = [host.getSourceFile.bind(host), host.fileExists.bind(host)];
  host.fileExists = (file) => files.has(file) || exists(file);
  host.getSourceFile = (file, language, ...others) => {
    const text = files.get(file);
    return text === undefined ? read(file, language, ...others) : ts.createSourceFile(file, text, language);
  };
  const program = ts.createProgram([...files.keys()], OPTIONS, host);
  const messages = [...files.keys()].flatMap((file) =>
    [...program.getSyntacticDiagnostics(program.getSourceFile(file)), ...program.getSemanticDiagnostics(program.getSourceFile(file))].map(
      ({ messageText }) => `${path.basename(file)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    ),
  );
  expect(messages).toEqual([]);
});
