// Fails when a function is too long to be read at once. A function has at most 80 lines of code. A longer one only holds others, such as
// the methods of a table: then it has at most 60 lines of its own, and none in it has more than 50. Comments and blank lines do not count.
//
//   node scripts/check-functions.mjs          checks src and web/src, but not their tests, which hold tables of cases
//   node scripts/check-functions.mjs --list   also prints the functions that hold others
import { relative } from 'node:path';
import { Visitor } from 'oxc-parser';
import { filesIn, parse, root } from './source-files.mjs';

const maxLines = 80;
const maxOwnLines = 60;
const maxInnerLines = 50;

/** Which lines of a file have code, as the number of such lines up to each line. */
function countCode({ text, comments }) {
  const characters = text.split('');
  for (const { start, end } of comments) {
    for (let at = start; at < end; at++) if (text[at] !== '\n') characters[at] = ' ';
  }
  let count = 0;
  return [
    0,
    ...characters
      .join('')
      .split('\n')
      .map((line) => (count += line.trim() === '' ? 0 : 1)),
  ];
}

/** Calls back with each function: its name, its first line, how many lines of code it has, of its own, and in the longest function in it. */
function eachFunction(path, callback) {
  const source = parse(path);
  const { program, lineOf } = source;
  const upTo = countCode(source);
  const names = new Map();
  const open = [];
  const enter = () => open.push({ inner: 0, longest: 0 });
  const leave = (node) => {
    const { inner, longest } = open.pop();
    const first = lineOf(node.start);
    const lines = upTo[lineOf(node.end - 1)] - upTo[first - 1];
    const outer = open.at(-1);
    if (outer) {
      // The line on which it begins belongs to the outer one.
      outer.inner += lines - 1;
      outer.longest = Math.max(outer.longest, lines);
    }
    callback({
      name: node.id?.name ?? names.get(node.start) ?? 'a function',
      first,
      lines,
      own: lines - inner,
      longest,
    });
  };
  const kinds = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'];
  new Visitor({
    VariableDeclarator: ({ id, init }) => init && names.set(init.start, id.name),
    Property: ({ key, value }) => names.set(value.start, key.name),
    MethodDefinition: ({ key, value }) => names.set(value.start, key.name),
    ...Object.fromEntries(
      kinds.flatMap((kind) => [
        [kind, enter],
        [`${kind}:exit`, leave],
      ]),
    ),
  }).visit(program);
}

const faults = [];
const holders = [];
for (const path of filesIn('src', 'web/src')) {
  if (/\.test\.tsx?$/.test(path)) continue;
  eachFunction(path, ({ name, first, lines, own, longest }) => {
    if (lines <= maxLines) return;
    const place = `${relative(root, path)}:${first}: ${name}`;
    if (own > maxOwnLines)
      faults.push(`${place} has ${lines} lines, ${own} of its own; a function may have ${maxLines}`);
    else if (longest > maxInnerLines) faults.push(`${place} has ${lines} lines, and one of ${longest} in it`);
    else holders.push(`${lines}  ${place}`);
  });
}

if (process.argv.includes('--list')) for (const holder of holders) console.log(holder);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
