import { isObject, json, jsonBody, type ReceivedRequest, type Receiver, startReceiver } from './receiver.ts';

type Fields = Record<string, unknown>;

export interface GoogleChatStandIn extends Receiver {
  webhookUrl: string;
  /** The messages that were created, in this order; a repeat of a request creates none. */
  messages: { name: string; requestId: string | undefined; message: Fields }[];
  /** Mentions in created messages: there must be none. */
  mentions: string[];
}

const maxBytes = 32_000;
const maxWidgets = 100;
/** The formats of texts in cards, see "Card text formatting" of Google Chat. */
const tags = /^<\/?(?:b|i|u|s|strike|br|font(?: color="#[0-9a-f]{6}")?|a(?: href="[^"<>]*")?)\/?>$/;

/** A stand-in for the webhook of a space in Google Chat. */
export async function startGoogleChat(options: { port?: number } = {}): Promise<GoogleChatStandIn> {
  const messages: GoogleChatStandIn['messages'] = [];
  const mentions: string[] = [];
  const path = '/v1/spaces/AAAAstandin/messages';
  const key = 'AIzaStandIn';
  const token = 'tokenOfStandIn';

  function handle(request: ReceivedRequest) {
    const { pathname, searchParams } = request.url;
    if (pathname !== path) return problem(404, 'NOT_FOUND', 'The space was not found.');
    if (searchParams.get('key') !== key)
      return problem(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.');
    if (searchParams.get('token') !== token) return problem(401, 'UNAUTHENTICATED', 'Invalid token.');
    if (Buffer.byteLength(request.body, 'utf8') > maxBytes)
      return problem(400, 'INVALID_ARGUMENT', 'Message is too long.');
    const message = jsonBody(request);
    const messageProblem = message ? googleChatProblem(message) : 'Invalid JSON payload received.';
    if (!message || messageProblem !== undefined)
      return problem(400, 'INVALID_ARGUMENT', messageProblem ?? 'Invalid JSON payload received.');
    const requestId = searchParams.get('requestId') ?? undefined;
    const earlier = messages.find((each) => requestId !== undefined && each.requestId === requestId);
    if (earlier) return json(200, { name: earlier.name });
    const name = `spaces/AAAAstandin/messages/${messages.length + 1}`;
    messages.push({ name, requestId, message });
    mentions.push(...[message.text, message.fallbackText].flatMap((text) => mentionsIn(String(text ?? ''))));
    return json(200, { name, thread: { name: `spaces/AAAAstandin/threads/${messages.length}` } });
  }

  const receiver = await startReceiver(handle, options);
  return Object.assign(receiver, {
    webhookUrl: `${receiver.origin}${path}?key=${key}&token=${token}`,
    messages,
    mentions,
  });
}

const problem = (code: number, status: string, message: string) =>
  json(code, { error: { code, message, status } });

const mentionsIn = (text: string) => [...text.matchAll(/<users\/[^>]*>/g)].map(([mention]) => mention);

/** Why Google Chat would refuse or ignore a part of a message; `undefined` when it shows all of it. */
export function googleChatProblem({ text, fallbackText, cardsV2, ...rest }: Fields): string | undefined {
  const [unknownName] = Object.keys(rest);
  if (unknownName !== undefined) return `Unknown name "${unknownName}"`;
  if (text !== undefined && typeof text !== 'string') return 'text is no string';
  if (fallbackText !== undefined && typeof fallbackText !== 'string') return 'fallbackText is no string';
  if (cardsV2 === undefined) return text ? undefined : 'Message cannot be empty.';
  if (!Array.isArray(cardsV2) || cardsV2.length === 0) return 'cardsV2 is no list';
  return cardsV2.flatMap((card) => cardProblem(card) ?? [])[0];
}

function cardProblem(value: unknown): string | undefined {
  if (!isObject(value) || !isObject(value.card)) return 'A card is no object.';
  const { sections } = value.card;
  if (!Array.isArray(sections) || sections.length === 0) return 'A card needs sections.';
  const widgets: unknown[] = [];
  for (const section of sections) {
    if (!isObject(section) || !Array.isArray(section.widgets) || section.widgets.length === 0)
      return 'A section needs widgets.';
    widgets.push(...section.widgets);
  }
  if (widgets.length > maxWidgets) return 'Widgets beyond the 100th are ignored.';
  return widgets.flatMap((widget) => widgetProblem(widget) ?? [])[0];
}

function widgetProblem(widget: unknown): string | undefined {
  if (!isObject(widget) || Object.keys(widget).length !== 1) return 'A widget has one kind.';
  const { textParagraph, buttonList } = widget;
  if (isObject(textParagraph)) {
    if (typeof textParagraph.text !== 'string' || textParagraph.text === '') return 'A paragraph needs text.';
    return htmlProblem(textParagraph.text);
  }
  if (!isObject(buttonList) || !Array.isArray(buttonList.buttons)) return 'Unknown widget.';
  const isButton = (button: unknown) =>
    isObject(button) &&
    typeof button.text === 'string' &&
    isObject(button.onClick) &&
    isObject(button.onClick.openLink) &&
    URL.canParse(String(button.onClick.openLink.url));
  return buttonList.buttons.every(isButton) ? undefined : 'A button needs a text and a link.';
}

/** The first thing in a text that would be shown wrongly: a tag of another kind, an open tag, a bare `<` or `&`. */
function htmlProblem(text: string): string | undefined {
  const open: string[] = [];
  for (const [token] of text.matchAll(
    /<[^<>]*>|[<>]|&(?!(?:amp|lt|gt|quot|apos|nbsp|#\d+|#x[0-9a-f]+);)/gi,
  )) {
    if (!tags.test(token)) return `Not HTML of a card: ${token.slice(0, 40)}`;
    const name = /[a-z]+/.exec(token)?.[0] ?? '';
    if (name === 'br') continue;
    if (!token.startsWith('</')) open.push(name);
    else if (open.pop() !== name) return `Wrong end tag: ${token}`;
  }
  return open.length > 0 ? `Open tag: ${open.join(', ')}` : undefined;
}
