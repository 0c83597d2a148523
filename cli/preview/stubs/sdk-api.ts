import { randomUUID } from 'node:crypto';
import { IncomingMessage, ServerResponse } from 'node:http';
import { json, plainPath } from './replies';

const PROMPTS = /^\/api\/(?:environments|projects)\/[^/]+\/llm_prompts(?:\/name\/(?<name>[^/]+))?$/;
const MESSAGING = /^\/api\/projects\/[^/]+\/messaging\/(?<call>send\/email|attachments\/uploads|preferences|emails\/(?<id>[^/]+))$/;

/** Returns whether a path is an API call of SDKs with an API key. */
export function isSdkApi(path: string): boolean {
  return PROMPTS.test(path) || MESSAGING.test(path);
}

/**
 * Responds to an API call of an SDK: a prompt, a queued e-mail, empty preferences. A call without an API key is refused, as in the app; any key is
 * accepted. posthog 7.91.1 and posthog-node 5.70.0 accept the responses.
 */
export function answerSdkApi(req: IncomingMessage, res: ServerResponse): void {
  req.resume();
  const path = plainPath(req);
  if (!/^Bearer \S/.test(req.headers.authorization ?? '')) {
    json(res, 401, { type: 'authentication_error', code: 'not_authenticated', detail: 'Authentication credentials were not provided.' });
    return;
  }
  const prompts = PROMPTS.exec(path);
  if (prompts) {
    const prompt = (name: string) => ({ id: randomUUID(), name, prompt: `A prompt of the preview: ${name}`, version: 1, deleted: false });
    json(
      res,
      200,
      prompts.groups?.name === undefined ? { count: 1, next: null, previous: null, results: [prompt('preview')] } : prompt(prompts.groups.name),
    );
    return;
  }
  const { call = '', id } = MESSAGING.exec(path)?.groups ?? {};
  const now = new Date().toISOString();
  if (id !== undefined) {
    json(res, 200, { id, status: 'queued', created_at: now, status_at: now, reason: null });
  } else {
    json(
      res,
      200,
      (
        {
          'send/email': { message_id: randomUUID(), replayed: false, warnings: [] },
          'attachments/uploads': { files: [] },
          'preferences': { identifier: 'preview@example.com', all_marketing: null, topics: {} },
        } as Readonly<Record<string, object>>
      )[call],
    );
  }
}
