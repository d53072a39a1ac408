import { z } from 'zod';

/** An address of RFC 5321; what it allows besides is not in use, and would be a way to add headers. */
export const mailAddress = z.email({ error: 'must be an e-mail address such as qa@example.com' }).max(254);

export const isMailAddress = (text: string) => mailAddress.safeParse(text).success;
