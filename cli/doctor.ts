import { Access, ACCESSES } from './access';
import { Arguments, Command, CommandError, textOption } from './command';
import { MAX_RELEASE_AGE } from './doctor/checks/release';
import type { Named } from './doctor/find-load-balancer';
import { asJson, asText, exitCodeOf } from './doctor/report';
import { readRelease } from './release/read-release';

/** The stack that the sample app makes. */
const DEFAULT_STACK = 'PostHog';

const LOAD_BALANCER_ARN = /^arn:[^:]+:elasticloadbalancing:(?<region>[^:]+):\d+:loadbalancer\//;

/** Says what is right and what is not with a deployed load balancer, and what is behind it. */
export const DOCTOR: Command = {
  usage: `[--stack NAME | --load-balancer NAME|ARN] [--domain NAME] [--access ${ACCESSES.join('|')}] [--release FILE] [--max-release-age DAYS] [--region REGION] [--allow-unknown] [--json]`,
  help: [
    'Asks AWS about a deployed load balancer and what is behind it, and says in a line each what is right and what is not, with the fix.', '',
    `--stack NAME          the stack that made the load balancer, or gave rules to one; left out: ${DEFAULT_STACK}`,
    '--load-balancer NAME  the load balancer itself, by its name or ARN',
    '--domain NAME         the name that visitors use; left out: what Django, rules and certificate name',
    '--access WHO          who is meant to open the app: anyone, cidrs, authenticated or nobody; left out: only contradictions are judged',
    '--release FILE        the release file that was deployed; left out: the images are compared with the releases of the library',
    `--max-release-age D   how many days old the release may be before it is warned of; left out: ${MAX_RELEASE_AGE}`,
    '--region REGION       left out: that of the environment or the profile',
    '--allow-unknown       what could not be asked does not fail',
    '--json                for programs', '',
    'Exit codes: 0 all is right, or wants to be looked at (!); 1 something is wrong; 2 nothing could be asked, or nothing is wrong and something could not be asked.',
    'It only reads. Credentials come from where the AWS CLI takes them; docs/command-line.md lists what they must allow.',
  ].join('\n'),
  options: {
    'load-balancer': { type: 'string' },
    'stack': { type: 'string' },
    'domain': { type: 'string' },
    'access': { type: 'string' },
    'release': { type: 'string' },
    'max-release-age': { type: 'string' },
    'region': { type: 'string' },
    'allow-unknown': { type: 'boolean' },
    'json': { type: 'boolean' },
  },
  async run(args, output) {
    const named = namedBy(args);
    const access = accessOf(textOption(args, 'access'));
    const region = regionOf(named, textOption(args, 'region'));
    const release = textOption(args, 'release');
    const intention = {
      domain: textOption(args, 'domain')?.toLowerCase(), access, release: release === undefined ? undefined : readRelease(release), maxReleaseAge: releaseAgeOf(args), now: new Date(),
    };
    const begin = (where: string) => {
      if (!args.values.json) {
        output.err(`asking AWS in ${where} about the ${'stack' in named ? `stack ${named.stack}` : `load balancer ${named.loadBalancer}`} ...`);
      }
    };
    // The SDK is large: whoever asks for help does not wait for it.
    const { diagnose } = await import('./doctor/diagnose.js');
    const diagnosis = await diagnose(named, intention, region, begin);
    output.out(args.values.json ? asJson(diagnosis) : asText(diagnosis));
    return exitCodeOf(diagnosis.results, args.values['allow-unknown'] === true);
  },
};

function namedBy(args: Arguments): Named {
  const loadBalancer = textOption(args, 'load-balancer');
  const stack = textOption(args, 'stack');
  if (loadBalancer !== undefined && stack !== undefined) {
    throw new CommandError('name the load balancer with --load-balancer or with --stack, not with both');
  }
  if (loadBalancer === '' || stack === '') {
    throw new CommandError('the name must not be empty');
  }
  return loadBalancer === undefined ? { stack: stack ?? DEFAULT_STACK } : { loadBalancer };
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

/** An ARN names its region. */
function regionOf(named: Named, region: string | undefined): string | undefined {
  const own = 'loadBalancer' in named ? LOAD_BALANCER_ARN.exec(named.loadBalancer)?.groups?.region : undefined;
  if (own !== undefined && region !== undefined && own !== region) {
    throw new CommandError(`the load balancer is in ${own}, and --region says ${region}: leave --region out`);
  }
  return own ?? region;
}
