import { answeredByCors, json } from './replies';
import { Handler, StubProps } from './stub';

/** Stub of any other process: responds with the request that it received. */
export function generic({ process }: StubProps): Handler {
  return async (req, res) => {
    if (answeredByCors(req, res, ['GET', 'POST', 'OPTIONS', 'HEAD'])) {
      return;
    }
    let bytes = 0;
    for await (const chunk of req as AsyncIterable<Buffer>) {
      bytes += chunk.length;
    }
    json(res, 200, { stub: process, method: req.method, url: req.url, bytes });
  };
}
