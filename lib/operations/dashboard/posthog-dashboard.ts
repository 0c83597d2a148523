import { AlarmStatusWidget, Dashboard, IWidget, PeriodOverride, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { ILogGroup, QueryDefinition, QueryString } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { DashboardSection, sectionsOf } from './sections';
import { PostHogAlarms } from '../alarms/posthog-alarms';
import { checkProps, Checks, construct } from '../../private/checks/check';
import { Parts, PARTS_CHECKS, partsOf, PostHogPartsOptions } from '../parts';

/**
 * Properties for `PostHogDashboard`. Each part that is passed in is shown as far as it reports metrics.
 */
export interface PostHogDashboardProps extends PostHogPartsOptions {
  /**
   * The alarms whose states are shown at the top.
   *
   * @default - none
   */
  readonly alarms?: PostHogAlarms;
}

const CHECKS: Checks<PostHogDashboardProps> = {
  ...PARTS_CHECKS,
  alarms: construct('a PostHogAlarms', ['alarms', 'compositeAlarms'], 'write new PostHogAlarms(...)'),
};

/** The most log groups of a query (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData_Insights.html: 50). */
const MAX_LOG_GROUPS = 50;

/** The patterns of lines about errors: Python, Node and Rust write these words in their own cases. */
const ERRORS = '@message like /(?i)(error|exception|traceback|panicked)/';

/** The saved queries of Logs Insights, as the runbook uses them. */
const QUERIES: readonly { readonly id: string; readonly name: string; readonly query: QueryString }[] = [
  {
    id: 'ErrorsByProcess',
    name: 'errors by process',
    query: new QueryString({
      parseStatements: ["@logStream '*/*' as process, rest"],
      filterStatements: [ERRORS],
      statsStatements: ['count(*) as errors by process, bin(5m)'],
      sort: 'errors desc',
    }),
  },
  {
    id: 'LastErrors',
    name: 'last errors',
    query: new QueryString({ fields: ['@timestamp', '@logStream', '@message'], filterStatements: [ERRORS], sort: '@timestamp desc', limit: 200 }),
  },
  {
    id: 'DeadLetters',
    name: 'dead letters',
    query: new QueryString({
      fields: ['@timestamp', '@logStream', '@message'],
      filterStatements: ['@message like /(?i)(dlq|dead.?letter)/'],
      sort: '@timestamp desc',
      limit: 200,
    }),
  },
];

/**
 * A dashboard in CloudWatch on one page: in the order that an event takes, then data stores, upkeep, and the metrics that the bill depends on; and
 * saved queries of the logs.
 */
export class PostHogDashboard extends Construct {
  /** The dashboard. */
  public readonly dashboard: Dashboard;

  public constructor(scope: Construct, id: string, props: PostHogDashboardProps) {
    super(scope, id);
    checkProps(this, props, CHECKS);
    const parts = partsOf(this, props);
    this.dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: parts.installation,
      defaultInterval: undefined,
      periodOverride: PeriodOverride.AUTO,
      widgets: [...statesOf(props.alarms), ...sectionsOf(parts).flatMap(rowsOf)],
    });
    this.defineQueries(parts);
  }

  private defineQueries({ services, installation }: Parts): void {
    const logGroups: ILogGroup[] = [...new Set(services.map(({ logGroup }) => logGroup))].slice(0, MAX_LOG_GROUPS);
    if (logGroups.length > 0) {
      QUERIES.forEach(({ id, name, query }) => {
        new QueryDefinition(this, id, { queryDefinitionName: `${installation}/${name}`, queryString: query, logGroups });
      });
    }
  }
}

function statesOf(alarms: PostHogAlarms | undefined): IWidget[][] {
  const all = alarms ? [...alarms.compositeAlarms, ...alarms.alarms] : [];
  return all.length === 0 ? [] : [[new AlarmStatusWidget({ title: 'Alarms', alarms: all, width: 24, height: 5 })]];
}

function rowsOf({ title, text, widgets }: DashboardSection): IWidget[][] {
  return [[new TextWidget({ markdown: `## ${title}\n${text}`, width: 24, height: 2 })], widgets];
}
