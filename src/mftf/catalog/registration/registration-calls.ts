import { posix } from 'node:path';

/** A call of `ComponentRegistrar::register`. The characters of each text are its bytes. */
export interface RegistrationCall {
  type: string;
  name: string;
  path: string;
}

/** A node of the syntax tree. */
interface PhpNode {
  kind: string;
  [field: string]: unknown;
}

/** Thrown for everything whose result only PHP knows. */
class Unclear extends Error {}
/** Thrown where the file returns. */
class Returned extends Error {}

const registrar = 'magento\\framework\\component\\componentregistrar';
const constants: Record<string, string> = {
  MODULE: 'module',
  LIBRARY: 'library',
  THEME: 'theme',
  LANGUAGE: 'language',
  SETUP: 'setup',
};
const parameters = ['type', 'componentName', 'path'];
/** A concatenation of thousands is no registration. */
const maxDepth = 200;

interface Scope {
  /** The folder of the file. */
  directory: string;
  /** What PHP still accepts at this place: `declare` only first, `namespace` only after it. */
  place: 'first' | 'declared' | 'inside';
  namespace: string;
  /** Imported classes: full names by alias, both in lower case. */
  aliases: Map<string, string>;
  /** The file imports or declares functions or constants, so that a name may mean another one than usual. */
  hidesNames: boolean;
  variables: Map<string, string>;
  calls: RegistrationCall[];
}

/**
 * The registrations of a file, by following its statements. It knows assignments, imports, texts, concatenations, `__DIR__`,
 * `__FILE__` and `dirname`; `undefined` for a file with anything else.
 */
export function readRegistrationCalls(program: object, directory: string): RegistrationCall[] | undefined {
  const scope: Scope = {
    directory,
    place: 'first',
    namespace: '',
    aliases: new Map(),
    hidesNames: false,
    variables: new Map(),
    calls: [],
  };
  const root = asNode(program);
  try {
    if (nodes(root['errors']).length > 0) return undefined;
    runAll(nodes(root['children']), scope);
  } catch (error) {
    if (error instanceof Unclear) return undefined;
    if (!(error instanceof Returned)) throw error;
  }
  return scope.calls;
}

function runAll(statements: PhpNode[], scope: Scope): void {
  for (const statement of statements) run(statement, scope);
}

function run(statement: PhpNode, scope: Scope): void {
  const { place } = scope;
  scope.place = statement.kind === 'declare' ? 'declared' : 'inside';
  switch (statement.kind) {
    case 'inline':
    case 'noop':
      return;
    case 'declare':
      if (statement['mode'] !== 'none' || place !== 'first') throw new Unclear();
      return;
    case 'namespace': {
      if (place === 'inside') throw new Unclear();
      const name = statement['name'];
      scope.namespace = typeof name === 'string' ? name : '';
      scope.aliases = new Map();
      runAll(nodes(statement['children']), scope);
      return;
    }
    case 'usegroup':
      addImports(statement, scope);
      return;
    case 'function':
      scope.hidesNames = true;
      return;
    case 'expressionstatement':
      execute(asNode(statement['expression']), scope);
      return;
    case 'return':
      if (statement['expr']) execute(asNode(statement['expr']), scope);
      throw new Returned();
    default:
      throw new Unclear();
  }
}

function addImports(group: PhpNode, scope: Scope): void {
  const prefix = typeof group['name'] === 'string' ? `${group['name']}\\` : '';
  for (const item of nodes(group['items'])) {
    if (group['type'] || item['type']) {
      scope.hidesNames = true;
      continue;
    }
    const name = `${prefix}${String(item['name'])}`.replace(/^\\/, '');
    const alias = item['alias']
      ? String(asNode(item['alias'])['name'])
      : name.slice(name.lastIndexOf('\\') + 1);
    scope.aliases.set(alias.toLowerCase(), name.toLowerCase());
  }
}

function execute(expression: PhpNode, scope: Scope): void {
  switch (expression.kind) {
    case 'silent':
      execute(asNode(expression['expr']), scope);
      return;
    case 'assign':
      assign(expression, scope);
      return;
    case 'call': {
      const call = registrationCall(expression, scope);
      if (call === undefined) throw new Unclear();
      scope.calls.push(call);
      return;
    }
    default:
      // A text alone does nothing.
      evaluate(expression, scope, 0);
  }
}

function assign(expression: PhpNode, scope: Scope): void {
  const left = asNode(expression['left']);
  const name = left['name'];
  if (left.kind !== 'variable' || typeof name !== 'string' || name === 'this') throw new Unclear();
  const value = evaluate(asNode(expression['right']), scope, 0);
  const before = scope.variables.get(name);
  if (expression['operator'] === '=') scope.variables.set(name, value);
  else if (expression['operator'] === '.=' && before !== undefined) scope.variables.set(name, before + value);
  else throw new Unclear();
}

/** The call of the registrar; `undefined` for the call of anything else. */
function registrationCall(call: PhpNode, scope: Scope): RegistrationCall | undefined {
  const what = asNode(call['what']);
  if (what.kind !== 'staticlookup' || !isRegistrar(asNode(what['what']), scope)) return undefined;
  const method = asNode(what['offset']);
  if (method.kind !== 'identifier' || String(method['name']).toLowerCase() !== 'register') return undefined;
  const values = new Map<string, string>();
  for (const [index, argument] of nodes(call['arguments']).entries()) {
    const isNamed = argument.kind === 'namedargument';
    const parameter = isNamed ? String(argument['name']) : parameters[index];
    const value = evaluate(isNamed ? asNode(argument['value']) : argument, scope, 0);
    // Arguments beyond the third do nothing.
    if (parameter === undefined) continue;
    if (!parameters.includes(parameter) || values.has(parameter)) throw new Unclear();
    values.set(parameter, value);
  }
  const [type, name, path] = parameters.map((parameter) => values.get(parameter));
  if (type === undefined || name === undefined || path === undefined) throw new Unclear();
  return { type, name, path };
}

function isRegistrar(node: PhpNode, scope: Scope): boolean {
  if (node.kind !== 'name') return false;
  const name = String(node['name']).toLowerCase();
  const inNamespace = scope.namespace === '' ? name : `${scope.namespace.toLowerCase()}\\${name}`;
  if (node['resolution'] === 'fqn') return name.replace(/^\\/, '') === registrar;
  if (node['resolution'] === 'rn') return inNamespace === registrar;
  const [first = '', ...rest] = name.split('\\');
  const imported = scope.aliases.get(first);
  return (imported === undefined ? inNamespace : [imported, ...rest].join('\\')) === registrar;
}

/** The text that an expression results in. */
function evaluate(node: PhpNode, scope: Scope, depth: number): string {
  if (depth > maxDepth) throw new Unclear();
  switch (node.kind) {
    case 'string':
      return textOf(node);
    case 'encapsed':
      return interpolate(node, scope, depth);
    case 'magic':
      if (node['value'] === '__DIR__') return scope.directory;
      if (node['value'] === '__FILE__') return `${scope.directory}/registration.php`;
      throw new Unclear();
    case 'variable': {
      const value = scope.variables.get(String(node['name']));
      if (typeof node['name'] !== 'string' || value === undefined) throw new Unclear();
      return value;
    }
    case 'bin':
      if (node['type'] !== '.') throw new Unclear();
      return (
        evaluate(asNode(node['left']), scope, depth + 1) + evaluate(asNode(node['right']), scope, depth + 1)
      );
    case 'name':
      if (scope.hidesNames || !/^\\?DIRECTORY_SEPARATOR$/.test(String(node['name']))) throw new Unclear();
      return '/';
    case 'staticlookup': {
      const offset = asNode(node['offset']);
      const value = offset.kind === 'identifier' ? constants[String(offset['name'])] : undefined;
      if (value === undefined || !isRegistrar(asNode(node['what']), scope)) throw new Unclear();
      return value;
    }
    case 'call':
      return parentFolder(node, scope, depth);
    default:
      throw new Unclear();
  }
}

/** The value of `'text'` or `"text"`. Escapes in double quotes are left to PHP. */
function textOf(node: PhpNode): string {
  const raw = String(node['raw']);
  if (raw.startsWith("'")) return raw.slice(1, -1).replace(/\\(['\\])/g, '$1');
  if (!raw.startsWith('"') || raw.includes('\\')) throw new Unclear();
  return raw.slice(1, -1);
}

function interpolate(node: PhpNode, scope: Scope, depth: number): string {
  // The parser misreads the end of some heredocs, so they are left to PHP.
  if (node['type'] !== 'string' || String(node['raw']).includes('\\')) throw new Unclear();
  return nodes(node['value'])
    .map((part) => {
      const expression = asNode(part['expression']);
      if (expression.kind === 'string') return String(expression['value']);
      if (expression.kind !== 'variable' || part['syntax'] === 'complex') throw new Unclear();
      return evaluate(expression, scope, depth + 1);
    })
    .join('');
}

/** `dirname(path)` and `dirname(path, levels)`. */
function parentFolder(node: PhpNode, scope: Scope, depth: number): string {
  const what = asNode(node['what']);
  const [path, levels, ...others] = nodes(node['arguments']);
  const isDirname = what.kind === 'name' && /^\\?dirname$/i.test(String(what['name'])) && !scope.hidesNames;
  if (!isDirname || path === undefined || others.length > 0) throw new Unclear();
  const count = levels === undefined ? 1 : levels.kind === 'number' ? Number(levels['value']) : Number.NaN;
  if (!(Number.isInteger(count) && count >= 1 && count <= 20)) throw new Unclear();
  let folder = evaluate(path, scope, depth + 1);
  if (!folder.startsWith('/')) throw new Unclear();
  for (let level = 0; level < count; level += 1) folder = posix.dirname(folder);
  return folder;
}

function asNode(value: unknown): PhpNode {
  if (typeof value === 'object' && value !== null && 'kind' in value) return value as PhpNode;
  throw new Unclear();
}

function nodes(value: unknown): PhpNode[] {
  return Array.isArray(value) ? value.map(asNode) : [];
}
