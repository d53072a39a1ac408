// The part of YAML that codeception.yml uses: nested mappings and sequences of plain values.

const plain = (text) => {
  const value = text.trim().replace(/^(["'])(.*)\1$/, '$2');
  if (value === '{}') return {};
  if (value === '[]') return [];
  return value;
};

/** Reads a document into objects, arrays and strings. */
function parseYaml(source) {
  const lines = source
    .split(/\r?\n/)
    .map((line) => line.replace(/\s+#.*$/, '').replace(/^#.*$/, ''))
    .filter((line) => line.trim() !== '')
    .map((line) => ({ indent: line.length - line.trimStart().length, text: line.trim() }));
  let at = 0;
  const block = (indent) => {
    const list = lines[at]?.text.startsWith('- ') ?? false;
    const result = list ? [] : {};
    while (at < lines.length && lines[at].indent === indent) {
      const { text } = lines[at];
      if (list !== text.startsWith('- ')) break;
      at += 1;
      if (list) {
        result.push(plain(text.slice(2)));
        continue;
      }
      const colon = /^("[^"]*"|'[^']*'|[^:]*(?::(?=\S)[^:]*)*):(?:\s+(.*))?$/.exec(text);
      if (!colon) throw new Error(`Unable to parse "${text}"`);
      const next = lines[at];
      const nested = next && (next.indent > indent || (next.indent === indent && next.text.startsWith('- ')));
      if (colon[2] !== undefined) result[plain(colon[1])] = plain(colon[2]);
      else result[plain(colon[1])] = nested ? block(next.indent) : null;
    }
    return result;
  };
  return lines.length > 0 ? block(lines[0].indent) : {};
}

/** Writes what `parseYaml` reads. */
function formatYaml(value, indent = '') {
  if (Array.isArray(value)) return value.map((item) => `${indent}- ${item}\n`).join('');
  return Object.entries(value)
    .map(([key, item]) => {
      if (item === null) return `${indent}${key}: null\n`;
      if (typeof item !== 'object') return `${indent}${key}: ${item}\n`;
      if (Object.keys(item).length === 0) return `${indent}${key}: ${Array.isArray(item) ? '[]' : '{}'}\n`;
      return `${indent}${key}:\n${formatYaml(item, `${indent}    `)}`;
    })
    .join('');
}

module.exports = { parseYaml, formatYaml };
