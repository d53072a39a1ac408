// The declarations in the XML files of the modules, merged by name as MFTF merges them.
const fs = require('node:fs');
const path = require('node:path');
const { parseXml, XmlError } = require('./xml.cjs');

/** Invalid XML, or XML that MFTF does not support. `parser` is the prefix of MFTF's message. */
class ParserError extends Error {
  constructor(parser, message) {
    super(`${parser} Data Parser Error: ${message}`);
    this.isParserError = true;
  }
}

const kinds = [
  { folder: 'Data', suffix: 'Data.xml', root: 'entities', element: 'entity', parser: 'Entity' },
  { folder: 'Metadata', suffix: 'Meta.xml', root: 'operations', element: 'operation', parser: 'Metadata' },
  { folder: 'Page', suffix: 'Page.xml', root: 'pages', element: 'page', parser: 'Page' },
  { folder: 'Section', suffix: 'Section.xml', root: 'sections', element: 'section', parser: 'Section' },
  {
    folder: 'ActionGroup',
    suffix: 'ActionGroup.xml',
    root: 'actionGroups',
    element: 'actionGroup',
    parser: 'Action Group',
  },
  { folder: 'Test', suffix: '.xml', root: 'tests', element: 'test', parser: 'Test' },
  { folder: 'Suite', suffix: '.xml', root: 'suites', element: 'suite', parser: 'Suite' },
];

function foldersIn(folder) {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .sort()
    .map((name) => path.join(folder, name))
    .filter((one) => fs.statSync(one, { throwIfNoEntry: false })?.isDirectory());
}

function moduleFoldersBelow(folder, depth) {
  if (fs.existsSync(path.join(folder, 'Test/Mftf'))) return [folder];
  return depth === 0 ? [] : foldersIn(folder).flatMap((one) => moduleFoldersBelow(one, depth - 1));
}

/**
 * The modules with tests, in the order in which they are merged. A linked module is named after the target of the link,
 * as in MFTF; that is why the module must be a real folder or a mount.
 */
function findModules(project) {
  const found = [
    ...moduleFoldersBelow(path.join(project.tree, 'vendor'), 2),
    ...moduleFoldersBelow(path.join(project.tree, 'app/code'), 2),
  ];
  return found.map((folder) => {
    const real = fs.realpathSync(folder);
    return {
      folder: real,
      name: moduleName(real),
      shown: path.relative(fs.realpathSync(project.tree), real),
    };
  });
}

/** `vendor/magento/module-catalog` is Catalog; `app/code/TestModule` is TestModule. */
function moduleName(folder) {
  const base = path.basename(folder);
  if (!base.startsWith('module-')) return base;
  return base.slice(7).replace(/(^|-)(\w)/g, (_, __, letter) => letter.toUpperCase());
}

function xmlFilesBelow(folder) {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.xml'))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function readFileOf(kind, file) {
  const source = fs.readFileSync(file, 'utf8');
  if (source === '') return undefined;
  try {
    const root = parseXml(source);
    if (root.name !== kind.root) throw new XmlError(`Element '${root.name}': No matching global declaration`);
    return root;
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    throw new ParserError(
      kind.parser,
      `Invalid XML in file ${file}:\nXML Parse Error: ${file}\n${error.message}`,
    );
  }
}

/** Merges the elements of `extra` into `base`: the same key overrides, `before` and `after` place, `remove` removes. */
function mergeSteps(base, extra) {
  const steps = [...base];
  const indexOf = (key) => steps.findIndex((step) => keyOf(step) === key);
  const lastAfter = new Map();
  for (const step of extra) {
    if (step.name === 'remove') {
      const at = indexOf(step.attributes.keyForRemoval);
      if (at >= 0) steps.splice(at, 1);
      continue;
    }
    const { before, after } = step.attributes;
    const same = indexOf(keyOf(step));
    if (same >= 0) {
      steps[same] = { ...step, attributes: { ...steps[same].attributes, ...step.attributes } };
      continue;
    }
    const anchor = before ?? lastAfter.get(after) ?? after;
    const at = anchor === undefined ? -1 : indexOf(anchor);
    if (at < 0) steps.push(step);
    else steps.splice(before ? at : at + 1, 0, step);
    if (after) lastAfter.set(after, keyOf(step));
  }
  return steps;
}

const keyOf = (element) => element.attributes.stepKey ?? element.attributes.name ?? element.attributes.key;

const only = (element, name) => element.children.filter((child) => child.name === name);
const first = (element, name) => only(element, name)[0];

function mergeElement(known, element) {
  known.attributes = { ...known.attributes, ...element.attributes };
  for (const child of element.children) {
    const nested = ['annotations', 'before', 'after', 'include', 'exclude', 'arguments'].includes(child.name);
    const same = nested && first(known, child.name);
    if (same) same.children = mergeSteps(same.children, child.children);
    else if (nested) known.children.push(child);
    else known.children = mergeSteps(known.children, [child]);
  }
}

/**
 * Reads every module, or those of `enabled` in its order. `wanted` limits the kinds of files (createData needs data and metadata only). Each element has
 * `module` (of its first declaration) and `files` (relative to the root).
 */
function readCatalog(project, { enabled, wanted = kinds.map((kind) => kind.element) } = {}) {
  const catalog = Object.fromEntries(kinds.map((kind) => [kind.element, new Map()]));
  const modules = findModules(project).filter((module) => !enabled || enabled.has(module.name));
  if (enabled) {
    const order = [...enabled];
    modules.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  }
  for (const kind of kinds.filter((one) => wanted.includes(one.element))) {
    for (const module of modules) {
      for (const file of xmlFilesBelow(path.join(module.folder, 'Test/Mftf', kind.folder))) {
        if (!file.endsWith(kind.suffix)) continue;
        const root = readFileOf(kind, file);
        for (const element of root?.children ?? []) {
          if (element.name !== kind.element) {
            throw new ParserError(
              kind.parser,
              `Element '${element.name}': This element is not expected. (${file})`,
            );
          }
          const shown = path.join(module.shown, path.relative(module.folder, file));
          const known = catalog[kind.element].get(element.attributes.name);
          if (known) {
            mergeElement(known, element);
            known.files.push(shown);
          } else
            catalog[kind.element].set(element.attributes.name, {
              ...element,
              module: module.name,
              files: [shown],
            });
        }
      }
    }
  }
  return catalog;
}

module.exports = { readCatalog, mergeSteps, ParserError, only, first };
