import type { EnvironmentModule } from './module-source.ts';
import type { ReplayMode } from './replay.ts';

/** A Magento instance under test. */
export interface Environment {
  id: number;
  /** Unique, `[a-z0-9][a-z0-9_-]{0,62}`: it becomes part of file names (`.env.<code>`). */
  code: string;
  name: string;
  /** The address of the shop, with scheme, ending in a slash; without the credentials of its web server. */
  baseUrl: string;
  /** Path of the admin panel below the base URL, `admin` by default. */
  backendName: string;
  adminUsername: string;
  /** Whether a password is stored. The password itself is read only by the runner. */
  hasAdminPassword: boolean;
  /** Whether a user and password for the web server of the shop are stored: those of its base URL. */
  hasShopCredentials: boolean;
  /** Set while paused: since when, and why. No run starts on a paused environment. */
  paused: { since: Date; reason: string } | undefined;
  /** The number of containers per run, in which its tests run in parallel; 1 unless the shop can take more. */
  slots: number;
  /** Whether MFTF reads the tests of all modules (`--force`), and not only of those that are enabled in the shop. */
  allModules: boolean;
  /** The image of its containers; `undefined`: that of the settings. */
  image: string | undefined;
  /** What is recorded of the browsers of its tests; `undefined`: as the settings say. */
  replay: ReplayMode | undefined;
  /** Its test modules in order; empty: that of the settings. */
  modules: EnvironmentModule[];
  /** Grows with every claim. */
  fence: number;
  createdAt: Date;
}

/** A value that tests read as `{{_ENV.NAME}}`. Without an environment it is global. */
export interface Variable {
  name: string;
  /** Absent when it is secret. */
  value: string | undefined;
  secret: boolean;
  description: string;
  /** When its value last changed, also by a rotation whose time has come; `undefined`: before it was recorded. */
  changedAt: Date | undefined;
  changedBy: string | undefined;
  /** Another value that takes effect at a time in the future. Only secrets have it. */
  rotation: VariableRotation | undefined;
}

/** Who set, and when, the value that a variable has from a time on. */
export interface VariableRotation {
  at: Date;
  by: string;
  setAt: Date;
}

const codePattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;
const variablePattern = /^[A-Za-z][A-Za-z0-9_]{0,127}$/;

/** Whether a text can be the code of an environment. No dots, slashes or shell characters: it names files. */
export function isEnvironmentCode(text: string): boolean {
  return codePattern.test(text);
}

/** Whether a text can be the name of a variable: the form that Symfony's Dotenv 5 and PHP's getenv share. */
export function isVariableName(text: string): boolean {
  return variablePattern.test(text);
}

/**
 * The name of a pool container of an environment. Admins rely on it; it never changes. From the second slot on it ends in the
 * number of the slot.
 */
export function containerName(environmentId: number, slot = 1): string {
  const name = `matre_magento_env_${environmentId}`;
  return slot === 1 ? name : `${name}_${slot}`;
}
