import { z } from 'zod';
import { payloadSchema, payloadVersion } from '../src/messages/channels/webhook/payload-schema.ts';

/** The content of docs/webhook.schema.json: the JSON Schema of what webhooks receive. */
export function webhookSchema(): string {
  const { $schema, ...rest } = z.toJSONSchema(payloadSchema, {
    // The pattern of a date is long, and says what its format says.
    override: ({ jsonSchema }) => {
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
    },
  });
  const schema = {
    $schema,
    title: `A message of matre to a webhook, version ${payloadVersion}`,
    description: 'docs/messages.md describes signatures and repeats. New fields may be added at any time.',
    ...rest,
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
