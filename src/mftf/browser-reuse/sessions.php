<?php
/** The sessions that tests open at Selenium, and the browser that is kept for the next test (proxy.php). */

namespace Matre;

/** Longer than tests wait: how long a command may take is for them to decide. */
const COMMAND_SECONDS = 3600;
const CLEAR_SECONDS = 10;
/** For each session when the proxy ends: the supervisor kills it after 10 s. Selenium still ends the others, because it has their requests. */
const STOP_SECONDS = 3;
/** Commands that a test may send before it opens a page. */
const SETTING_COMMANDS = '~^(GET /.*|POST /(timeouts|window/(rect|maximize)))$~';
/** The answer of WebDriver for a session that has ended. */
const NO_SESSION = '{"value":{"error":"invalid session id","message":"invalid session id","stacktrace":""}}';

/** A session that a test opened. */
class Session
{
    public $id;
    /** The request that opened it, and its answer. */
    public $capabilities;
    public $answer;
    /** See Browser::read. */
    public $initial;
    /** How many tests its browser has served. */
    public $count = 1;
    /** See Browser::clear. */
    public $isProven = false;
    /** Its browser was kept, and this test has opened no page in it. */
    public $isUnused = false;
    /** Why it cannot be kept; null while it can. */
    public $reason;
}

/** The sessions of tests at Selenium. */
class Sessions
{
    private $selenium;
    private $downloads;
    private $maxSessions;
    /** All that are open at Selenium, by id. */
    private $open = [];
    /** Those of them that tests have, by id. */
    private $sessions = [];
    /** The one whose browser waits for the next test; null when there is none. */
    private $spare;
    private $sessionCount = 0;
    private $browserCount = 0;

    public function __construct(Connection $selenium, string $downloads, int $maxSessions)
    {
        $this->selenium = $selenium;
        $this->downloads = $downloads;
        $this->maxSessions = $maxSessions;
    }

    /**
     * Executes a command of a client; `$respond` is called with the status and the body of the answer. Throws NoAnswer, ClientGone.
     */
    public function handle(string $method, string $path, string $body, $client, callable $respond): void
    {
        if ("$method $path" === 'POST /session') {
            $respond(...$this->open($body, $client));
            return;
        }
        if (!preg_match('~^/session/([^/]+)(/.*)?$~', $path, $match)) {
            $respond(...$this->selenium->request($method, $path, $body, COMMAND_SECONDS, [$client, STDIN]));
            return;
        }
        $session = $this->sessions[$match[1]] ?? null;
        if ($session === null) {
            // Also of the spare browser: the test that had it must neither use nor end it.
            $respond(404, NO_SESSION);
            return;
        }
        $below = $match[2] ?? '';
        if ("$method $below" === 'DELETE ') {
            $this->end($session, $respond);
            return;
        }
        $session->reason = $session->reason ?? reasonOf($method, $below, $body);
        if ($session->isUnused && !preg_match(SETTING_COMMANDS, "$method $below")) {
            $session->isUnused = false;
            $session->reason = $this->clearCookies($session) ?? $session->reason;
        }
        $respond(...$this->selenium->request($method, $path, $body, COMMAND_SECONDS, [$client, STDIN]));
    }

    /** Ends all sessions. */
    public function stop(): void
    {
        foreach ($this->open as $session) {
            $this->delete($session, STOP_SECONDS, []);
        }
        echo "$this->browserCount for $this->sessionCount sessions\n";
    }

    private function open(string $body, $client): array
    {
        $spare = $this->spare;
        $this->spare = null;
        if ($spare !== null) {
            $reason = $spare->capabilities === $body
                ? $this->clearCookies($spare)
                : 'the next test asks for other capabilities';
            if ($reason === null) {
                $spare->count += 1;
                $spare->isUnused = true;
                $this->sessionCount += 1;
                $this->sessions[$spare->id] = $spare;
                return [200, $spare->answer];
            }
            $this->discard($spare, $reason);
        }
        [$status, $answer] = $this->selenium->request('POST', '/session', $body, COMMAND_SECONDS, [$client, STDIN]);
        $id = json_decode($answer, true)['value']['sessionId'] ?? null;
        if ($status === 200 && is_string($id) && preg_match('/^[\w-]{1,200}$/D', $id)) {
            $session = new Session();
            $session->id = $id;
            $session->capabilities = $body;
            $session->answer = $answer;
            $this->open[$id] = $session;
            $this->sessionCount += 1;
            $this->browserCount += 1;
            $session->reason = $this->attempt(function () use ($session) {
                $session->initial = $this->browser($session)->read();
            });
            $this->sessions[$id] = $session;
        }
        return [$status, $answer];
    }

    /** Ends a session for its test; its browser is kept if it can be. */
    private function end(Session $session, callable $respond): void
    {
        unset($this->sessions[$session->id]);
        $reason = $session->reason
            ?? ($session->count >= $this->maxSessions ? "it has served $session->count tests" : null)
            ?? ($this->spare !== null ? 'another one is kept' : null)
            ?? $this->reasonOfDownloads($session);
        if ($reason !== null) {
            $this->discard($session, $reason);
            $respond(200, '{"value":null}');
            return;
        }
        // The test does not wait for it: PHP ends meanwhile.
        $respond(200, '{"value":null}');
        $reason = $this->attempt(function () use ($session) {
            $session->isProven = $this->browser($session)->clear($session->initial, $session->isProven);
        });
        if ($reason === null) {
            $this->spare = $session;
        } else {
            $this->discard($session, $reason);
        }
    }

    /** Why the files that a browser saved keep it from being kept: it may not have finished, and a Grid lists those of a session. */
    private function reasonOfDownloads(Session $session): ?string
    {
        $names = is_link($this->downloads) ? array_diff((array) @scandir($this->downloads), ['.', '..']) : [];
        $reason = null;
        if ($names === [] && strpos($session->capabilities, '"se:downloadsEnabled":true') !== false) {
            $reason = $this->attempt(function () use ($session, &$names) {
                $names = $this->command($session, 'GET', '/se/files', '')['names'];
            });
        }
        return $reason ?? ($names === [] ? null : 'it has saved a file');
    }

    /** See Browser::clearCookies. Returns why it did not succeed; null when it did. */
    private function clearCookies(Session $session): ?string
    {
        return $this->attempt(function () use ($session) {
            $this->browser($session)->clearCookies();
        });
    }

    private function discard(Session $session, string $reason): void
    {
        report("not kept: $reason");
        $this->delete($session, CLEAR_SECONDS, [STDIN]);
    }

    private function delete(Session $session, float $seconds, array $clients): void
    {
        try {
            $this->selenium->request('DELETE', "/session/$session->id", '', $seconds, $clients);
        } catch (NoAnswer $error) {
            // The worker looks for sessions of runs that have ended.
        }
        unset($this->open[$session->id]);
    }

    /** Why something did not succeed; null when it did. */
    private function attempt(callable $work): ?string
    {
        try {
            $work();
            return null;
        } catch (NoAnswer | NotCleared $error) {
            return $error->getMessage();
        }
    }

    private function browser(Session $session): Browser
    {
        return new Browser(function (string $method, string $path, string $body) use ($session) {
            return $this->command($session, $method, $path, $body);
        });
    }

    /** The value of a command. Throws NoAnswer, NotCleared; ClientGone when the proxy is to end, which ends all that are open. */
    private function command(Session $session, string $method, string $path, string $body)
    {
        [$status, $answer] = $this->selenium->request($method, "/session/$session->id$path", $body, CLEAR_SECONDS, [STDIN]);
        $value = json_decode($answer, true)['value'] ?? null;
        if ($status !== 200) {
            throw new NotCleared("$method $path: " . ($value['error'] ?? '') . ': ' . strtok($value['message'] ?? '', "\n"));
        }
        return $value;
    }
}
