// How a page speaks with the workbook's own server, and reads what it answers.

// Only the workbook's own server puts a token into its pages.
const token = /** @type {HTMLMetaElement | null} */ (
  document.querySelector('meta[name="workbook-token"]'))?.content;

/** Text of a peer, harmless: what could reorder or hide it is spelled out. */
export const visible = (/** @type {unknown} */ text) => String(text ?? '').replace(
  /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu,
  sign => `\\u{${sign.codePointAt(0)?.toString(16)}}`);

/** What is fetched or imported, or an error that a reader understands.
 * @template T @param {Promise<T>} promise @param {AbortSignal} [signal] */
export const reach = (promise, signal) => promise.catch(error => {
  throw signal?.aborted ? error : new Error('The server does not answer.' +
    (token ? ' Start it again with cargo run, and reload this page.' : ''));
});

/**
 * @param {string} path
 * @param {object} [body] what is posted; nothing: it is only asked for
 * @param {AbortSignal} [signal]
 */
export async function ask(path, body, signal) {
  const response = await reach(fetch(path, body === undefined ? { signal } : {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-workbook-token': token ?? '' },
    body: JSON.stringify(body),
    signal,
  }), signal);
  if (response.ok) return response;
  throw new Error((await response.text()).slice(0, 500).trim() || `Status ${response.status}.`);
}

/** The JSON Lines of an answer, each as soon as it is there. */
export async function* lines(/** @type {Response} */ response) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader?.read() ?? { done: true };
    const whole = (rest + (value ?? '')).split('\n');
    rest = whole.pop() ?? '';
    for (const line of whole) if (line) yield line;
    if (done) return;
  }
}
