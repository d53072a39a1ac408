/**
 * The server lets in style elements that carry this word, and no others (src/server/http/page.ts). It is asked for before any
 * component is drawn: the dialogs of Mantine lock scrolling through a package that looks for it at this global name.
 */
export const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
Object.assign(globalThis, { __webpack_nonce__: nonce });
