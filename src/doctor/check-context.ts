import type { Config } from '../config/config.ts';
import type { Engine } from '../engine/engine.ts';
import type { LockStore } from '../locks/lock.ts';
import type { FetchRequest, FetchResult } from '../mftf/container/fetch.ts';
import type { CheckedOutModules } from '../mftf/module/check-out.ts';
import type { EnvValue } from '../mftf/module/env-files.ts';
import type { SignIn } from '../mftf/shop-modules/sign-in.ts';
import type { Environment } from '../model/environment.ts';
import type { RunPatch } from '../model/patch.ts';
import type { Selection } from '../model/selection.ts';
import type { Modules } from '../modules/modules.ts';
import type { InspectedContainer, Inspection } from '../pool/inspect.ts';
import type { Pool } from '../pool/pool.ts';
import type { Selenium, SeleniumStatus } from '../selenium/selenium.ts';
import type { Database } from '../store/database/database.ts';
import type { StoredCestCheck } from '../store/tables/cest-checks.ts';
import type { Workers } from '../store/tables/workers.ts';

/** What the checks of one examination work with. */
export interface CheckContext {
  config: Config;
  database: Database;
  locks: LockStore;
  workers: Workers;
  /** The environments to check: those that the request names, all by default. */
  environments: readonly Environment[];
  /** Those whose shop and values are checked: without paused ones, unless the request names one. No run starts on them. */
  shops: readonly Environment[];
  allEnvironments(): Promise<Environment[]>;
  /** The user and password of an environment's base URL, see `BaseUrl`. Errors: SECRET_KEY_WRONG. */
  shopCredentials(environment: Environment): Promise<string | undefined>;
  /** Whether the caller may act on shops: a wrong password counts there, and locks the account after a few. */
  maySignIn: boolean;
  /** Stores the modules that the shop of an environment listed now. */
  saveModules(environment: Environment, names: readonly string[]): Promise<void>;
  /** The comparisons of Cests with those of MFTF, the newest first. */
  cestChecks(): Promise<StoredCestCheck[]>;
  /** The runs under way, with the fences of their claims. */
  runningClaims(): Promise<{ runId: number; fence: number }[]>;
  /** The commits that unfinished runs are pinned to. */
  runningCommits(): Promise<string[]>;
  /**
   * Refuses a selection that would be refused at a request, as far as the tests can be read. Errors: SELECTION_UNKNOWN, SELECTION_EMPTY,
   * REF_UNKNOWN.
   */
  resolveSelection(
    selection: Selection,
    place: { environments: readonly Environment[]; ref?: string | undefined },
  ): Promise<unknown>;
  /** Opened at the first call. Errors: ENGINE_UNREACHABLE, CONFIG_INVALID. */
  containers(): Promise<ContainersContext>;
  /** Inspections that several checks share: each costs the engine a process. Kept by the probes; empty at first. */
  inspections: {
    containers?: Promise<OwnContainer[]>;
    selenium?: Promise<SeleniumInspection>;
    /** By the ids of environments. */
    signIns: Map<number, Promise<ShopSignIn>>;
    /** By their images. Opened when a shop does not respond to this host and its environment has no container, and to try patches. */
    temporaryContainers: Map<string, ReturnType<ContainersContext['temporaryContainer']>>;
    hasEnded?: boolean;
  };
}

/** A token of the administrator of a shop, or why there is none. */
export type ShopSignIn = SignIn | { kind: 'values-unknown'; message: string };

/** A container and the environment that it belongs to. */
export interface OwnContainer extends InspectedContainer {
  environment: Environment;
  /** The run tokens among `processes` that belong to no run under way. */
  leftTokens: string[];
}

/** What the doctor knows of Selenium. */
export type SeleniumInspection =
  | { kind: 'reached'; selenium: Selenium; status: SeleniumStatus }
  /** This process cannot reach it, which does not matter: the containers can. */
  | { kind: 'reached-by-containers'; addresses: string[] }
  /** The tests of the image open no browser, for example those of `matre demo`: their preflight leaves Selenium out. */
  | { kind: 'not-used' }
  | { kind: 'unreachable'; about: string; message: string };

/** The parts that touch containers, the test module and Selenium. */
export interface ContainersContext {
  engine: Engine;
  pool: Pool;
  inspection: Inspection;
  modules: Modules;
  /**
   * The image and the test modules of an environment, or of the settings, at their newest commits; each is resolved once. Errors: as of
   * `Modules.resolve`.
   */
  newest(environment?: Environment): Promise<{ image: string; testModules: CheckedOutModules }>;
  /** The id of this installation, which the labels of its Selenium sessions carry, see `session-label.ts`. */
  installation: string;
  /** Selenium at the address that this process uses. */
  selenium(): Promise<Selenium>;
  /** Requests addresses from within a container, see `fetch.ts`. */
  fetchInside(container: string, requests: readonly FetchRequest[]): Promise<Map<string, FetchResult>>;
  /** A container with the network of the test containers, which the caller disposes of. Errors: those of the engine. */
  temporaryContainer(image: string): Promise<{ id: string; dispose(): Promise<void> }>;
  /**
   * What MATRE_PATCHES would do at a commit of a first test module, tried in a container of an image, which `container` opens. Errors:
   * PATCH_FAILED and those of the engine.
   */
  tryPatches(checkout: { id: string; path: string }, container: () => Promise<string>): Promise<RunPatch[]>;
  /** What MFTF reads for an environment, secrets too. Errors: MODULE_ENV_FILE_MISSING and those of the module. */
  valuesOf(environment: Environment): Promise<EnvValue[]>;
}
