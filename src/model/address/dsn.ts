/**
 * A DSN or URL with its secrets hidden, for output: `redis://:secret@cache:6379` becomes `redis://:[hidden]@cache:6379`. A user
 * name without a password is hidden over http, where it is a token. A proxy may have no scheme: `user:[hidden]@proxy:3128`.
 */
export function hideCredentials(text: string): string {
  return text
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)?([^/?#]*)@/i, (_, scheme = '', credentials: string) => {
      const [user, ...password] = credentials.split(':');
      if (password.length > 0) return `${scheme}${user}:[hidden]@`;
      return /^https?:/i.test(scheme) ? `${scheme}[hidden]@` : `${scheme}${user}@`;
    })
    .replace(/([?&](?:password|sslpassword|passphrase|token|secret)=)[^&#]*/gi, '$1[hidden]');
}
