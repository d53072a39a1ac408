<?php
/**
 * A proxy for WebDriver between the tests of this container and Selenium, which keeps browsers: when a test ends its session, the
 * browser is cleared, and the next session with the same capabilities gets it. It serves one request at a time, as the process of
 * a test sends them. Needs only PHP itself, 7.3 or newer.
 *
 * usage: php proxy.php SELENIUM ENV_FILE DOWNLOADS SESSIONS
 *
 * SELENIUM is the address of WebDriver, such as http://grid:4444/wd/hub. The proxy listens on the loopback interface, and puts its
 * own address into ENV_FILE, from which MFTF reads it. Others may share the interface, so the address has a secret path. A browser
 * serves at most so many SESSIONS, and is not kept when there is a file in DOWNLOADS.
 *
 * It ends with its standard input: then it ends the sessions that it opened, and ENV_FILE is as before.
 *
 * standard output: "listens"; a line "not kept: REASON" for each browser that is ended after its test; a line when Selenium does not
 * answer; how many browsers there were. Or why tests could not reach it, and nothing else.
 */

namespace Matre;

require __DIR__ . '/connection.php';
require __DIR__ . '/clear.php';
require __DIR__ . '/commands.php';
require __DIR__ . '/sessions.php';

const MAX_HEAD_BYTES = 65536;
const MAX_CLIENTS = 50;
const WRITE_SECONDS = 30;

/** Clients and their requests. */
class Server
{
    private $socket;
    private $path;
    private $sessions;
    private $clients = [];
    /** What has arrived of their requests. */
    private $buffers = [];

    /** `$path`: of all addresses that are served. */
    public function __construct($socket, string $path, Sessions $sessions)
    {
        $this->socket = $socket;
        $this->path = $path;
        $this->sessions = $sessions;
    }

    /** Serves until standard input ends. */
    public function run(): void
    {
        while (true) {
            $ready = select(array_merge([STDIN, $this->socket], $this->clients), 3600.0);
            foreach ($ready as $stream) {
                if ($stream === STDIN) {
                    return;
                }
                if ($stream === $this->socket) {
                    $this->accept();
                } elseif (in_array($stream, $this->clients, true)) {
                    $this->read($stream);
                }
            }
        }
    }

    private function accept(): void
    {
        $client = @stream_socket_accept($this->socket, 0);
        if ($client === false) {
            return;
        }
        stream_set_blocking($client, false);
        $this->clients[(int) $client] = $client;
        $this->buffers[(int) $client] = '';
        if (count($this->clients) > MAX_CLIENTS) {
            $this->close(reset($this->clients));
        }
    }

    private function close($client): void
    {
        unset($this->clients[(int) $client], $this->buffers[(int) $client]);
        fclose($client);
    }

    private function read($client): void
    {
        $chunk = @fread($client, 65536);
        if ($chunk === false || ($chunk === '' && feof($client))) {
            $this->close($client);
            return;
        }
        $buffer = &$this->buffers[(int) $client];
        $buffer .= $chunk;
        $end = strpos($buffer, "\r\n\r\n");
        $head = $end === false ? '' : substr($buffer, 0, $end);
        $length = preg_match('/^Content-Length: *(\d{1,12}) *\r?$/mi', $head, $match) ? (int) $match[1] : 0;
        $isChunked = preg_match('/^Transfer-Encoding:/mi', $head) === 1;
        if (($end ?: strlen($buffer)) > MAX_HEAD_BYTES || $length > MAX_BYTES || $isChunked) {
            $this->close($client);
            return;
        }
        if ($end === false || strlen($buffer) < $end + 4 + $length) {
            if ($head !== '' && strlen($buffer) === $end + 4 && preg_match('/^Expect: *100-continue/mi', $head)) {
                fwrite($client, "HTTP/1.1 100 Continue\r\n\r\n");
            }
            return;
        }
        $body = (string) substr($buffer, $end + 4, $length);
        $buffer = (string) substr($buffer, $end + 4 + $length);
        unset($buffer);
        $this->answer($client, $head, $body);
    }

    private function answer($client, string $head, string $body): void
    {
        if (!preg_match('~^([A-Z]{1,10}) (/[!-\~]*) HTTP/1\.[01](?:\r\n|$)~', $head, $line)) {
            $this->close($client);
            return;
        }
        [, $method, $path] = $line;
        $respond = function (int $status, string $answer) use ($client) {
            $message = "HTTP/1.1 $status Answer\r\nContent-Type: application/json; charset=utf-8\r\n"
                . "Cache-Control: no-cache\r\nContent-Length: " . strlen($answer) . "\r\n\r\n$answer";
            // The end of a client that takes no answer can be read then.
            if (!send($client, $message, microtime(true) + WRITE_SECONDS, [STDIN])) {
                stream_socket_shutdown($client, STREAM_SHUT_RDWR);
            }
        };
        if (strpos($path, "$this->path/") !== 0) {
            $respond(404, '{"value":{"error":"unknown command","message":"no such path","stacktrace":""}}');
            return;
        }
        try {
            $this->sessions->handle($method, substr($path, strlen($this->path)), $body, $client, $respond);
        } catch (ClientGone $error) {
            $this->close($client);
        } catch (NoAnswer $error) {
            // As Selenium would: tests, and those who read their results, know what that means.
            $this->close($client);
            report('Selenium does not answer: ' . $error->getMessage());
        }
    }
}

/**
 * The variable that sends the requests of PHP (curl) for addresses of this container to a proxy of the network; null when there is none.
 * `$env` is the text of MFTF's `.env`, whose variables are those of its process.
 */
function networkProxy(string $env): ?string
{
    $value = function (string $name) use ($env) {
        return preg_match("/^$name=[ \\t]*['\"]?([^'\"\\r\\n]+)/m", $env, $match) ? $match[1] : (string) getenv($name);
    };
    foreach (['no_proxy', 'NO_PROXY'] as $name) {
        if (preg_match('/(^|[\s,])(\*|127\.0\.0\.1)([\s,]|$)/', $value($name))) {
            return null;
        }
    }
    foreach (['http_proxy', 'all_proxy', 'ALL_PROXY'] as $name) {
        if ($value($name) !== '') {
            return $name;
        }
    }
    return null;
}

/** Prints a line. */
function report(string $line): void
{
    echo preg_replace('/[\x00-\x1f\x7f]+/', ' ', substr($line, 0, 300)), "\n";
}

/** Makes MFTF use another address of Selenium. The file has secrets. */
function redirect(string $file, string $host, string $port, string $path): void
{
    $values = ['PROTOCOL' => 'http', 'HOST' => $host, 'PORT' => $port, 'PATH' => $path];
    $lines = array_filter(explode("\n", file_get_contents($file)), function (string $line) {
        return !preg_match('/^SELENIUM_(PROTOCOL|HOST|PORT|PATH)=/', $line);
    });
    foreach ($values as $name => $value) {
        $lines[] = "SELENIUM_$name=$value";
    }
    replaceFile($file, implode("\n", $lines) . "\n");
}

function replaceFile(string $file, string $content): void
{
    umask(0077);
    if (file_put_contents("$file.new", $content) !== strlen($content) || !rename("$file.new", $file)) {
        @unlink("$file.new");
        throw new \RuntimeException("$file cannot be written");
    }
}

[, $address, $envFile, $downloads, $maxSessions] = $argv;
$env = file_get_contents($envFile);
$variable = networkProxy($env);
if ($variable !== null) {
    report("$variable is set, and NO_PROXY does not name 127.0.0.1, so that tests could not reach what keeps browsers.");
    exit(1);
}
$socket = stream_socket_server('tcp://127.0.0.1:0');
$path = '/' . bin2hex(random_bytes(16));
$sessions = new Sessions(new Connection($address), $downloads, (int) $maxSessions);
[$host, $port] = explode(':', stream_socket_get_name($socket, false));
redirect($envFile, $host, $port, $path);
echo "listens\n";
try {
    (new Server($socket, $path, $sessions))->run();
} finally {
    fclose($socket);
    $sessions->stop();
    // Last, because it fails where the disk is full; the worker writes the file as well.
    replaceFile($envFile, $env);
}
