import path from 'node:path';
import { DocumentBlock } from './document-block';
import { TaskQueue, TASK_QUEUES } from '../lib/catalog/generations/task-queues';

const PAGE = path.join(__dirname, '..', 'docs', 'task-queues.md');
const BLOCK = new DocumentBlock(PAGE, 'task queues');

const ABOUT = { '2026-07': 'until August 2026', '2026-09': 'since August 2026' };

/** The tables of docs/task-queues.md, from the catalog: what is served, and what is not. */
export function taskQueueTables(): string {
  const served = TASK_QUEUES.filter(({ process }) => process !== undefined);
  const unserved = TASK_QUEUES.filter(({ process }) => process === undefined);
  return [
    table(
      ['queue', 'serves', 'by', 'needs'],
      served.map((queue) => [nameOf(queue), queue.serves, queue.process!, queue.needs?.words ?? '']),
    ),
    'These are not served:',
    table(
      ['queue', 'would serve', 'not served, because it'],
      unserved.map((queue) => [nameOf(queue), queue.serves, queue.unservedBecause!]),
    ),
  ].join('\n\n');
}

function nameOf({ name, generations }: TaskQueue): string {
  return generations.length === 1 ? `\`${name}\` (${ABOUT[generations[0]]})` : `\`${name}\``;
}

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The tables as they stand on the page. */
export function tablesOnPage(): string {
  return BLOCK.read();
}

if (require.main === module) {
  BLOCK.write(taskQueueTables());
}
