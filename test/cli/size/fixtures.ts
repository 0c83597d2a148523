import { App } from 'aws-cdk-lib/core';
import ts from 'typescript';
import { CloudFormationTemplate } from '../../../cli/alb/template';
import { total } from '../../../cli/cost/cost-line';
import { estimate } from '../../../cli/cost/estimate';
import { PRICES } from '../../../cli/cost/prices';
import { Capacity, Plan, planOf } from '../../../cli/size/plan';
import { snippetOf } from '../../../cli/size/snippet';
import { Traffic } from '../../../cli/size/traffic';
import { FEATURE_FLAGS } from '../../helpers/stack';

/** Traffic with the defaults of the command. */
export function traffic(given: Partial<Traffic> = {}): Traffic {
  return { eventsPerMonth: 10e6, recordingsPerMonth: 0, flagRequestsPerMonth: 0, retentionMonths: 12, peakFactor: 4, ...given };
}

/** A plan for some traffic. */
export function plan(given: Partial<Traffic> = {}, capacity: Capacity = 'fargate'): Plan {
  return planOf(traffic(given), capacity);
}

/** What the snippet of a plan synthesises. */
export interface Synthesised {
  readonly templates: readonly CloudFormationTemplate[];
  /** The dollars a month that `cost` prints for it. */
  readonly cost: number;
  /** Warnings and errors of constructs. */
  readonly messages: readonly string[];
}

/** Runs the snippet of a plan as a user would who pastes it, and synthesises it. */
export function synthesise(given: Plan): Synthesised {
  const { outputText } = ts.transpileModule(snippetOf(given), {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const exported: { definePostHog?: (app: App) => void } = {};
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the program that the command prints
  const run = new Function('exports', 'require', outputText) as (exports: object, require: (name: string) => unknown) => void;
  run(exported, moduleNamed);
  const app = new App({ context: FEATURE_FLAGS, builtinCloudFormationValidation: false, treeMetadata: false });
  exported.definePostHog!(app);
  const assembly = app.synth();
  const templates = assembly.stacks.map(({ template }) => template as CloudFormationTemplate);
  const messages = assembly.stacks.flatMap(({ messages }) => messages.map(({ level, entry }) => `${level}: ${JSON.stringify(entry.data)}`));
  return { templates, cost: templates.flatMap((template) => estimate(template, PRICES)).reduce((sum, line) => sum + total(line), 0), messages };
}

/** The modules that a snippet imports; any other one is not available to users. */
function moduleNamed(name: string): unknown {
  switch (name) {
    case 'cdk-posthog':
      return jest.requireActual('../../../lib');
    case 'aws-cdk-lib/core':
    case 'aws-cdk-lib/aws-ec2':
    case 'aws-cdk-lib/aws-route53':
      return jest.requireActual(name);
    default:
      throw new Error(`a snippet imports ${name}`);
  }
}
