// Copies what the compiler leaves behind (SQL, shell) from src/ to the same place in dist/.
import { cpSync } from 'node:fs';

const asset = /\.(sql|sh)$/;
cpSync('src', 'dist', {
  recursive: true,
  filter: (path) => !/\.[^/]+$/.test(path) || asset.test(path),
});
