import type { PhpAccess } from './reference-context.ts';

export type Scope = 'test' | 'hook' | 'suite';

/** How steps are written: a Cest calls its tester, a suite the module of each action. */
export interface Style extends PhpAccess {
  scope: Scope;
  call(method: string, argumentList: string): string;
  /** Of an expression. */
  comment(expression: string): string;
}

/** The steps of a Cest. */
export function cestStyle(scope: 'test' | 'hook'): Style {
  return {
    scope,
    call: (method, argumentList) => `$I->${method}(${argumentList})`,
    comment: (expression) => `$I->comment(${expression});`,
    created: (stepKey, field) => `$I->retrieveEntityField('${stepKey}', '${field}', '${scope}')`,
    secret: (name) => `$I->getSecret("${name}")`,
  };
}

/** The steps before and after a suite. */
export const suiteStyle: Style = {
  scope: 'suite',
  call: (method, argumentList) => `$this->getModuleForAction("${method}")->${method}(${argumentList})`,
  comment: (expression) => `print(${expression});`,
  created: (stepKey, field) =>
    `PersistedObjectHandler::getInstance()->retrieveEntityField('${stepKey}', '${field}', 'suite')`,
  secret: (name) => `$this->getModuleForAction("getSecret")->getSecret("${name}")`,
};
