// Data that tests create in the shop and delete again.
const fs = require('node:fs');
const { randomBytes } = require('node:crypto');
const { readCatalog } = require('./catalog.cjs');
const { callOperation, enabledModules } = require('./magento.cjs');
const { entityFields } = require('./references.cjs');

/**
 * Entities of one run. The XML of all enabled modules is read again for each, as in MFTF, unless make-run-data.cjs has stored what it
 * needs. `attach` stores request and response of the shop.
 */
function createData(project, attach) {
  const made = new Map();
  const numbers = new Map();
  const msq = (entity) => {
    if (!numbers.has(entity)) numbers.set(entity, randomBytes(7).toString('hex').slice(0, 13));
    return numbers.get(entity);
  };

  const fieldsOf = (catalog, entity) =>
    Object.fromEntries(
      [...entityFields(catalog, entity)].map(([key, { text, attributes }]) => {
        if (attributes.unique === 'prefix') return [key, msq(entity) + text.trim()];
        return [key, attributes.unique === 'suffix' ? text.trim() + msq(entity) : text.trim()];
      }),
    );

  const call = async (data, type) => {
    const catalog = storedCatalog(data) ?? (await wholeCatalog(project));
    const wanted = data.fields ? data : data.describe(catalog);
    const result = await callOperation(project, catalog, wanted, type);
    attach('API Endpoint', result.endpoint, 'txt');
    attach('Request Body', JSON.stringify(result.request, null, 2), 'json');
    attach('Response Data', JSON.stringify(result.response, null, 2), 'json');
    return { dataType: wanted.dataType, fields: { ...wanted.fields, ...result.response } };
  };

  return {
    msq,
    create: async (key, entity, overrides = {}) => {
      const describe = (catalog) => {
        const declared = catalog.entity.get(entity);
        if (!declared) throw new Error(`Entity "${entity}" does not exist.`);
        const fields = { ...fieldsOf(catalog, entity), ...overrides };
        return { dataType: declared.attributes.type, fields };
      };
      made.set(key, await call({ entity, describe }, 'create'));
    },
    remove: async (key) => {
      const known = made.get(key);
      if (!known) throw new Error(`Entity with a CreateDataKey of ${key} could not be found`);
      await call(known, 'delete');
      made.delete(key);
    },
    field: (key, name) => made.get(key)?.fields[name] ?? '',
  };
}

const wholeCatalog = async (project) =>
  readCatalog(project, { enabled: await enabledModules(project), wanted: ['entity', 'operation'] });

/** What is stored for the run, if it has the entity, or operations of the type of one that was created. */
function storedCatalog({ entity, dataType }) {
  const file = process.env.STAND_IN_RUN_DATA;
  if (!file || !fs.existsSync(file)) return undefined;
  const stored = JSON.parse(fs.readFileSync(file, 'utf8'));
  const catalog = { entity: new Map(stored.entity), operation: new Map(stored.operation) };
  const type = dataType ?? catalog.entity.get(entity)?.attributes.type;
  const isStored = [...catalog.operation.values()].some(({ attributes }) => attributes.dataType === type);
  return isStored ? catalog : undefined;
}

module.exports = { createData };
