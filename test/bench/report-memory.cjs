// Loaded into each process of a measured command: writes its peak memory, in KiB, to a file of its own.
process.on('exit', () => {
  require('node:fs').writeFileSync(`${process.env.BENCH_MEMORY}/${process.pid}`, String(process.resourceUsage().maxRSS));
});
