// The PHP expressions in a generated Cest: texts, numbers, lists, getenv, msq, secrets, created data, variables, `.` and
// `? :`.

const token =
  /\s*(?:("(?:[^"\\]|\\[\s\S])*")|'((?:[^'\\]|\\[\s\S])*)'|(-?\d+(?:\.\d+)?)|((?:\$I->|PersistedObjectHandler::getInstance\(\)->|\$this->getModuleForAction\("\w+"\)->)?[A-Za-z_]\w*(?=\())|(true|false|null)|\$(\w+)|(=>|[.,?:()[\]]))/y;
const escapes = { n: '\n', r: '\r', t: '\t', '"': '"', $: '$', '\\': '\\' };

function readTokens(source) {
  const tokens = [];
  let at = 0;
  while (at < source.length) {
    token.lastIndex = at;
    const match = token.exec(source);
    if (!match) throw new SyntaxError(`unexpected "${source.slice(at, at + 20)}"`);
    at = token.lastIndex;
    const [, double, single, number, name, word, variable, sign] = match;
    if (double !== undefined) tokens.push({ double: double.slice(1, -1) });
    else if (single !== undefined) tokens.push({ value: single.replace(/\\(['\\])/g, '$1') });
    else if (number !== undefined) tokens.push({ value: Number(number) });
    else if (name !== undefined) tokens.push({ name: name.replace(/^.*->/, '') });
    else if (word !== undefined) tokens.push({ value: { true: true, false: false, null: null }[word] });
    else if (variable !== undefined) tokens.push({ variable });
    else tokens.push({ sign });
  }
  return tokens;
}

/** A text in double quotes: PHP puts in variables in braces. */
function textOf(source, { variables }) {
  return source.replace(/\\([nrt"$\\])|\{\$(\w+)\}/g, (_, sign, name) =>
    sign === undefined ? String(variables.get(name) ?? '') : escapes[sign],
  );
}

/** The values of a list of arguments. `context` has the functions that can be called, and variables. */
function evaluateArguments(source, context) {
  const tokens = readTokens(source);
  let at = 0;
  const isNext = (sign) => sign !== undefined && tokens[at]?.sign === sign;
  const take = (sign) => {
    if (!isNext(sign)) throw new SyntaxError(`expected "${sign}" in ${source}`);
    at += 1;
  };
  const list = (end) => {
    const values = [];
    const named = {};
    while (at < tokens.length && !isNext(end)) {
      const value = expression();
      if (isNext('=>')) {
        at += 1;
        named[value] = expression();
      } else values.push(value);
      if (!isNext(end) && at < tokens.length) take(',');
    }
    if (end !== undefined) take(end);
    return Object.keys(named).length > 0 ? named : values;
  };
  const primary = () => {
    const next = tokens[at];
    at += 1;
    if (next === undefined) throw new SyntaxError(`unexpected end of ${source}`);
    if (next.double !== undefined) return textOf(next.double, context);
    if (next.variable !== undefined) return context.variables.get(next.variable) ?? '';
    if (next.sign === '[') return list(']');
    if (next.sign === '(') {
      const value = expression();
      take(')');
      return value;
    }
    if (next.name === undefined) return next.value;
    take('(');
    const call = context[next.name];
    if (call === undefined) throw new SyntaxError(`unknown function ${next.name}`);
    return call(...list(')'));
  };
  const joined = () => {
    let value = primary();
    while (isNext('.')) {
      at += 1;
      value = `${value}${primary()}`;
    }
    return value;
  };
  function expression() {
    const value = joined();
    if (!isNext('?')) return value;
    at += 1;
    const yes = expression();
    take(':');
    const no = expression();
    return value ? yes : no;
  }
  return list(undefined);
}

module.exports = { evaluateArguments };
