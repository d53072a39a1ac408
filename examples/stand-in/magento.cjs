// MFTF's own requests to the REST API of the shop: a token, the enabled modules, test data created and deleted.
const { only } = require('./catalog.cjs');
const { request } = require('./request.cjs');

const restUrl = (project, route) => new URL(`rest${route}`, project.env.MAGENTO_BASE_URL);

function adminPassword(project) {
  // Since MFTF 4 the password is a credential; before, a line of `.env`.
  return project.major >= 4
    ? project.secret('magento/MAGENTO_ADMIN_PASSWORD')
    : project.env.MAGENTO_ADMIN_PASSWORD;
}

async function adminToken(project) {
  const username = project.env.MAGENTO_ADMIN_USERNAME;
  const refused = (response) =>
    new Error(
      `Cannot retrieve API token with credentials. Please check the following configurations:\nusername: ${username}\n${response}`,
    );
  let response;
  try {
    await request(restUrl(project, '/schema?services=twoFactorAuthAdminTokenServiceV1'));
    response = await request(restUrl(project, '/V1/integration/admin/token'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password: adminPassword(project) }),
    });
  } catch (error) {
    throw refused(error.cause?.message ?? error.message);
  }
  if (!response.ok) throw refused(`Error HTTP response code: ${response.status}    Response:`);
  return response.json();
}

/**
 * Names of the modules that the shop has, and of those that MODULE_ALLOWLIST adds, in this order. Without `Magento_`. A list that is
 * given instead of a shop replaces its answer.
 */
async function enabledModules(project) {
  const allowed = (project.env.MODULE_ALLOWLIST ?? '').split(',');
  return new Set(
    [...(project.modules ?? (await askModules(project))), ...allowed].map((name) =>
      name.trim().replace(/^Magento_/, ''),
    ),
  );
}

async function askModules(project) {
  const response = await request(restUrl(project, '/V1/modules'), {
    headers: { authorization: `Bearer ${await adminToken(project)}` },
  });
  if (!response.ok) throw new Error(`Error retrieving Magento modules: HTTP ${response.status}`);
  return response.json();
}

/**
 * Calls the operation (`create` or `delete`) that the metadata define for data of a type, with these fields. Returns
 * request and response.
 */
async function callOperation(project, catalog, { dataType, fields }, type) {
  const operation = [...catalog.operation.values()].find(
    ({ attributes }) => attributes.dataType === dataType && attributes.type === type,
  );
  if (!operation) throw new Error(`No ${type} operation for data of type ${dataType}`);
  const { url, method } = operation.attributes;
  const object = only(operation, 'object')[0];
  const body = object ? { [object.attributes.key]: fields } : fields;
  const address = restUrl(
    project,
    url.replace(/\{(\w+)\}/g, (_, key) => encodeURIComponent(fields[key])),
  );
  const response = await request(address, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await adminToken(project)}` },
    ...(method === 'GET' || method === 'DELETE' ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`API returned status ${response.status} for ${method} ${url}: ${text}`);
  return { endpoint: `${method} ${address}`, request: body, response: JSON.parse(text || 'null') };
}

module.exports = { adminToken, enabledModules, callOperation };
