/**
 * A text as a complete sentence, so that another one can follow: with a full stop, unless it ends with a mark already. Messages of
 * programs (`connect ENOENT /var/run/docker.sock`) often have none.
 */
export function asSentence(text: string): string {
  const trimmed = text.trimEnd();
  return trimmed === '' || /[.!?…]["'”)\]]*$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
