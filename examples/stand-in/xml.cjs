// A small, strict reader of XML: enough for MFTF's files, and it refuses what libxml refuses.

const named = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

class XmlError extends Error {}

function decode(text) {
  return text.replace(/&(#x?[0-9a-fA-F]+|\w+);/g, (whole, name) => {
    if (name.startsWith('#x')) return String.fromCodePoint(Number.parseInt(name.slice(2), 16));
    if (name.startsWith('#')) return String.fromCodePoint(Number(name.slice(1)));
    if (named[name] === undefined) throw new XmlError(`Entity '${name}' not defined`);
    return named[name] ?? whole;
  });
}

function attributesOf(source) {
  const attributes = {};
  const rest = source.replace(/([\w:.-]+)\s*=\s*("[^"<]*"|'[^'<]*')/g, (_, name, value) => {
    if (name in attributes) throw new XmlError(`Attribute ${name} redefined`);
    attributes[name] = decode(value.slice(1, -1));
    return '';
  });
  if (rest.trim() !== '') throw new XmlError('attributes construct error');
  return attributes;
}

/** The root element of a document as `{ name, attributes, children, text }`. Throws an XmlError. */
function parseXml(source) {
  const document = { name: '', attributes: {}, children: [], text: '' };
  const open = [document];
  const token =
    /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<!DOCTYPE[^>]*>|<(\/?)([\w:.-]+)((?:"[^"]*"|'[^']*'|[^<>"'])*?)(\/?)>/y;
  let at = source.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (at < source.length) {
    const top = open[open.length - 1];
    const next = source.indexOf('<', at);
    const text = source.slice(at, next < 0 ? source.length : next);
    if (top === document && text.trim() !== '')
      throw new XmlError('Extra content at the end of the document');
    top.text += decode(text);
    if (next < 0) break;
    token.lastIndex = next;
    const match = token.exec(source);
    if (!match) throw new XmlError(`StartTag: invalid element name at offset ${next}`);
    at = token.lastIndex;
    const [, cdata, closing, name, attributes, empty] = match;
    if (cdata !== undefined) top.text += cdata;
    else if (closing) {
      if (top.name !== name) throw new XmlError(`Opening and ending tag mismatch: ${top.name} and ${name}`);
      open.pop();
    } else if (name) {
      if (top === document && document.children.length > 0) throw new XmlError('Extra content at the end');
      const element = { name, attributes: attributesOf(attributes), children: [], text: '' };
      top.children.push(element);
      if (!empty) open.push(element);
    }
  }
  if (open.length > 1) throw new XmlError(`Premature end of data in tag ${open[open.length - 1].name}`);
  if (document.children.length === 0) throw new XmlError('Start tag expected, document is empty');
  return document.children[0];
}

const escapeXml = (text) =>
  String(text)
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, '')
    .replace(/[<>&"]/g, (sign) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' })[sign]);

module.exports = { parseXml, escapeXml, XmlError };
