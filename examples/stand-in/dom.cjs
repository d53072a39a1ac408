// A lenient HTML parser, and the selectors that tests use: CSS and a little XPath.

const empty = new Set(['area', 'base', 'br', 'col', 'hr', 'img', 'input', 'link', 'meta', 'source', 'wbr']);
const raw = new Set(['script', 'style', 'textarea', 'title']);
const entities = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  euro: '€',
  copy: '©',
  times: '×',
};

function decode(text) {
  return text.replace(/&(#x?[\da-fA-F]+|\w+);/g, (whole, name) => {
    if (name[0] !== '#') return entities[name] ?? whole;
    return String.fromCodePoint(name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1)));
  });
}

function attributesOf(source) {
  const attributes = {};
  for (const [, name, quoted, single, bare] of source.matchAll(
    /([^\s=/"'<>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g,
  )) {
    attributes[name.toLowerCase()] = decode(quoted ?? single ?? bare ?? '');
  }
  return attributes;
}

const element = (tag, attributes, parent) => ({ tag, attributes, children: [], parent });

/** The document as a tree of `{ tag, attributes, children, parent }`; text is `{ text }`. */
function parseHtml(source) {
  const root = element('#document', {}, undefined);
  let top = root;
  const token = /<!--[\s\S]*?-->|<![^>]*>|<(\/?)([a-zA-Z][\w-]*)((?:"[^"]*"|'[^']*'|[^>"'])*)>|[^<]+|</g;
  for (let match = token.exec(source); match; match = token.exec(source)) {
    const [whole, closing, name, attributes] = match;
    if (name === undefined) {
      if (!whole.startsWith('<!')) top.children.push({ text: decode(whole), parent: top });
      continue;
    }
    const tag = name.toLowerCase();
    if (closing) {
      let opened = top;
      while (opened && opened.tag !== tag) opened = opened.parent;
      if (opened?.parent) top = opened.parent;
      continue;
    }
    const node = element(tag, attributesOf(attributes), top);
    top.children.push(node);
    if (raw.has(tag)) {
      const end = source.toLowerCase().indexOf(`</${tag}`, token.lastIndex);
      const stop = end < 0 ? source.length : end;
      node.children.push({ text: decode(source.slice(token.lastIndex, stop)), parent: node });
      token.lastIndex = source.indexOf('>', stop) + 1 || source.length;
    } else if (!empty.has(tag) && !attributes.endsWith('/')) top = node;
  }
  return root;
}

function* descendants(node) {
  for (const child of node.children ?? []) {
    if (child.tag) yield child;
    yield* descendants(child);
  }
}

const isHidden = (node) =>
  'hidden' in node.attributes ||
  /display:\s*none/.test(node.attributes.style ?? '') ||
  node.attributes.type === 'hidden' ||
  ['script', 'style', 'head', 'title', 'template'].includes(node.tag);

/** Whether the element is visible. */
function isVisible(node) {
  for (let at = node; at?.tag && at.tag !== '#document'; at = at.parent) if (isHidden(at)) return false;
  return true;
}

/** The text of a node with whitespace collapsed; `all` includes hidden text. */
function textOf(node, all = false) {
  const gather = (one) => {
    if (one.text !== undefined) return one.text;
    if (!all && one.tag !== '#document' && isHidden(one)) return '';
    const inner = one.children.map(gather).join('');
    return /^(p|div|li|tr|h\d|section|header|footer|main|form|td|th|br|label|nav|ul|ol|table|button)$/.test(
      one.tag,
    )
      ? ` ${inner} `
      : inner;
  };
  return gather(node).replace(/\s+/g, ' ').trim();
}

module.exports = { parseHtml, descendants, isVisible, isHidden, textOf };
