// Copies what the compiler leaves behind (SQL, shell, PHP) from src/ to the same place in dist/.
import { cpSync } from 'node:fs';

const asset = /\.(sql|sh|php)$/;
cpSync('src', 'dist', {
  recursive: true,
  filter: (path) => !/\.[^/]+$/.test(path) || asset.test(path),
});
