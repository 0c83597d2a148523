// Loaded into each process of a measured command: writes its peak memory, in KiB, to a file of its own.
import { writeFileSync } from 'node:fs';

process.on('exit', () => writeFileSync(`${process.env.BENCH_MEMORY}/${process.pid}`, String(process.resourceUsage().maxRSS)));
