import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generate } from 'selfsigned';
import { listening } from '../helpers/free-port';

/** The issuer of the tokens that a registry accepts. */
export interface TokenServer {
  /** The section of a registry's configuration that makes it ask for them. */
  readonly auth: object;
  /** A token for pushing, which it gives to nobody else. */
  pushToken(repository: string): string;
  /** What was asked of it. */
  readonly asked: string[];
  stop(): Promise<void>;
}

const SERVICE = 'registry.test';
const ISSUER = 'auth.test';

/** Starts a server of tokens for a registry, as auth.docker.io is one: clients without credentials can read public images. */
export async function startTokenServer(isPublic: (repository: string) => boolean): Promise<TokenServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tokens-'));
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const { cert } = await generate([{ name: 'commonName', value: ISSUER }], { keyPair: { privateKey, publicKey }, algorithm: 'sha256' });
  const bundle = path.join(folder, 'issuer.pem');
  writeFileSync(bundle, cert);
  const x5c = [cert.replace(/-----[A-Z ]+-----|\s/g, '')];
  const tokenFor = (access: object[]): string => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: ISSUER, sub: '', aud: SERVICE, iat: now, nbf: now - 60, exp: now + 300, jti: randomUUID(), access };
    const signed = [{ typ: 'JWT', alg: 'RS256', x5c }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
  };
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url!, 'http://localhost');
    asked.push(String(request.url));
    const [, name] = /^repository:(.+):pull$/.exec(searchParams.get('scope') ?? '') ?? [];
    const access = name !== undefined && isPublic(name) ? [{ type: 'repository', name, actions: ['pull'] }] : [];
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ token: tokenFor(access) }));
  });
  const realm = `http://localhost:${await listening(server)}/token`;
  return {
    auth: { token: { realm, service: SERVICE, issuer: ISSUER, rootcertbundle: bundle } },
    pushToken: (name) => tokenFor([{ type: 'repository', name, actions: ['pull', 'push'] }]),
    asked,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close').catch(() => undefined);
      rmSync(folder, { recursive: true });
    },
  };
}
