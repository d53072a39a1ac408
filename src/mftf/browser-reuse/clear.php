<?php
/**
 * Clears a browser for the next test: what it shows, stores and remembers becomes as in a new session. docs/browsers.md has what
 * is cleared and how; test/mftf/browser-reuse/browser-reuse.test.ts looks from inside a browser for what is left.
 */

namespace Matre;

/** The browser cannot be cleared, or not of everything. */
class NotCleared extends \RuntimeException
{
}

/** In a window. The browser of a page that opens another dialog after each one is not kept. */
const MAX_DIALOGS = 5;
/** How often the list of windows is read while they close, 20 ms apart. */
const MAX_POLLS = 100;
/** Chrome keeps no more pages in the history of a window. */
const MAX_HISTORY = 50;

/**
 * The permissions of a page that were decided: the answer to a prompt stays in the profile, where no command reaches it. chromedriver
 * grants the location to all pages. Names that this Chrome does not know are left out.
 */
const DECIDED_PERMISSIONS = <<<'SCRIPT'
(async () => {
  const names = ['notifications', 'camera', 'microphone', 'midi', 'clipboard-read', 'idle-detection', 'local-fonts',
    'local-network', 'local-network-access', 'loopback-network', 'window-management', 'nfc'];
  const states = await Promise.all(names.map((name) => navigator.permissions.query({ name }).catch(() => ({ state: 'prompt' }))));
  return names.filter((_, index) => states[index].state !== 'prompt').join(', ');
})()
SCRIPT;

/** The first is the probe that is stored. A page without a site of its own, such as data:, stores nothing. */
const STORE_PROBE = "(() => { try { localStorage.setItem('matre-probe', '1'); return localStorage.getItem('matre-probe'); } catch {} })()";
const READ_PROBE = "localStorage.getItem('matre-probe') === null ? 'cleared' : 'left'";

/** Text of other pages cannot be pasted. An empty text cannot be copied without this listener. */
const CLEAR_CLIPBOARD = <<<'SCRIPT'
document.addEventListener('copy', (event) => {
  event.clipboardData.setData('text/plain', '');
  event.preventDefault();
}, { once: true });
document.execCommand('copy');
SCRIPT;

class Browser
{
    /** Sends a command of the session: method, path below it, body. Returns its value; throws NotCleared. */
    private $command;

    public function __construct(callable $command)
    {
        $this->command = $command;
    }

    /** What of a new session commands may change, to be restored by `clear`. */
    public function read(): array
    {
        return ['rect' => $this->get('/window/rect'), 'timeouts' => $this->get('/timeouts')];
    }

    /**
     * `$isProven`: this browser was seen to clear its storage. Returns whether it has been by now. Throws NotCleared, NoAnswer.
     */
    public function clear(array $initial, bool $isProven): bool
    {
        // A dialog stops all windows of its site, and chromedriver with the next command that looks at them (seen).
        $this->dismissDialogs();
        $windows = $this->get('/window/handles');
        $hasPages = false;
        foreach ($windows as $window) {
            $this->post('/window', ['handle' => $window]);
            $this->dismissDialogs();
            $history = $this->devTools('Page.getNavigationHistory');
            $this->assertNoPermissions($history);
            $hasPages = $hasPages || preg_grep('~^https?:~i', array_column($history['entries'], 'url')) !== [];
            // What the page would send as it goes, such as a beacon, would bring cookies into the next test.
            $this->devTools('Network.enable');
            $this->devTools('Network.emulateNetworkConditions', [
                'offline' => true,
                'latency' => 0,
                'downloadThroughput' => -1,
                'uploadThroughput' => -1,
            ]);
        }
        if (!$isProven && $hasPages) {
            $this->assertStorageIsCleared();
        }
        $this->replaceWindows($windows);
        $this->clearStorage();
        // Also HSTS, and what else the network knows of hosts.
        $this->devTools('Network.clearBrowserCache');
        $this->devTools('Browser.resetPermissions');
        $this->clearCookies();
        $this->evaluate(CLEAR_CLIPBOARD, ['userGesture' => true]);
        if ($this->get('/window/rect') != $initial['rect']) {
            $this->post('/window/rect', $initial['rect']);
        }
        $this->post('/timeouts', $initial['timeouts']);
        // chromedriver remembers keys and buttons that are pressed, and where the mouse is.
        ($this->command)('DELETE', '/actions', '');
        foreach ($this->get('/se/log/types') as $type) {
            $this->post('/se/log', ['type' => $type]);
        }
        return $isProven || $hasPages;
    }

    /** Also just before the next test and its first page: a request that outlives its page may have been answered meanwhile. */
    public function clearCookies(): void
    {
        $this->devTools('Network.clearBrowserCookies');
    }

    /** Of all origins: local storage, IndexedDB, caches, service workers, files. */
    private function clearStorage(): void
    {
        $this->devTools('Storage.clearDataForOrigin', ['origin' => '*', 'storageTypes' => 'all']);
    }

    /** A Chrome that does not know `*` would clear nothing, and say nothing of it. */
    private function assertStorageIsCleared(): void
    {
        if ($this->evaluate(STORE_PROBE) !== '1') {
            throw new NotCleared('its page stores nothing, by which the clearing of storage could be seen');
        }
        $this->clearStorage();
        if ($this->evaluate(READ_PROBE) !== 'cleared') {
            throw new NotCleared('this Chrome does not clear the storage of all sites');
        }
    }

    private function dismissDialogs(): void
    {
        for ($count = 0; $count <= MAX_DIALOGS; $count++) {
            try {
                $this->post('/alert/dismiss', []);
            } catch (NotCleared $error) {
                if (strpos($error->getMessage(), 'no such alert') !== false) {
                    return;
                }
                throw $error;
            }
        }
        throw new NotCleared('its page opens dialogs without end');
    }

    /** Permissions can be seen from a page of their own origin alone. */
    private function assertNoPermissions(array $history): void
    {
        if (count($history['entries']) >= MAX_HISTORY) {
            throw new NotCleared('not all of its pages are in its history');
        }
        $origins = array_unique(array_filter(array_map('Matre\secureOriginOf', array_column($history['entries'], 'url'))));
        if ($origins === []) {
            return;
        }
        if (array_values($origins) !== [secureOriginOf($history['entries'][$history['currentIndex']]['url'])]) {
            throw new NotCleared('the permissions of several origins cannot be seen');
        }
        $decided = $this->evaluate(DECIDED_PERMISSIONS, ['awaitPromise' => true]) ?? 'unknown';
        if ($decided !== '') {
            throw new NotCleared("permissions were decided: $decided");
        }
    }

    /** A new tab has no history, session storage, name and emulation. The others are closed without asking their pages. */
    private function replaceWindows(array $windows): void
    {
        $tab = $this->devTools('Target.createTarget', ['url' => 'data:,'])['targetId'];
        $this->post('/window', ['handle' => $tab]);
        foreach ($windows as $window) {
            $this->devTools('Target.closeTarget', ['targetId' => $window]);
        }
        for ($polls = 0; $this->get('/window/handles') !== [$tab]; $polls++) {
            if ($polls === MAX_POLLS) {
                throw new NotCleared('a window stays open');
            }
            usleep(20000);
        }
        // Otherwise its pages have no focus.
        $this->devTools('Page.bringToFront');
    }

    /** The value of an expression in the current page, in a world of its own: the page may have replaced functions of its own one. */
    private function evaluate(string $expression, array $options = [])
    {
        $frame = $this->devTools('Page.getFrameTree')['frameTree']['frame']['id'];
        $world = $this->devTools('Page.createIsolatedWorld', ['frameId' => $frame])['executionContextId'];
        $parameters = ['expression' => $expression, 'contextId' => $world, 'returnByValue' => true] + $options;
        return $this->devTools('Runtime.evaluate', $parameters)['result']['value'] ?? null;
    }

    private function devTools(string $command, array $parameters = [])
    {
        return $this->post('/goog/cdp/execute', ['cmd' => $command, 'params' => (object) $parameters]);
    }

    private function get(string $path)
    {
        return ($this->command)('GET', $path, '');
    }

    private function post(string $path, array $body)
    {
        return ($this->command)('POST', $path, json_encode((object) $body));
    }
}

/** The origin of a page that may ask for permissions: one with TLS, or of this machine; null for another. */
function secureOriginOf(string $url): ?string
{
    $isSecure = preg_match('~^(https://[^/?#]*|http://(localhost|[^/?#:]*\.localhost|127\.[\d.]+|\[::1\])(:\d+)?(?=[/?#]|$))~i', $url, $match);
    return $isSecure ? $match[0] : null;
}
