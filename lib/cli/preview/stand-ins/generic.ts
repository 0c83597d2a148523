import { answeredByCors, json } from './replies';
import { Handler, StandInProps } from './stand-in';

/** Stands for a process that the preview knows nothing more about: says what it got. */
export function generic({ process }: StandInProps): Handler {
  return async (req, res) => {
    if (answeredByCors(req, res, ['GET', 'POST', 'OPTIONS', 'HEAD'])) {
      return;
    }
    let bytes = 0;
    for await (const chunk of req as AsyncIterable<Buffer>) {
      bytes += chunk.length;
    }
    json(res, 200, { standIn: process, method: req.method, url: req.url, bytes });
  };
}
