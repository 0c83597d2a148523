import { format } from 'node:util';

const METHODS = ['debug', 'error', 'info', 'log', 'warn'] as const;

/** What was written to the console since the last test. */
const written: string[] = [];

METHODS.forEach((name) => {
  console[name] = (...parameters: unknown[]) => void written.push(`console.${name}: ${format(...parameters)}`);
});

afterEach(() => {
  const output = written.splice(0).join('\n');
  if (output !== '') {
    throw new Error(`a test must not write to the console; expect the output with jest.spyOn(console, ...).mockImplementation()\n${output}`);
  }
});
