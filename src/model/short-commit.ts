/** Shortens the hash of a commit to 8 characters and keeps any prefix, such as that of a local folder. */
export function shortCommit(id: string): string {
  return id.replace(/[0-9a-f]{40}$/, (hash) => hash.slice(0, 8));
}
