import { Access, ACCESSES } from '../ingress/access';
import { SCHEMES } from '../ingress/ingress-model';
import { Arguments, Command, CommandError, textOption } from '../command';
import { MAX_RELEASE_AGE } from './checks/services/release';
import type { Named } from './deployment/find-load-balancer';
import { asJson, asText, exitCodeOf } from './report';
import { readRelease } from '../release/read-release';

/** The name of the stack in the sample app. */
const DEFAULT_STACK = 'PostHog';

const LOAD_BALANCER_ARN = /^arn:[^:]+:elasticloadbalancing:(?<region>[^:]+):\d+:loadbalancer\//;

/** The command that checks a deployed load balancer and the services behind it. */
export const DOCTOR: Command = {
  usage: `[--stack NAME] [--load-balancer NAME|ARN|SCHEME] [--domain NAME] [--host NAME] [--access ${ACCESSES.join('|')}] [--release FILE] [--max-release-age DAYS] [--region REGION] [--allow-unknown] [--json]`,
  help: [
    'Checks a deployed load balancer and the services behind it. Prints a line for each result, and the fix for each failure.',
    '',
    `--stack NAME          the stack that creates the load balancer or adds rules to one; default: ${DEFAULT_STACK}`,
    '--load-balancer NAME  the load balancer, by name or ARN; with --stack one of those of the stack; internal or internet-facing: that of the stack',
    '--domain NAME         the domain name that clients use; default: taken from Django, rules and certificates',
    '--host NAME           the host name whose rules and certificate are checked, such as a further one; default: the domain name',
    '--access ACCESS       who should be able to open the app: anyone, cidrs, authenticated or nobody; default: only contradictions fail',
    '--release FILE        the deployed release file; default: the images are compared with the releases of the library',
    `--max-release-age D   the age of the release in days from which on there is a warning; default: ${MAX_RELEASE_AGE}`,
    '--region REGION       default: the region of the environment or the profile',
    '--allow-unknown       exit with 0 although something could not be checked',
    '--json                machine-readable output',
    '',
    'Exit codes: 0 all checks passed, with or without warnings (!); 1 a check failed; 2 the doctor could not run, or no check failed and some are unknown.',
    'It only reads. It finds credentials as the AWS CLI does; docs/command-line.md lists the required permissions.',
  ].join('\n'),
  options: {
    'load-balancer': { type: 'string' },
    'stack': { type: 'string' },
    'domain': { type: 'string' },
    'host': { type: 'string' },
    'access': { type: 'string' },
    'release': { type: 'string' },
    'max-release-age': { type: 'string' },
    'region': { type: 'string' },
    'allow-unknown': { type: 'boolean' },
    'json': { type: 'boolean' },
  },
  async run(args, output) {
    const named = targetOf(args);
    const access = accessOf(textOption(args, 'access'));
    const region = regionOf(named, textOption(args, 'region'));
    const release = textOption(args, 'release');
    const options = {
      domain: textOption(args, 'domain')?.toLowerCase(),
      host: textOption(args, 'host')?.toLowerCase(),
      access,
      release: release === undefined ? undefined : readRelease(release),
      maxReleaseAge: releaseAgeOf(args),
      now: new Date(),
    };
    const begin = (where: string) => {
      if (!args.values.json) {
        output.err(`describing the ${'stack' in named ? `stack ${named.stack}` : `load balancer ${named.loadBalancer}`} in ${where} ...`);
      }
    };
    // The SDK is large, so it is loaded only when the command runs, not for its help.
    const { diagnose } = await import('./diagnose');
    const diagnosis = await diagnose(named, options, region, begin);
    output.out(args.values.json ? asJson(diagnosis) : asText(diagnosis));
    return exitCodeOf(diagnosis.results, args.values['allow-unknown'] === true);
  },
};

function targetOf(args: Arguments): Named {
  const loadBalancer = textOption(args, 'load-balancer');
  const stack = textOption(args, 'stack');
  if (loadBalancer === '' || stack === '') {
    throw new CommandError('the name must not be empty');
  }
  if (loadBalancer === undefined || stack !== undefined || SCHEMES.some((scheme) => scheme === loadBalancer)) {
    return { stack: stack ?? DEFAULT_STACK, among: loadBalancer };
  }
  return { loadBalancer };
}

function accessOf(text: string | undefined): Access | undefined {
  const access = ACCESSES.find((one) => one === text);
  if (text !== undefined && access === undefined) {
    throw new CommandError(`--access must be one of ${ACCESSES.join(', ')}, got: '${text}'`);
  }
  return access;
}

function releaseAgeOf(args: Arguments): number {
  const text = textOption(args, 'max-release-age') ?? String(MAX_RELEASE_AGE);
  if (!/^\d{1,5}$/.test(text)) {
    throw new CommandError(`--max-release-age must be a whole number of days, got: '${text}'`);
  }
  return Number(text);
}

/** Returns the region of an ARN, or else the option. */
function regionOf(named: Named, region: string | undefined): string | undefined {
  const own = 'loadBalancer' in named ? LOAD_BALANCER_ARN.exec(named.loadBalancer)?.groups?.region : undefined;
  if (own !== undefined && region !== undefined && own !== region) {
    throw new CommandError(`the load balancer is in ${own}, and --region says ${region}: leave --region out`);
  }
  return own ?? region;
}
