import { isIP } from 'node:net';
import { Arguments, Command, CommandError, ExitCode, Output, textOption } from '../command';
import { chosenIngresses, INGRESS_OPTIONS, INGRESS_USAGE, LOAD_BALANCER_HELP } from '../ingress/choose-ingress';
import { IngressModel } from '../ingress/ingress-model';
import { CONTROL_PREFIX } from './control';
import { SOURCE_HEADER } from './server/load-balancer';
import { Preview, startPreview } from './start-preview';
import { targetsOf } from './stubs';
import { ingressesOf } from '../template/template-ingress';
import { readTemplate, TEMPLATE_HELP, TEMPLATE_OPTION, TEMPLATE_USAGE } from '../template/template-file';

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

/** Returns the text that is printed on start. */
function greeting(ingresses: readonly IngressModel[], { ports }: Preview): string {
  const url = `https://localhost:${ports.https}`;
  const plain = ports.http === undefined ? '' : `, and http://localhost:${ports.http}`;
  const names = ingresses.flatMap(({ hosts }) => hosts).join(', ');
  const processes = [...new Set(ingresses.flatMap(targetsOf).map(({ process }) => process))].join(', ');
  return [
    `A preview of ${ingresses[0].source}, on this machine only`,
    `  ingress    ${url}${plain}${names ? `, for ${names}` : ''}`,
    `  page       ${url}${CONTROL_PREFIX}/`,
    `  behind it  stubs, not PostHog: ${processes}`,
    `  try it     curl -k ${url}/flags/?v=2   (-k: the certificate is self-signed; a browser warns once)`,
    '  stop       Ctrl-C',
  ].join('\n');
}

/** Waits for SIGINT or SIGTERM. A second signal, as from npm and the terminal, must not end the process in another way. */
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
  const all = ingressesOf(readTemplate(textOption(args, 'template')));
  const chosen = chosenIngresses(all, args);
  const ingresses = [...chosen, ...all.filter(({ rules }) => !chosen.some((one) => one.rules === rules))];
  const ended = interrupted();
  const preview = await startPreview(ingresses, options);
  output.out(greeting(ingresses, preview));
  await ended;
  await preview.close();
  return ExitCode.OK;
}

/** The command that serves a local preview of a template's ingress. */
export const PREVIEW: Command = {
  usage: `${TEMPLATE_USAGE} ${INGRESS_USAGE} [--port N] [--http-port N] [--from IP]`,
  help: [
    'Serves the ingress of a synthesised template on this machine, with a web page: the same rules, with stubs for the processes.',
    '',
    `--port N          the port for HTTPS on loopback; default: ${HTTPS_PORT}; 0: any free port`,
    `--http-port N     the port for plain HTTP, which the rules redirect; default: ${HTTP_PORT}`,
    '--from IP         the client IP of requests; default: the one that they connect from, 127.0.0.1',
    '--host NAME       the host name that localhost is treated as; default: the primary one of the template',
    `${LOAD_BALANCER_HELP}; default: the internet-facing one`,
    TEMPLATE_HELP,
    '',
    'A request with another name of the template in its Host header is evaluated by the rules of that one.',
    `A request with the header ${SOURCE_HEADER}: IP has that client IP for rules and X-Forwarded-For.`,
    `Paths below ${CONTROL_PREFIX}/ belong to the preview.`,
  ].join('\n'),
  options: { ...INGRESS_OPTIONS, ...TEMPLATE_OPTION, 'port': { type: 'string' }, 'http-port': { type: 'string' }, 'from': { type: 'string' } },
  run,
};
