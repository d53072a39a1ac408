// The PHP statements of Cests and of suite classes, taken apart.

const key = '(?: // stepKey: (\\S+))?$';
const call = new RegExp(`^(?:\\$(\\w+) = )?\\$I->(\\w+)\\((.*)\\);${key}`);
const suiteCall = new RegExp(
  `^(?:\\$(\\w+) = )?\\$this->getModuleForAction\\("\\w+"\\)->(\\w+)\\((.*)\\);${key}`,
);
const dataCall = /^PersistedObjectHandler::getInstance\(\)->(\w+)\((.*)\);$/;
const print = /^print\((.*)\);(?: \/\/ stepKey: \S+)?$/;
const field = /^\$(\w+)\['([^']*)'\] = (.*);$/;

function readStatement(text, line) {
  const match = call.exec(text) ?? suiteCall.exec(text);
  if (match) return { variable: match[1], action: match[2], source: match[3], key: match[4], line };
  const data = dataCall.exec(text);
  if (data) return { action: data[1], source: data[2], line };
  const printed = print.exec(text);
  if (printed) return { action: 'comment', source: printed[1], line };
  const assigned = field.exec(text);
  return assigned && { assigned: assigned[1], field: assigned[2], source: assigned[3], line };
}

/** The statements in lines of `{ text, line }`; what they do not understand is left out. Some calls have several lines. */
function readStatements(lines) {
  const statements = [];
  let open = '';
  for (const { text, line } of lines) {
    if (open === '' && /^PersistedObjectHandler.*\($/.test(text)) open = text;
    else if (open !== '') open += text;
    const whole = open === '' ? text : open;
    if (open !== '' && !text.endsWith(');')) continue;
    open = '';
    const statement = readStatement(whole, line);
    if (statement) statements.push(statement);
  }
  return statements;
}

module.exports = { readStatements };
