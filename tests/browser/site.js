// The built book, and a browser to look at it with.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const TARGET = process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const WORKBOOK = process.env.WORKBOOK ?? join(TARGET, 'debug', 'workbook');

const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
};

/**
 * Starts the workbook's own server, if it has been compiled.
 *
 * @returns {Promise<{base: string, stop: () => Promise<void>} | null>}
 */
export async function workbook() {
  if (!existsSync(WORKBOOK)) return null;
  // What a test does is not what the learner did: it gets a diary of its own.
  const state = await mkdtemp(join(tmpdir(), 'workbook-state-'));
  const child = spawn(WORKBOOK, ['serve', '--port', '0', '--no-build'], {
    cwd: ROOT,
    env: { ...process.env, WORKBOOK_STATE: state },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise(resolve => child.once('close', resolve));
  const stop = async () => {
    child.kill('SIGINT');
    const late = setTimeout(() => child.kill('SIGKILL'), 3000);
    await ended;
    clearTimeout(late);
    await rm(state, { recursive: true, force: true });
  };
  let said = '';
  child.stderr.on('data', bytes => { said += bytes; });
  const address = new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`workbook serve named no address:\n${said}`)), 20_000);
    child.stdout.on('data', bytes => {
      said += bytes;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
      if (found) {
        clearTimeout(late);
        resolve(`${found[0]}/`);
      }
    });
    child.once('close', () => reject(new Error(`workbook serve ended:\n${said}`)));
  });
  try {
    return { base: await address, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Which lessons there are, and their recorded runs.
 *
 * @returns {{slug: string, name: string, events: Record<string, any>[]}[]} */
export function recordings() {
  const folder = join(ROOT, 'book', 'recordings');
  const found = [];
  for (const slug of readdirSync(folder)) {
    if (!existsSync(join(folder, slug, 'list.jsonl'))) continue;
    const [{ experiments }] = jsonLines(readFileSync(join(folder, slug, 'list.jsonl'), 'utf8'));
    for (const { name } of experiments) {
      const events = jsonLines(readFileSync(join(folder, slug, `${name}.jsonl`), 'utf8'));
      found.push({ slug, name, events });
    }
  }
  assert.ok(found.length > 90, `only ${found.length} recordings`);
  return found;
}

export const jsonLines = text => text.trimEnd().split('\n').map(line => JSON.parse(line));

/** The lines of a file of the workspace, from 1. */
export function sourceLines(file) {
  return ['', ...readFileSync(join(ROOT, file), 'utf8').split('\n')];
}

/** The folder of the built book: SITE, or where the workbook builds it. */
export function folder() {
  const site = process.env.SITE ?? join(TARGET, 'workbook-site');
  assert.ok(existsSync(join(site, 'index.html')),
    `${site} holds no built book. Run \`cargo build\` first, so that the test ` +
    'can start `workbook serve`, which builds it; or build it with ' +
    '`mdbook build` and set SITE=target/book.');
  return site;
}

/**
 * Serves a folder as plain files, as any web server would.
 *
 * @param {string} root
 * @param {(path: string, page: string | Buffer) =>
 *   {type?: string, body: string | Buffer} | undefined} [change]
 */
export async function serve(root, change) {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    let path = normalize(decodeURIComponent(url.pathname));
    if (path.endsWith('/')) path += 'index.html';
    let file = join(root, path);
    const found = existsSync(file) && statSync(file).isFile();
    if (!found) file = join(root, '404.html');
    const made = change?.(path, readFileSync(file));
    response.writeHead(found || made ? 200 : 404, {
      'content-type': made?.type ?? TYPES[extname(file)] ?? 'application/octet-stream',
      'cache-control': 'no-store',
    });
    response.end(made?.body ?? readFileSync(file));
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(0)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const stop = async () => {
    if (!server.listening) return;
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  };
  return { base: `http://127.0.0.1:${port}/`, stop };
}

/** Debian's Chromium, with a profile of its own and no talk to the internet. */
export async function browser() {
  assert.ok(existsSync(CHROMIUM),
    `There is no ${CHROMIUM}. Install it (Debian: apt-get install chromium) ` +
    'or set CHROMIUM to the path of another Chromium.');
  const { chromium } = await needed('playwright-core');
  const profile = await mkdtemp(join(tmpdir(), 'workbook-chromium-'));
  // Not launchPersistentContext: each test opens contexts of its own.
  const started = await chromium.launch({
    executablePath: CHROMIUM,
    env: { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile },
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic',
      '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
  return {
    started,
    stop: async () => {
      await started.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** An npm package, or a sentence on how to get it. */
export async function needed(name) {
  try {
    return await import(name);
  } catch (error) {
    throw new Error(
      `${name} is not installed: run \`npm ci\` in tests/browser.`,
      { cause: error });
  }
}

export const FAILURES = join(import.meta.dirname, 'failures');

/** A picture of the page for whoever has to find out why a test failed. */
export async function picture(page, name) {
  mkdirSync(FAILURES, { recursive: true });
  const file = join(FAILURES, `${name.replace(/\W+/g, '-')}.png`);
  await page.screenshot({ path: file, fullPage: true });
  return file;
}
