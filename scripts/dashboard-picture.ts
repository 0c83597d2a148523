import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { PostHog } from '../lib';

const FILE = path.join(__dirname, '..', 'docs', 'images', 'dashboard.svg');

/** A widget of a dashboard, as the picture draws it. */
export interface Widget {
  readonly type: 'text' | 'metric' | 'alarm';
  readonly title: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** The names of its lines. */
  readonly series: readonly string[];
  /** The unit of its axis. */
  readonly unit: string;
}

interface BodyWidget extends Pick<Widget, 'type' | 'x' | 'y' | 'width' | 'height'> {
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly metrics?: readonly unknown[][];
    readonly yAxis?: { readonly left?: { readonly label?: string } };
  };
}

/** The widgets of the dashboard of a template; references in its body are left out. */
export function widgetsOf(template: Record<string, unknown>): Widget[] {
  const resources = Object.values(template.Resources as Record<string, { Type: string; Properties: { DashboardBody?: unknown } }>);
  const body = resources.find(({ Type }) => Type === 'AWS::CloudWatch::Dashboard')!.Properties.DashboardBody;
  const parts = typeof body === 'string' ? [body] : (body as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1];
  const { widgets } = JSON.parse(parts.map((part) => (typeof part === 'string' ? part : '...')).join('')) as { widgets: BodyWidget[] };
  return widgets.map(({ type, x, y, width, height, properties: { title = '', markdown = '', metrics = [], yAxis } }) => ({
    type,
    title: markdown === '' ? title : /^## (.*)$/m.exec(markdown)![1],
    x,
    y,
    width,
    height,
    series: metrics.flatMap((metric) => seriesOf(metric) ?? []),
    unit: yAxis?.left?.label ?? '',
  }));
}

/** The name of a line; undefined for a metric that only an expression uses. */
function seriesOf(metric: readonly unknown[]): string | undefined {
  const options = metric.at(-1) as { readonly label?: string; readonly visible?: boolean; readonly expression?: string };
  if (options.visible === false) {
    return undefined;
  }
  return options.label ?? (options.expression === undefined ? String(metric[1]) : 'each service');
}

const UNIT = { x: 40, y: 20 };
const COLOURS = ['#1f77b4', '#ff7f0e', '#2ca02c', '#d62728', '#9467bd', '#8c564b', '#e377c2', '#7f7f7f', '#bcbd22', '#17becf'];

/** The most names below a graph. */
const MAX_NAMES = 4;

/** Draws a dashboard with its own titles, lines and units. The lines are no measurements: each is a wave. */
function picture(widgets: readonly Widget[]): string {
  const height = Math.max(...widgets.map((widget) => widget.y + widget.height)) * UNIT.y;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${24 * UNIT.x} ${height}" font-family="sans-serif" font-size="11">`,
    `<title>The dashboard of a PostHog in CloudWatch</title>`,
    `<rect width="100%" height="100%" fill="#f2f3f3"/>`,
    ...widgets.map(draw),
    '</svg>',
    '',
  ].join('\n');
}

function draw(widget: Widget): string {
  const [x, y, width, height] = [widget.x * UNIT.x + 3, widget.y * UNIT.y + 3, widget.width * UNIT.x - 6, widget.height * UNIT.y - 6];
  const text = (dx: number, dy: number, content: string, style = '') => `<text x="${x + dx}" y="${y + dy}"${style}>${escaped(content)}</text>`;
  if (widget.type === 'text') {
    return text(6, 24, widget.title, ' font-size="17" font-weight="bold"');
  }
  const box = `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="#fff" stroke="#d5dbdb"/>`;
  const title = text(8, 16, widget.title, ' font-weight="bold"');
  if (widget.type === 'alarm') {
    return box + title + text(8, 40, 'The state of each alarm.', ' fill="#545b64"');
  }
  const names = widget.series.slice(0, MAX_NAMES);
  const more = widget.series.length - names.length;
  const legend = [...names, ...(more > 0 ? [`and ${more} more`] : [])].map((name, index) => {
    const colour = index < names.length ? COLOURS[index % COLOURS.length] : '#545b64';
    return text(8 + (index % 2) * (width / 2), height - 20 + 13 * (Math.floor(index / 2) - 1), short(name), ` fill="${colour}"`);
  });
  const lines = names.map((_, index) => wave(x + 8, y + 30 + index * 4, width - 16, height - 82, index));
  return [box, title, text(8, 28, widget.unit, ' fill="#545b64" font-size="9"'), ...lines, ...legend].join('');
}

function wave(x: number, y: number, width: number, height: number, phase: number): string {
  const points = Array.from({ length: 25 }, (_, index) => {
    const level = (Math.sin(index / 2.5 + phase * 1.7) + 1) / 2;
    return `${(x + (index * width) / 24).toFixed(1)},${(y + height * (0.2 + 0.6 * level)).toFixed(1)}`;
  });
  return `<polyline points="${points.join(' ')}" fill="none" stroke="${COLOURS[phase % COLOURS.length]}"/>`;
}

function short(name: string): string {
  return name.length > 24 ? `${name.slice(0, 23)}…` : name;
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}

/** The template of a PostHog with a dashboard, and every part of it created. */
function templateWithDashboard(): Record<string, unknown> {
  const { context } = JSON.parse(readFileSync(path.join(__dirname, '..', 'cdk.json'), 'utf8')) as { context: Record<string, unknown> };
  const app = new App({ context, builtinCloudFormationValidation: false });
  const stack = new Stack(app, 'Stack');
  new PostHog(stack, 'PostHog', {
    domainName: 'posthog.example.com',
    domainZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z0123456789ABC', zoneName: 'example.com' }),
    dashboard: true,
  });
  return app.synth().getStackByName('Stack').template as Record<string, unknown>;
}

/** The picture of the dashboard as the library defines it. */
export function currentPicture(): string {
  return picture(widgetsOf(templateWithDashboard()));
}

/** The picture as the documentation has it. */
export function pictureInDocs(): string {
  return readFileSync(FILE, 'utf8');
}

if (require.main === module) {
  writeFileSync(FILE, currentPicture());
}
