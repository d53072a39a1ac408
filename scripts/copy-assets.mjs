// Copies the files that the compiler ignores (SQL, shell, PHP, scripts for containers) from src/ to the same place in dist/, or in the given
// folder.
import { cpSync } from 'node:fs';

const [to = 'dist'] = process.argv.slice(2);
const asset = /\.(sql|sh|php|cjs)$/;
cpSync('src', to, {
  recursive: true,
  filter: (path) => !/\.[^/]+$/.test(path) || asset.test(path),
});
