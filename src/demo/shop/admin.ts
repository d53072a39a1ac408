import { adminPage, message, table } from './pages.ts';
import type { Answer, Routes, ShopState, Visit } from './visit.ts';

const signInForm = (notice = '') =>
  adminPage({
    title: 'Sign in',
    body: `${notice}<form class="adminhtml-auth-login" method="post" action="/admin/admin">
<label for="username">Username</label><input id="username" name="login[username]">
<label for="login">Password</label><input id="login" name="login[password]" type="password">
<div class="actions"><button class="action-login action-primary" type="submit">Sign in</button></div></form>`,
  });

const page = (html: string, status = 200): Answer => ({ kind: 'page', html, status });

/** The admin panel below `/admin`: sign-in, dashboard, orders. */
export function adminRoutes(state: ShopState): Routes {
  const signIn = ({ form, session }: Visit): Answer => {
    const { username, password } = state.admin;
    if (form.get('login[username]') !== username || form.get('login[password]') !== password) {
      return page(signInForm(message('error', 'The account sign-in was incorrect.')));
    }
    session.adminUser = username;
    return { kind: 'redirect', to: '/admin/admin/dashboard' };
  };

  const dashboard = (user: string) =>
    page(
      adminPage({
        user,
        title: 'Dashboard',
        body: table([['Orders', String(state.orders.length)]], {
          table: 'dashboard-totals',
          row: 'dashboard-item',
        }),
      }),
    );

  const orders = (user: string) =>
    page(
      adminPage({
        user,
        title: 'Orders',
        body: `<div class="admin__data-grid">${table(
          state.orders.map(({ id, email, total }) => [String(id).padStart(9, '0'), email, total]),
          { table: 'data-grid', row: 'data-row' },
        )}</div>`,
      }),
    );

  const orderPage = (user: string, id: number) => {
    const order = state.orders.find((one) => one.id === id);
    if (!order) {
      const body = message('error', 'This order no longer exists.');
      return page(adminPage({ user, title: 'Orders', body }), 404);
    }
    const rows = [
      ['E-mail', order.email],
      ['Total', order.total],
    ];
    const title = `Order #${String(id).padStart(9, '0')}`;
    return page(
      adminPage({ user, title, body: table(rows, { table: 'order-information', row: 'order-row' }) }),
    );
  };

  return (visit) => {
    const { path, method, session } = visit;
    if (path !== '/admin' && !path.startsWith('/admin/')) return undefined;
    if (path === '/admin/admin/auth/logout') {
      session.adminUser = undefined;
      return { kind: 'redirect', to: '/admin/admin' };
    }
    if (path === '/admin/admin' && method === 'POST') return signIn(visit);
    const user = session.adminUser;
    if (user === undefined) return page(signInForm());
    if (path === '/admin/sales/order') return orders(user);
    const id = /^\/admin\/sales\/order\/view\/order_id\/(\d+)$/.exec(path)?.[1];
    if (id !== undefined) return orderPage(user, Number(id));
    return dashboard(user);
  };
}
