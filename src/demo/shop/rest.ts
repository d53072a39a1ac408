import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Answer, Routes, ShopState, Visit } from './visit.ts';

/** Those with tests in the sample tree, and some more. */
export const sampleModules: readonly string[] = [
  'Magento_Store',
  'Magento_Backend',
  'Magento_Catalog',
  'Magento_Checkout',
  'Magento_Cms',
  'Magento_Customer',
  'Magento_Sales',
  'TestModule',
];

const credentials = z.object({
  username: z.string(),
  password: z.string(),
  /** With two-factor authentication; any will do. */
  otp: z
    .string()
    .regex(/^\d{6}$/)
    .optional(),
});
const newOrder = z.object({ order: z.object({ email: z.string(), total: z.string() }) });

/** The part of the schema by which clients recognise Magento_TwoFactorAuth. */
const authenticate = '/V1/tfa/provider/google/authenticate';
const tfaSchema = { definitions: {}, paths: { [authenticate]: {} } };

const json = (value: unknown, status = 200): Answer => ({ kind: 'json', value, status });

function parseJson<Value>(schema: z.ZodType<Value>, body: string): Value | undefined {
  try {
    return schema.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}

/** The REST calls of MFTF itself and of the test data of the sample tests. */
export function restRoutes(state: ShopState): Routes {
  const signIn = ({ body }: Visit): Answer => {
    const input = parseJson(credentials, body);
    if (input?.username !== state.admin.username || input.password !== state.admin.password) {
      return json({ message: 'The account sign-in was incorrect or your account is disabled.' }, 401);
    }
    if (state.twoFactor !== (input.otp !== undefined)) {
      return json({ message: 'Please use the 2fa provider-specific endpoints to obtain a token.' }, 401);
    }
    const token = randomUUID();
    state.tokens.add(token);
    return json(token);
  };

  const createOrder = ({ body }: Visit): Answer => {
    const input = parseJson(newOrder, body);
    if (!input) return json({ message: '"order" is required.' }, 400);
    const order = { id: state.orders.length + 1, ...input.order, readyAt: 0 };
    state.orders.push(order);
    return json({ id: order.id, email: order.email });
  };

  return (visit) => {
    const { path, method } = visit;
    if (path === '/magento_version') return { kind: 'page', html: 'Magento/2.4 (Community)' };
    if (path === '/dev/tests/acceptance/utils/command.php') {
      return { kind: 'page', status: 412, html: 'A command and a token are required.' };
    }
    if (!path.startsWith('/rest/')) return undefined;
    const route = path.slice('/rest'.length).replace(/^\/(?:all|default)(?=\/)/, '');
    if (route === '/schema') return json(state.twoFactor ? tfaSchema : {});
    const signInRoute = state.twoFactor ? authenticate : '/V1/integration/admin/token';
    if (route === signInRoute && method === 'POST') return signIn(visit);
    if (!state.tokens.has(visit.authorization?.replace(/^Bearer /, '') ?? '')) {
      return json({ message: "The consumer isn't authorized to access these resources." }, 401);
    }
    if (route === '/V1/modules') return json(state.modules);
    if (route === '/V1/harbour/orders' && method === 'POST') return createOrder(visit);
    const orderId = /^\/V1\/harbour\/orders\/(\d+)$/.exec(route)?.[1];
    if (orderId !== undefined && method === 'DELETE') {
      const at = state.orders.findIndex((order) => order.id === Number(orderId));
      if (at >= 0) state.orders.splice(at, 1);
      return json(at >= 0, at >= 0 ? 200 : 404);
    }
    return json({ message: 'Request does not match any route.' }, 404);
  };
}
