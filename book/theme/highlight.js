// Colours for code, in the place of mdBook's highlight.js (138 KB).
//
// mdBook's book.js calls `hljs.configure` and, for every <code> of the page,
// `hljs.highlightBlock`. One regular expression a language finds the tokens,
// which are wrapped in spans; the text itself stays as it is.
'use strict';
(() => {
  /** @typedef {[name: string, pattern: string][]} Rules */

  const words = (/** @type {string} */ list) =>
    `\\b(?:${list.trim().replace(/\s+/g, '|')})\\b`;
  const until = (/** @type {string} */ mark) => `[^]*?(?:${mark}|(?![^]))`;

  const SLASHES = `//.*|/\\*${until('\\*/')}`;
  const HASH = '#.*';
  const QUOTED = '"(?:\\\\[^]|[^"\\\\])*"';
  const CHAR = "'(?:\\\\.|[^'\\\\\\n])+'";
  const NUMBER = '\\b(?:0[xX][\\da-fA-F_]+|0[bo][0-7_]+|' +
    '\\d[\\d_]*(?:\\.\\d[\\d_]*)?(?:[eE][+-]?\\d+)?)' +
    '(?:[iuf](?:8|16|32|64|128|size)|[uUlL]{1,3})?\\b';
  const TYPE = '\\b[A-Z]\\w*[a-z]\\w*\\b';

  /** @type {Rules} */
  const transcript = [
    ['meta', '^\\$(?= )'],
    // The first column: the line of the source that each event comes from.
    ['comment', '^ {0,3}(?:\\d+(?= {2}\\S)|line {2}who\\b.*)'],
  ];
  /** @type {Rules} */
  const c = [
    ['comment', SLASHES],
    ['meta', '^[ \\t]*#[ \\t]*\\w+'],
    ['string', `${QUOTED}|${CHAR}`],
    ['number', NUMBER],
    ['keyword', words(`break case const continue default do else enum extern
      for goto if inline return sizeof static struct switch typedef union
      volatile while`)],
    ['type', words('bool char double float int long short signed unsigned void')
      + '|\\b\\w+_t\\b'],
    ['literal', words('NULL true false')],
  ];
  /** @type {Rules} */
  const python = [
    ['comment', HASH],
    ['string', `(?:\\b[rbfuRBFU]{1,2})?(?:"""${until('"""')}|` +
      `'''${until("'''")}|"(?:\\\\[^]|[^"\\\\\\n])*"|''|${CHAR})`],
    ['meta', '^[ \\t]*@[\\w.]+'],
    ['number', NUMBER],
    ['keyword', words(`and as assert async await break class continue def del
      elif else except finally for from global if import in is lambda match
      nonlocal not or pass raise return try while with yield`)],
    ['literal', words('True False None')],
    ['type', TYPE],
  ];

  /** @type {Record<string, Rules>} */
  const LANGUAGES = {
    c,
    python,
    console: transcript,
    transcript,
    text: transcript,
    rust: [
      ['comment', SLASHES],
      ['string', '\\b(?:br|cr|r)(?<h>#*)"[^]*?"\\k<h>|' +
        `(?:\\b[bc])?${QUOTED}|` +
        "(?:\\bb)?'(?:\\\\(?:u\\{[^}]*\\}|x..|.)|[^'\\\\\\n])'"],
      ['symbol', "'[a-z_]\\w*"],
      ['meta', '#!?\\[[^\\]\\n]*\\]'],
      ['built_in', '\\b[a-z_]\\w*!(?!=)'],
      ['number', NUMBER],
      ['keyword', words(`as async await break const continue crate dyn else enum
        extern fn for if impl in let loop match mod move mut pub ref return self
        static struct super trait type union unsafe use where while`)],
      ['literal', words('true false')],
      ['type', words('bool char f32 f64 str [iu](?:8|16|32|64|128|size)') +
        `|${TYPE}`],
    ],
    go: [
      ['comment', SLASHES],
      ['string', `${QUOTED}|\`[^\`]*\`|${CHAR}`],
      ['number', NUMBER],
      ['keyword', words(`break case chan const continue default defer else for
        func go goto if import interface map package range return select struct
        switch type var`)],
      ['literal', words('true false nil iota')],
      ['type', words('bool byte error int rune string uint8 uint16')],
    ],
  };

  /** @type {(node: HTMLElement) => void} */
  function highlightBlock(code) {
    const language = /(?:^|\s)language-(\w+)/.exec(code.className)?.[1] ?? '';
    // Where mdBook hides lines, it has put spans of its own.
    if (!Object.hasOwn(LANGUAGES, language) || code.firstElementChild) return;
    // Each rule is a group named after its class: `hljs-comment`.
    const groups = LANGUAGES[language].map(([kind, p]) => `(?<${kind}>${p})`);
    const text = code.textContent ?? '';
    const parts = [];
    let done = 0;
    for (const { 0: token, index, groups: kinds = {} } of
      text.matchAll(new RegExp(groups.join('|'), 'gm'))) {
      const span = document.createElement('span');
      span.className = `hljs-${Object.keys(kinds).find(it => it !== 'h' && kinds[it])}`;
      span.textContent = token;
      parts.push(text.slice(done, index), span);
      done = index + token.length;
    }
    code.replaceChildren(...parts, text.slice(done));
  }

  Object.assign(window, { hljs: { configure() {}, highlightBlock } });
})();
