import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { allows, roles } from '../../model/access.ts';
import type { Guard } from './guard.ts';

const query = z.strictObject({ role: z.enum(roles).default('viewer') });

/**
 * Serves `/api/sign-in/check`, by which a proxy protects pages beside matre, such as the live view of browsers: it passes each request
 * on only after this answers 204, for a user with at least the role of `?role=`. Others get UNAUTHORIZED or FORBIDDEN; a browser that
 * opens a page without a session is sent to the page of matre, to sign in.
 */
export function mountSignInCheck(
  server: FastifyInstance,
  { publicUrl }: { publicUrl: string | undefined },
  guard: Pick<Guard, 'isValid'>,
): void {
  server.get(
    '/api/sign-in/check',
    { config: { entrance: 'open' }, schema: { hide: true, querystring: query } },
    async (request, reply) => {
      const { role } = request.query as z.output<typeof query>;
      refuseForeignPage(request);
      const { principal } = request;
      // A user who still has to set up a second factor may do nothing else.
      if (principal === undefined || !(await guard.isValid(request))) {
        if (publicUrl !== undefined && opensPage(request)) return reply.redirect(`${publicUrl}/`);
        throw new Fault('UNAUTHORIZED', 'The request has no session of matre. Sign in there first.');
      }
      if (!allows(principal.role, role)) {
        throw new Fault(
          'FORBIDDEN',
          `This page needs the role ${role}; ${principal.name} is ${principal.role}.`,
        );
      }
      return reply.code(204).header('x-matre-user', encodeURIComponent(principal.name)).send();
    },
  );
}

/**
 * Browsers send the cookie also with a WebSocket that a page of a neighbouring host opens (`SameSite` is about sites, not hosts), and
 * say in `Origin` which page that was. Errors: HOST_REFUSED.
 */
function refuseForeignPage({ headers: { origin, host } }: FastifyRequest): void {
  if (origin === undefined) return;
  const hostName = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : undefined;
  if (URL.canParse(origin) && new URL(origin).hostname === hostName) return;
  throw new Fault('HOST_REFUSED', `The request comes from a page of ${JSON.stringify(origin)}.`);
}

function opensPage({ headers: { accept, upgrade } }: FastifyRequest): boolean {
  return upgrade === undefined && accept?.includes('text/html') === true;
}
