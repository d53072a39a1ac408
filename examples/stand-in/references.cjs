// Resolves `{{...}}` and `$...$` in attributes to the text in the generated PHP.
const { first, only } = require('./catalog.cjs');

const quote = (text) => `"${text.replaceAll('"', '\\"')}"`;

/**
 * A PHP expression of literals and calls: parts are `{ text }` or `{ code }`. A text that is a variable becomes the variable.
 */
function toPhp(parts) {
  const joined = [];
  for (const part of parts) {
    const last = joined[joined.length - 1];
    if (part.text !== undefined && last?.text !== undefined) last.text += part.text;
    else joined.push({ ...part });
  }
  const shown = joined.filter((part) => part.text !== '');
  const [variable] = shown.length === 1 ? (/^\{(\$\w+)\}$/.exec(shown[0].text)?.slice(1) ?? []) : [];
  if (variable) return variable;
  return shown.map((part) => (part.text !== undefined ? quote(part.text) : part.code)).join(' . ') || '""';
}

/** The base address of the admin panel; it may be another one than that of the shop. */
const adminUrl =
  '(getenv("MAGENTO_BACKEND_BASE_URL") ? rtrim(getenv("MAGENTO_BACKEND_BASE_URL"), "/") : "") . "/" . getenv("MAGENTO_BACKEND_NAME")';

/** A data entity with the fields of those it extends. */
function entityFields(catalog, name) {
  const entity = catalog.entity.get(name);
  if (!entity) return undefined;
  const { extends: parent } = entity.attributes;
  const fields = new Map(parent ? entityFields(catalog, parent) : []);
  for (const data of only(entity, 'data')) fields.set(data.attributes.key, data);
  return fields;
}

/** The parts of a field. A unique field gets its number when the test runs. */
function fieldParts(catalog, entity, key) {
  const field = entityFields(catalog, entity)?.get(key);
  if (!field) throw new Error(`Could not resolve entity reference "{{${entity}.${key}}}"`);
  const text = { text: field.text.trim() };
  const number = { code: `msq("${entity}")` };
  if (field.attributes.unique === 'prefix') return [number, text];
  return field.attributes.unique === 'suffix' ? [text, number] : [text];
}

function splitArguments(source) {
  if (source === undefined || source.trim() === '') return [];
  return source.match(/'[^']*'|\$[^$]+\$|[^,]+/g).map((one) => one.trim());
}

/**
 * Resolves references against the catalog. `scope` maps the arguments of an action group to `{ entity }` or `{ parts
 * }`; `suffix` is appended to the step keys inside an action group call. `place` is `test`, `hook` or `suite`; the names of
 * secrets are added to `secrets`.
 */
function createResolver(
  catalog,
  place,
  { scope = new Map(), suffix = '', own = new Set(), secrets = new Set() } = {},
) {
  const argument = (source) => {
    if (source.startsWith("'")) return resolve(source.slice(1, -1));
    if (source.startsWith('$')) return resolve(source);
    return reference(source);
  };

  const withParameters = (template, source) => {
    const values = splitArguments(source).map(argument);
    return template.split(/(\{\{var\d+\}\})/).flatMap((piece) => {
      const number = /^\{\{var(\d+)\}\}$/.exec(piece)?.[1];
      if (number === undefined) return [{ text: piece }];
      const value = values[Number(number) - 1];
      if (!value)
        throw new Error(`Parameter Resolution Failed: Not enough parameters given for "${template}"`);
      return value;
    });
  };

  const reference = (source) => {
    const [, name, key, parameters] = /^([\w]+)(?:\.([\w[\]]+))?(?:\((.*)\))?$/s.exec(source.trim()) ?? [];
    if (name === undefined) throw new Error(`Could not resolve entity reference "{{${source}}}"`);
    if (name === '_ENV') return [{ code: `getenv("${key}")` }];
    if (scope.has(name)) {
      const given = scope.get(name);
      if (key === undefined) return given.parts ?? [{ text: given.entity }];
      return fieldParts(catalog, given.entity ?? given.parts.map((part) => part.text).join(''), key);
    }
    const page = catalog.page.get(name);
    if (page && key === 'url') return pageUrl(page, parameters);
    const section = catalog.section.get(name);
    const element = section && only(section, 'element').find((one) => one.attributes.name === key);
    if (element)
      return withParameters(element.attributes.selector ?? element.attributes.locatorFunction, parameters);
    return fieldParts(catalog, name, key);
  };

  const pageUrl = (page, parameters) => {
    const parts = withParameters(page.attributes.url, parameters);
    return page.attributes.area === 'admin' ? [{ code: adminUrl }, { text: '/' }, ...parts] : parts;
  };

  const created = (source) => {
    const variable = /^\{\$(\w+)\}$/.exec(source)?.[1];
    if (variable) return [{ text: `{$${own.has(variable) ? variable + suffix : variable}}` }];
    const [, key, field] = /^\$+(\w+)\.([\w[\]]+)\$+$/.exec(source);
    const holder = place === 'suite' ? 'PersistedObjectHandler::getInstance()' : '$I';
    return [{ code: `${holder}->retrieveEntityField('${key}', '${field}', '${place}')` }];
  };

  /** The parts of an attribute's text. */
  const resolve = (text) =>
    text
      .split(/(\{\{[^{}]+(?:\{\{[^{}]+\}\}[^{}]*)*\}\}|\{\$\w+\}|\$+\w+\.[\w[\]]+\$+)/)
      .filter((piece) => piece !== '')
      .flatMap((piece) => {
        const credential = /^\{\{_CREDS\.(.+)\}\}$/.exec(piece)?.[1];
        if (credential) {
          secrets.add(credential);
          const holder = place === 'suite' ? '$this->getModuleForAction("getSecret")' : '$I';
          return [{ code: `${holder}->getSecret("${credential}")` }];
        }
        if (piece.startsWith('{{')) return reference(piece.slice(2, -2));
        return /^(\{\$|\$+\w+\.)/.test(piece) ? created(piece) : [{ text: piece }];
      });

  /** The seconds that a step with this selector waits for the page, when its section defines them. */
  const timeoutOf = (text) => {
    const [, name, key] = /^\{\{(\w+)\.(\w+)/.exec(text ?? '') ?? [];
    const section = catalog.section.get(name);
    const element = section && only(section, 'element').find((one) => one.attributes.name === key);
    return element?.attributes.timeout;
  };

  /** The scope inside a call of `group`, from the arguments of the call. */
  const scopeOf = (group, call) => {
    const inner = new Map();
    for (const declared of first(group, 'arguments')?.children ?? []) {
      const { name, defaultValue, type = 'entity' } = declared.attributes;
      const given = only(call, 'argument').find((one) => one.attributes.name === name)?.attributes.value;
      const value = given ?? defaultValue;
      if (value === undefined)
        throw new Error(`Arguments missed for action group "${group.attributes.name}": ${name}`);
      if (type === 'string') {
        const bare = /^\w+\.\w+$/.test(value) && catalog.entity.has(value.split('.')[0]);
        inner.set(name, { parts: bare ? reference(value) : resolve(value) });
      } else
        inner.set(
          name,
          scope.get(value) ?? (catalog.entity.has(value) ? { entity: value } : { parts: resolve(value) }),
        );
    }
    return inner;
  };

  return { place, secrets, resolve, timeoutOf, scopeOf };
}

module.exports = { createResolver, entityFields, toPhp };
