// Replaces `src/mftf/run-data/make-run-data.php`: stores data and operations of the pruned tree for the tests of a run.
const fs = require('node:fs');
const { readCatalog } = require('./catalog.cjs');
const { openProject } = require('./env.cjs');
const { enabledModules } = require('./magento.cjs');

async function main([namesFile, file]) {
  const names = JSON.parse(fs.readFileSync(namesFile, 'utf8'));
  const project = openProject();
  const catalog = readCatalog(project, {
    enabled: await enabledModules(project),
    wanted: ['entity', 'operation'],
  });
  const entity = [...catalog.entity].filter(([name]) => names.entities.includes(name));
  const operation = [...catalog.operation].filter(([, { attributes }]) =>
    names.dataTypes.includes(attributes.dataType),
  );
  fs.writeFileSync(file, JSON.stringify({ entity, operation }));
  process.stdout.write(`stored ${entity.length} ${operation.length}\n`);
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 90;
});
