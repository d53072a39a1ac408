import * as adaptiveCards from 'adaptivecards';
import { isObject, json, jsonBody, type ReceivedRequest, type Receiver, startReceiver } from './receiver.ts';

type Fields = Record<string, unknown>;

export interface TeamsStandIn extends Receiver {
  /** The address of the workflow. */
  webhookUrl: string;
  /** The cards that were accepted, in the order of acceptance. */
  cards: Fields[];
  /** Whether the workflow is switched on. */
  isOn: boolean;
}

/** Microsoft documents 28 KB for a message. */
const maxBytes = 28 * 1024;

/**
 * A stand-in for the workflow "When a Teams webhook request is received". Unlike the real one, which accepts every JSON and fails later,
 * it refuses a card that Teams could not show.
 */
export async function startTeams(options: { port?: number } = {}): Promise<TeamsStandIn> {
  const cards: Fields[] = [];
  const path = '/powerautomate/automations/direct/workflows/0123456789abcdef/triggers/manual/paths/invoke';
  const signature = 'standInForTeams_0123456789';

  function handle(request: ReceivedRequest) {
    if (request.url.pathname !== path) return problem(404, 'WorkflowNotFound', 'The workflow was not found.');
    if (request.url.searchParams.get('sig') !== signature)
      return problem(401, 'DirectApiAuthorizationRequired', 'The signature is not valid.');
    if (!standIn.isOn) return problem(400, 'WorkflowTriggerIsNotEnabled', 'The workflow is not enabled.');
    if (Buffer.byteLength(request.body, 'utf8') > maxBytes)
      return problem(413, 'RequestEntityTooLarge', 'The message is too large.');
    const message = jsonBody(request);
    const card = message && cardOf(message);
    if (!card) return problem(400, 'TriggerInputSchemaMismatch', 'The input has no Adaptive Card.');
    const [cardProblem] = cardProblems(card);
    if (cardProblem !== undefined) return problem(400, 'InvalidCard', cardProblem);
    cards.push(card);
    return { status: 202, body: '' };
  }

  const receiver = await startReceiver(handle, options);
  const standIn: TeamsStandIn = Object.assign(receiver, {
    webhookUrl: `${receiver.origin}${path}?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=${signature}`,
    cards,
    isOn: true,
  });
  return standIn;
}

function cardOf({ type, attachments }: Fields): Fields | undefined {
  if (type !== 'message' || !Array.isArray(attachments) || attachments.length !== 1) return;
  const [attachment] = attachments as unknown[];
  if (!isObject(attachment) || attachment.contentType !== 'application/vnd.microsoft.card.adaptive') return;
  return isObject(attachment.content) ? attachment.content : undefined;
}

const problem = (status: number, code: string, message: string) => json(status, { error: { code, message } });

/** What the library of Adaptive Cards finds wrong with a card, and mentions. */
export function cardProblems(content: Fields): string[] {
  const { AdaptiveCard, SerializationContext, Versions } = adaptiveCards;
  const card = new AdaptiveCard();
  const context = new SerializationContext(Versions.v1_4);
  card.parse(content, context);
  const events = Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message);
  const invalid = card.validateProperties().validationEvents.map(({ message }) => message);
  const mention = isObject(content.msteams) && content.msteams.entities !== undefined;
  return [...events, ...invalid, ...(mention ? ['The card mentions members.'] : [])];
}
