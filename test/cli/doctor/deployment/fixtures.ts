import { AppAccess } from '../../../../lib';
import { NamedCheckResult } from '../../../../cli/doctor/check';
import { CloudFormationTemplate } from '../../../../cli/alb/template';
import { awsEnvironment, useEnvironment } from '../../aws-environment';
import { cli, Run, templateOfPostHog } from '../../fixtures';
import { accountWith } from '../account';
import { Answers, Wire } from '../wire';

export let template: CloudFormationTemplate;
export let account: Answers;
export let wire: Wire;

/** Runs a server with the answers of an account that a PostHog is deployed in, in each test of a file. */
export function useDeployment(): void {
  useEnvironment(() => awsEnvironment(wire));

  beforeAll(async () => {
    template = templateOfPostHog({ appAccess: AppAccess.fromCidrs(['203.0.113.0/24']) }, true);
    wire = await Wire.start();
  });

  beforeEach(() => {
    account = accountWith(template);
    wire.answers = account;
    wire.asked = [];
  });

  afterAll(async () => {
    await wire.stop();
  });
}

export const answering = (answers: Answers) => {
  wire.answers = { ...account, ...answers };
};
/** The answer of the account, changed. */
export const changed = (action: string, change: (answer: never) => object) =>
  answering({ [action]: (question) => change(account[action](question) as never) });
export const reportedResults = ({ out }: Run) => (JSON.parse(out) as { results: NamedCheckResult[] }).results;
export const amiss = (run: Run) =>
  reportedResults(run)
    .filter(({ status }) => status !== 'pass' && status !== 'warning')
    .map(({ check, status, text }) => [check, status, text]);
export const doctor = (...argv: string[]) => cli('doctor', '--json', ...argv);
