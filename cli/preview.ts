import { isIP } from 'node:net';
import { Arguments, Command, CommandError, ExitCode, Output, textOption } from './command';
import { IngressModel } from './ingress-model';
import { CONTROL_PREFIX } from './preview/control';
import { SOURCE_HEADER } from './preview/load-balancer';
import { Preview, startPreview } from './preview/preview';
import { targetsOf } from './preview/stubs';
import { ingressesOf } from './template-ingress';
import { readTemplate, TEMPLATE_HELP, TEMPLATE_OPTION, TEMPLATE_USAGE } from './template-file';

const HTTPS_PORT = 8443;
const HTTP_PORT = 8080;
const HIGHEST_PORT = 65535;

function portOption(args: Arguments, name: string, defaultPort: number): number {
  const text = textOption(args, name) ?? String(defaultPort);
  if (!/^\d+$/.test(text) || Number(text) > HIGHEST_PORT) {
    throw new CommandError(`--${name} must be a port, 0 to ${HIGHEST_PORT}, got: '${text}'`);
  }
  return Number(text);
}

/** What a user reads when it has started. */
function greeting(doors: readonly IngressModel[], { ports }: Preview): string {
  const url = `https://localhost:${ports.https}`;
  const plain = ports.http === undefined ? '' : `, and http://localhost:${ports.http}`;
  const names = doors.flatMap(({ hosts }) => hosts).join(', ');
  const processes = [...new Set(doors.flatMap(targetsOf).map(({ process }) => process))].join(', ');
  return [
    `A preview of ${doors[0].source}, on this machine only`,
    `  the door   ${url}${plain}${names ? `, in place of ${names}` : ''}`,
    `  the page   ${url}${CONTROL_PREFIX}/`,
    `  behind it  stubs, not PostHog: ${processes}`,
    `  try it     curl -k ${url}/flags/?v=2   (-k: the certificate was made just now; a browser asks once)`,
    '  the end    Ctrl-C',
  ].join('\n');
}

/** Waits for Ctrl-C, or for being told to end. Told twice, as by npm and the terminal, it does not end otherwise. */
async function interrupted(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.on('SIGINT', () => resolve());
    process.on('SIGTERM', () => resolve());
  });
}

async function run(args: Arguments, output: Output): Promise<ExitCode> {
  const from = textOption(args, 'from');
  if (from !== undefined && !isIP(from)) {
    throw new CommandError(`--from must be an IP address, got: '${from}'`);
  }
  const options = { port: portOption(args, 'port', HTTPS_PORT), httpPort: portOption(args, 'http-port', HTTP_PORT), from };
  const doors = ingressesOf(readTemplate(textOption(args, 'template')));
  const ended = interrupted();
  const preview = await startPreview(doors, options);
  output.out(greeting(doors, preview));
  await ended;
  await preview.close();
  return ExitCode.OK;
}

/** Serves a template's way in on this machine. */
export const PREVIEW: Command = {
  usage: `${TEMPLATE_USAGE} [--port N] [--http-port N] [--from IP]`,
  help: [
    'Serves the way in of a synthesised template on this machine, with a page to look at: the same rules, with stubs for the processes.', '',
    `--port N          the port for HTTPS on loopback; left out: ${HTTPS_PORT}; 0: any that is free`,
    `--http-port N     the port for plain HTTP, which the rules redirect; left out: ${HTTP_PORT}`,
    '--from IP         the address that requests come from; left out: the one that they connect from, 127.0.0.1', TEMPLATE_HELP, '',
    'localhost stands for the domain of the template, for the first where it has several; a request that names another in its Host header',
    'gets the rules of that one.',
    `A request with the header ${SOURCE_HEADER}: IP comes from that address, as far as rules and X-Forwarded-For are concerned.`,
    `Paths below ${CONTROL_PREFIX}/ are the preview's own.`,
  ].join('\n'),
  options: { ...TEMPLATE_OPTION, 'port': { type: 'string' }, 'http-port': { type: 'string' }, 'from': { type: 'string' } },
  run,
};
