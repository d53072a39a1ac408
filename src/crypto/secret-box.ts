import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Fault } from '../faults/fault.ts';

/** Encrypts secrets before they are stored. */
export interface SecretBox {
  /**
   * Encrypts a text to its stored form. `context` identifies what the secret belongs to (`environment/3/admin_password`): decryption
   * requires the same context, so that a stored secret cannot be moved to another place.
   */
  encrypt(text: string, context: string): string;
  /** The text of a stored secret. Errors: SECRET_KEY_WRONG. */
  decrypt(stored: string, context: string): string;
}

const version = 'v1';
const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM. The stored form is `v1:` and base64 of nonce, tag and ciphertext. */
export function createSecretBox(key: Buffer): SecretBox {
  return {
    encrypt(text, context) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
      cipher.setAAD(Buffer.from(context));
      const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return `${version}:${Buffer.concat([nonce, cipher.getAuthTag(), encrypted]).toString('base64')}`;
    },
    decrypt(stored, context) {
      const [form, content = ''] = stored.split(':');
      const bytes = Buffer.from(content, 'base64');
      if (form !== version || bytes.length < nonceBytes + tagBytes)
        throw new Fault('SECRET_KEY_WRONG', `The stored secret of ${context} has an unknown form.`);
      const nonce = bytes.subarray(0, nonceBytes);
      const tag = bytes.subarray(nonceBytes, nonceBytes + tagBytes);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(context));
      decipher.setAuthTag(tag);
      try {
        const start = decipher.update(bytes.subarray(nonceBytes + tagBytes));
        return Buffer.concat([start, decipher.final()]).toString('utf8');
      } catch (error) {
        throw new Fault('SECRET_KEY_WRONG', `The stored secret of ${context} was written with another key.`, {
          cause: error,
        });
      }
    },
  };
}
