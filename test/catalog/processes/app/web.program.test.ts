import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PROCESSES } from '../../../../lib/catalog/processes';
import { WEB } from '../../../../lib/catalog/processes/app/web';

test('the app starts in place of the shell, with a limit of 64 MiB on each file that it writes', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'web-'));
  try {
    mkdirSync(path.join(folder, 'bin'));
    writeFileSync(path.join(folder, 'bin', 'docker-server'), '#!/bin/bash\necho "$$ $(ulimit -f)"\n', { mode: 0o755 });
    const [shell, ...args] = [...WEB.entryPoint!, ...WEB.command!];
    const { pid, stdout } = spawnSync(shell, args, { cwd: folder, encoding: 'utf8' });
    expect(stdout).toBe(`${pid} ${64 * 1024}\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('no other process has a limit on its files', () => {
  const limited = PROCESSES.filter(({ command = [] }) => command.some((word) => word.includes('ulimit')));
  expect(limited.map(({ process }) => process)).toEqual(['web']);
});
