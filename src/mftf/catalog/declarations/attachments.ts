import { z } from 'zod';
import type { XmlHandler } from '../../xml/parse.ts';

/**
 * What is needed to know the files that a test attaches (`attachFile`): most are not named in the step, but in data that an argument
 * of an action group names.
 */
export const attachments = z.object({
  /** The parent that it extends. */
  parent: z.string().optional(),
  /** By step key: the text of an `attachFile`, or a call of an action group with its arguments; `null` removes the step. */
  steps: z
    .record(
      z.string(),
      z.union([
        z.object({ file: z.string() }),
        z.object({ group: z.string(), arguments: z.record(z.string(), z.string()) }),
        z.null(),
      ]),
    )
    .optional(),
  /** The default values of the arguments of an action group. */
  defaults: z.record(z.string(), z.string()).optional(),
  /** The fields of data that look like names of files. */
  fields: z.record(z.string(), z.string()).optional(),
});
export type Attachments = z.infer<typeof attachments>;
export type AttachingStep = NonNullable<Attachments['steps']>[string];

const fileName = /^[\w. ()/-]{1,200}\.\w{1,5}$/;

/** Collects what one declaration may attach; `top` is the path of its element. `end` returns `undefined` for nothing. */
export function createAttachmentCollector(top: string): Required<Pick<XmlHandler, 'text'>> & {
  open(at: string, attributes: Record<string, string>): void;
  end(): Attachments | undefined;
} {
  const collected: Attachments = {};
  let call: Record<string, string> | undefined;
  let field: string | undefined;
  const addStep = (key: string | undefined, step: AttachingStep) => {
    if (key === undefined || key === '__proto__') return;
    collected.steps ??= {};
    collected.steps[key] = step;
  };
  return {
    open(at, attributes) {
      const { stepKey, ref, name, value, defaultValue, userInput, keyForRemoval, key } = attributes;
      if (at === top) {
        if (attributes['extends']) collected.parent = attributes['extends'];
        return;
      }
      const tag = at.slice(at.lastIndexOf('/') + 1);
      field = undefined;
      if (tag === 'attachFile') {
        if (userInput !== undefined) addStep(stepKey, { file: userInput });
      } else if (tag === 'remove') addStep(keyForRemoval, null);
      else if (tag === 'actionGroup') {
        call = {};
        if (ref !== undefined) addStep(stepKey, { group: ref, arguments: call });
      } else if (tag === 'argument' && name !== undefined) {
        if (at === `${top}/arguments/argument`) {
          if (defaultValue === undefined) return;
          collected.defaults ??= {};
          collected.defaults[name] = defaultValue;
        } else if (call !== undefined && value !== undefined) call[name] = value;
      } else if (tag === 'data' && at === `${top}/data`) field = key;
    },
    text(_, text) {
      const value = text.trim();
      if (field === undefined || !fileName.test(value)) return;
      collected.fields ??= {};
      collected.fields[field] = value;
    },
    end: () => (Object.keys(collected).length > 0 ? collected : undefined),
  };
}

/**
 * Drops the calls of action groups that are declared among these parts and attach nothing: of the 40,000 calls of Magento 2.4.4
 * a few hundred are left.
 */
export function dropOtherCalls(
  parts: readonly { kind: string; name: string; attachments?: Attachments | undefined }[],
): void {
  const groups = new Map<string, Attachments[]>();
  for (const { kind, name, attachments: own } of parts) {
    if (kind === 'actionGroup') groups.set(name, [...(groups.get(name) ?? []), own ?? {}]);
  }
  const attaching = attachingGroups(groups);
  const isRelevant = (group: string) => attaching.has(group) || !groups.has(group);
  for (const part of parts) {
    const { attachments: own } = part;
    if (own === undefined) continue;
    for (const [key, step] of Object.entries(own.steps ?? {})) {
      if (step !== null && 'group' in step && !isRelevant(step.group)) delete own.steps?.[key];
    }
    if (own.steps && Object.keys(own.steps).length === 0) delete own.steps;
    if (part.kind === 'actionGroup' && !attaching.has(part.name) && own.steps === undefined) {
      delete part.attachments;
    } else if (Object.keys(own).length === 0) delete part.attachments;
  }
}

/** The action groups that attach a file, themselves or through others. */
function attachingGroups(groups: ReadonlyMap<string, readonly Attachments[]>): Set<string> {
  const users = new Map<string, string[]>();
  const queue: string[] = [];
  for (const [name, declarations] of groups) {
    for (const { parent, steps } of declarations) {
      if (parent !== undefined) users.set(parent, [...(users.get(parent) ?? []), name]);
      for (const step of Object.values(steps ?? {})) {
        if (step === null) continue;
        if ('file' in step || !groups.has(step.group)) queue.push(name);
        else users.set(step.group, [...(users.get(step.group) ?? []), name]);
      }
    }
  }
  const attaching = new Set<string>();
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (attaching.has(name)) continue;
    attaching.add(name);
    queue.push(...(users.get(name) ?? []));
  }
  return attaching;
}
