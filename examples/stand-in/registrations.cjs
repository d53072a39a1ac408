// Replaces PHP's part of `src/mftf/catalog/registration/registrations.php`: prints what a registration.php registers. It knows no
// PHP: every call of the registrar with a text and `__DIR__` counts as executed, also within a condition.
const fs = require('node:fs');
const path = require('node:path');

const call = /\bComponentRegistrar::register\(\s*ComponentRegistrar::(\w+),\s*'([^']*)',\s*__DIR__\s*\)/g;

const [file, mark] = process.argv.slice(2);
const calls = [...fs.readFileSync(file, 'utf8').matchAll(call)].map(([, type, name]) => [
  type.toLowerCase(),
  name,
  path.dirname(fs.realpathSync(file)),
]);
process.stdout.write(`\n${mark}${JSON.stringify(calls)}\n`);
