/** An order, placed by a guest or through the API. */
export interface Order {
  id: number;
  email: string;
  total: string;
  readyAt: number;
}

export interface Session {
  cart: string[];
  coupon: string | undefined;
  adminUser: string | undefined;
}

/** A request, as routes get it. */
export interface Visit {
  method: string;
  url: URL;
  /** `/product/enamel-mug`, without a slash at the end. */
  path: string;
  form: URLSearchParams;
  body: string;
  authorization: string | undefined;
  session: Session;
}

export type Answer =
  | { kind: 'page'; html: string; status?: number }
  | { kind: 'redirect'; to: string }
  /** A browser downloads it. */
  | { kind: 'file'; name: string; type: string; content: string }
  | { kind: 'json'; value: unknown; status?: number };

/** Handles a visit; returns `undefined` when it is not for this part of the shop. */
export type Routes = (visit: Visit) => Answer | undefined;

/** The state that the parts of a shop share. */
export interface ShopState {
  environment: string;
  admin: { username: string; password: string };
  twoFactor: boolean;
  /** The names of the enabled modules. */
  modules: readonly string[];
  tokens: Set<string>;
  orders: Order[];
}
