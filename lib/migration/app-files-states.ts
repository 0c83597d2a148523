import { APP_FILES_ERROR, AppFilesRun } from './functions/migration-requests';

/** Properties for the states that install functions and format schemas on ClickHouse servers. */
export interface AppFilesStates {
  /** The name of the parameter that servers read PostHog's image from. */
  readonly imageParameter: string;
  /** The names of the parameters that servers report into. */
  readonly reportParameters: readonly string[];
  /** The default image, if an execution is started by hand. */
  readonly image: string;
}

const POLL_SECONDS = 10;
const MAX_POLLS = 120;

/** The maximum time that servers have, in seconds, with the time that the calls take: they pull an image of gigabytes. */
export const APP_FILES_SECONDS = MAX_POLLS * (POLL_SECONDS + 2);

const CALL = {
  Type: 'Task',
  TimeoutSeconds: 10,
  Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 2, BackoffRate: 2, MaxAttempts: 3 }],
};

/** The first of the states. */
export const INSTALL_APP_FILES = 'IsImageGiven';

/**
 * Returns the states that write the image into the parameter, and wait until every server has reported.
 *
 * A server reports the run that it has finished, so that an earlier report of the same image does not count. A server that is being replaced reports
 * after its start.
 */
export function appFilesStates(
  { imageParameter, reportParameters, image }: AppFilesStates,
  given: { readonly resource: (name: string) => string; readonly caught: readonly object[]; readonly next: string },
): Record<string, object> {
  const fields: Record<`${keyof AppFilesRun}.$`, string> = { 'run.$': '$$.Execution.Name', 'image.$': '$.Image' };
  const servers = reportParameters.map((parameter, index) => {
    const name = (state: string) => `${state}${index + 1}`;
    const next = index + 1 < reportParameters.length ? `ReadReport${index + 2}` : given.next;
    return serverStates(parameter, name, `ClickHouse server ${index + 1}`, next, given);
  });
  return {
    IsImageGiven: { Type: 'Choice', Choices: [{ Variable: '$.Image', IsPresent: true, Next: 'NameImage' }], Default: 'TakeCurrentImage' },
    TakeCurrentImage: { Type: 'Pass', Result: image, ResultPath: '$.Image', Next: 'NameImage' },
    NameImage: { Type: 'Pass', Parameters: fields, ResultPath: '$.AppFiles', Next: 'StartPolls' },
    StartPolls: { Type: 'Pass', Result: { Count: 0 }, ResultPath: '$.Polls', Next: 'WriteImage' },
    WriteImage: {
      ...CALL,
      Resource: given.resource('aws-sdk:ssm:putParameter'),
      Parameters: { 'Name': imageParameter, 'Value.$': 'States.JsonToString($.AppFiles)', 'Overwrite': true },
      ResultPath: null,
      Catch: given.caught,
      Next: 'ReadReport1',
    },
    ...Object.assign({}, ...servers),
  } as Record<string, object>;
}

function serverStates(
  parameter: string,
  name: (state: string) => string,
  server: string,
  next: string,
  { resource, caught }: { readonly resource: (name: string) => string; readonly caught: readonly object[] },
): Record<string, object> {
  const isCurrent = [
    { Variable: '$.Server.Report.run', IsPresent: true },
    { Variable: '$.Server.Report.run', StringEqualsPath: '$.AppFiles.run' },
  ];
  const failed = (cause: string, field: string) => ({
    Type: 'Pass',
    Parameters: { 'Error': APP_FILES_ERROR, 'Cause.$': `States.Format('${server} ${cause}', ${field})` },
    ResultPath: '$.Error',
    Next: 'Conclude',
  });
  return {
    [name('ReadReport')]: {
      ...CALL,
      Resource: resource('aws-sdk:ssm:getParameter'),
      Parameters: { Name: parameter },
      ResultSelector: { 'Report.$': 'States.StringToJson($.Parameter.Value)' },
      ResultPath: '$.Server',
      Catch: caught,
      Next: name('IsInstalled'),
    },
    [name('IsInstalled')]: {
      Type: 'Choice',
      Choices: [
        { And: [...isCurrent, { Variable: '$.Server.Report.outcome', StringEquals: 'installed' }], Next: next },
        { And: [...isCurrent, { Variable: '$.Server.Report.outcome', StringEquals: 'failed' }], Next: name('NotInstalled') },
        { Variable: '$.Polls.Count', NumericGreaterThanEquals: MAX_POLLS, Next: name('NotReported') },
      ],
      Default: name('WaitForReport'),
    },
    [name('WaitForReport')]: { Type: 'Wait', Seconds: POLL_SECONDS, Next: name('CountPoll') },
    [name('CountPoll')]: {
      Type: 'Pass',
      Parameters: { 'Count.$': 'States.MathAdd($.Polls.Count, 1)' },
      ResultPath: '$.Polls',
      Next: name('ReadReport'),
    },
    [name('NotInstalled')]: failed('has not installed the functions and format schemas of {}: {}', '$.AppFiles.image, $.Server.Report.message'),
    [name('NotReported')]: failed(
      `has not reported within ${(MAX_POLLS * POLL_SECONDS) / 60} minutes that it has the functions and format schemas of {}: check that its instance runs and can reach Systems Manager`,
      '$.AppFiles.image',
    ),
  };
}
