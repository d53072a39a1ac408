// The PHP expressions in a generated Cest: literals, getenv, msq, secrets, created data, variables, `.`.

const token =
  /\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|(?:getenv|msq)\("\w+"\)|\$I->\w+\((?:"[^"]*"(?:, )?)*\)|\$\w+|[.,])/y;

function evaluate(source, context) {
  if (source.startsWith('"')) {
    return source.slice(1, -1).replace(/\\(.)/g, (_, sign) => (sign === 'n' ? '\n' : sign));
  }
  const call = /^(?:\$I->)?(\w+)\((.*)\)$/.exec(source);
  if (call) return context[call[1]](...[...call[2].matchAll(/"([^"]*)"/g)].map((match) => match[1]));
  if (source.startsWith('$')) return context.variables.get(source.slice(1)) ?? '';
  if (source === 'true' || source === 'false') return source === 'true';
  return Number(source);
}

/** The values of a list of arguments. `context` has the functions that can be called, and variables. */
function evaluateArguments(source, context) {
  const values = [];
  let joined = [];
  const finish = () => {
    if (joined.length > 0) values.push(joined.length === 1 ? joined[0] : joined.join(''));
    joined = [];
  };
  token.lastIndex = 0;
  let at = 0;
  while (at < source.length) {
    token.lastIndex = at;
    const match = token.exec(source);
    if (!match) throw new SyntaxError(`unexpected "${source.slice(at, at + 20)}"`);
    at = token.lastIndex;
    if (match[1] === ',') finish();
    else if (match[1] !== '.') joined.push(evaluate(match[1], context));
  }
  finish();
  return values;
}

module.exports = { evaluateArguments };
