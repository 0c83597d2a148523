import { capture } from '../../cli/preview/stubs/capture';
import { start } from '../../cli/preview/stubs/stub';
import { startPreview } from '../../cli/preview/start-preview';
import { Traffic } from '../../cli/preview/traffic';
import { ingressesOf } from '../../cli/template/template-ingress';
import { readTemplate } from '../../cli/template/template-file';

/** What a server of the bench says when it is asked. */
export interface ServerState {
  readonly url: string;
  /** How many events it has taken. */
  readonly captured: number;
  readonly mebibytes: number;
}

// `preview TEMPLATE` serves a template; `stub` serves the stub for capture alone, without TLS and without an ingress. A garbage
// collection before each answer keeps what nobody needs any more out of the figure for memory.
async function serve(): Promise<{ url: string; traffic: Traffic }> {
  const [what, template] = process.argv.slice(2);
  if (what === 'preview') {
    const { ports, traffic } = await startPreview(ingressesOf(readTemplate(template)), { port: 0, httpPort: 0 });
    return { url: `https://localhost:${ports.https}`, traffic };
  }
  const traffic = new Traffic();
  const { port } = await start(capture, { process: 'capture', settings: {}, peer: '10.0.0.4', traffic });
  return { url: `http://127.0.0.1:${port}`, traffic };
}

void serve().then(({ url, traffic }) => {
  const tell = () => {
    globalThis.gc?.();
    process.send!({ url, captured: traffic.capturedCount, mebibytes: process.memoryUsage.rss() / 1024 / 1024 } satisfies ServerState);
  };
  process.on('message', tell);
  tell();
});
