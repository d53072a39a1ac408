<?php
/** What commands of WebDriver leave in a browser (sessions.php). */

namespace Matre;

/**
 * Commands whose effects `Browser::clear` undoes. The effects of any other command are unknown, so that its browser is not kept. DELETE
 * /window is missing on purpose: the permissions of a closed page cannot be read.
 */
const CLEARED_COMMANDS = '~^(
    GET\ /(url|title|window|window/(handles|rect)|timeouts|alert/text|cookie(/[^/]+)?|(se/)?log/types)
  | GET\ /(element/(active|[^/]+/(text|name|rect|enabled|selected|displayed|(attribute|property|css)/[^/]+|computed(role|label)|shadow)))
  | POST\ /(url|back|forward|refresh|window|window/(new|rect|maximize)|frame|frame/parent|timeouts|actions|cookie|(se/)?(log|file))
  | POST\ /(alert/(accept|dismiss|text)|execute/(sync|async)|(element|shadow)/[^/]+/(elements?|click|clear|value)|elements?)
  | DELETE\ /(actions|cookie(/[^/]+)?)
)$~x';

/** Why a command keeps its browser from being kept; null when it does not. `$path` is the one below the session. */
function reasonOf(string $method, string $path, string $body): ?string
{
    if ($method === 'GET' && ($path === '/screenshot' || $path === '/source')) {
        return 'its page was saved, as of a failed test';
    }
    if (!preg_match(CLEARED_COMMANDS, "$method $path")) {
        return "the effects of $method $path are unknown";
    }
    if ("$method $path" !== 'POST /url') {
        return null;
    }
    $url = json_decode($body, true)['url'] ?? '';
    if (!is_string($url) || !preg_match('~^(https?:|about:blank$|data:)~i', $url)) {
        return 'it opened an address of the browser itself';
    }
    // Chrome has no command that clears them.
    return preg_match('~^[a-z]+:/*[^/?#]*@~i', $url) ? 'it knows a password of HTTP authentication' : null;
}
