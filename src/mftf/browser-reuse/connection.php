<?php
/** The connection of the proxy to Selenium (proxy.php): one request at a time, over a connection that stays open. */

namespace Matre;

/** More than the largest file that a test uploads, or the largest picture. */
const MAX_BYTES = 64 * 1024 * 1024;
const CONNECT_SECONDS = 10.0;

/** Selenium, or the connection to it, gave no answer. */
class NoAnswer extends \RuntimeException
{
}

/** The client that waits for the answer has gone. */
class ClientGone extends \RuntimeException
{
}

class Connection
{
    private $remote;
    private $host;
    private $path;
    private $socket;

    /** `$address`: such as http://grid:4444/wd/hub. */
    public function __construct(string $address)
    {
        $parts = parse_url($address);
        $isSecure = $parts['scheme'] === 'https';
        $this->host = $parts['host'] . ':' . ($parts['port'] ?? ($isSecure ? 443 : 80));
        $this->remote = ($isSecure ? 'tls://' : 'tcp://') . $this->host;
        $this->path = rtrim($parts['path'] ?? '', '/');
    }

    /**
     * Sends a request and returns the status and the body of its answer. It is given up when one of `$clients` ends: their
     * sockets, or standard input. Throws NoAnswer, ClientGone.
     */
    public function request(string $method, string $path, string $body, float $seconds, array $clients): array
    {
        $message = "$method {$this->path}$path HTTP/1.1\r\nHost: {$this->host}\r\nAccept: application/json\r\n"
            . "Content-Type: application/json; charset=utf-8\r\nConnection: keep-alive\r\n"
            . 'Content-Length: ' . strlen($body) . "\r\n\r\n$body";
        $until = microtime(true) + $seconds;
        // Of a connection that Selenium has closed the end can be read.
        $isReused = $this->socket !== null && select([$this->socket], 0.0) === [];
        if ($isReused) {
            $data = $this->exchange($message, $until, $clients);
            if ($data !== null) {
                return $data;
            }
        }
        $this->connect(min(CONNECT_SECONDS, $seconds));
        $data = $this->exchange($message, $until, $clients);
        if ($data === null) {
            throw new NoAnswer("$this->remote closed the connection.");
        }
        return $data;
    }

    private function connect(float $seconds): void
    {
        $this->close();
        $socket = @stream_socket_client($this->remote, $code, $reason, $seconds);
        if ($socket === false) {
            throw new NoAnswer("$this->remote: $reason");
        }
        stream_set_blocking($socket, false);
        $this->socket = $socket;
    }

    private function close(): void
    {
        if ($this->socket !== null) {
            fclose($this->socket);
            $this->socket = null;
        }
    }

    /** The answer to a message; null when the connection was closed before its first byte. */
    private function exchange(string $message, float $until, array $clients): ?array
    {
        $data = '';
        $answer = null;
        try {
            // What cannot be written may have been answered.
            send($this->socket, $message, $until, $clients);
            while ($answer === null) {
                if (!awaitStream($this->socket, false, $until, $clients)) {
                    throw new NoAnswer("$this->remote takes too long.");
                }
                // To its end: what TLS has read ahead is not seen by the next wait.
                while (($chunk = (string) fread($this->socket, 1048576)) !== '') {
                    $data .= $chunk;
                    if (strlen($data) > MAX_BYTES) {
                        throw new NoAnswer("An answer of $this->remote is too long.");
                    }
                }
                $answer = parseAnswer($data, feof($this->socket));
                if ($answer === null && feof($this->socket)) {
                    $this->close();
                    if ($data === '') {
                        return null;
                    }
                    throw new NoAnswer("$this->remote closed the connection within an answer.");
                }
            }
        } catch (\RuntimeException $error) {
            // What is left of the answer must not become that of the next request.
            $this->close();
            throw $error;
        }
        if ($answer[2]) {
            $this->close();
        }
        return [$answer[0], $answer[1]];
    }
}

/** Writes to a stream that does not block. Returns whether it took all within the time. Throws ClientGone when one of `$clients` ends. */
function send($stream, string $message, float $until, array $clients): bool
{
    for ($at = 0; $at < strlen($message); $at += $written) {
        if (!awaitStream($stream, true, $until, $clients)) {
            return false;
        }
        $written = @fwrite($stream, substr($message, $at, 262144));
        if ($written === false) {
            return false;
        }
        // TLS may have to read before it can write.
        usleep($written === 0 ? 1000 : 0);
    }
    return true;
}

/**
 * Waits until a stream can be read, or written. Returns false when it cannot within the time. Throws ClientGone when one of `$clients`
 * ends: their sockets, or standard input.
 */
function awaitStream($stream, bool $forWriting, float $until, array $clients): bool
{
    while (($left = $until - microtime(true)) > 0) {
        $reading = array_merge($forWriting ? [] : [$stream], $clients);
        $ready = select($reading, $left, $forWriting ? [$stream] : []);
        foreach ($clients as $index => $client) {
            if (!in_array($client, $ready, true)) {
                continue;
            }
            // What a client sends before it has its answer is read later.
            if ($client !== STDIN && (string) @stream_socket_recvfrom($client, 1, STREAM_PEEK) !== '') {
                unset($clients[$index]);
                continue;
            }
            throw new ClientGone();
        }
        if (in_array($stream, $ready, true)) {
            return true;
        }
    }
    return false;
}

/** Those of some streams that can be read, and of others that can be written, after at most so many seconds. */
function select(array $reading, float $seconds, array $writing = []): array
{
    $except = null;
    $count = @stream_select($reading, $writing, $except, (int) $seconds, (int) (fmod($seconds, 1.0) * 1e6));
    return $count ? array_merge(array_values($reading), array_values($writing)) : [];
}

/** The status, the body, and whether the connection ends with it; null for a part of an answer. */
function parseAnswer(string $data, bool $isAtEnd): ?array
{
    $end = strpos($data, "\r\n\r\n");
    if ($end === false) {
        return null;
    }
    $head = substr($data, 0, $end);
    $rest = (string) substr($data, $end + 4);
    $status = (int) substr($head, 9, 3);
    $closes = preg_match('/^Connection: *close/mi', $head) === 1;
    if (preg_match('/^Transfer-Encoding: *chunked/mi', $head)) {
        $body = joinChunks($rest);
        return $body === null ? null : [$status, $body, $closes];
    }
    if (!preg_match('/^Content-Length: *(\d+)/mi', $head, $match)) {
        // Its body ends with the connection, if it has one.
        return $isAtEnd || $status === 204 ? [$status, $rest, $isAtEnd] : null;
    }
    $length = (int) $match[1];
    return strlen($rest) < $length ? null : [$status, (string) substr($rest, 0, $length), $closes];
}

/** A body that was sent in chunks; null for a part of it. */
function joinChunks(string $data): ?string
{
    $body = '';
    $at = 0;
    while (preg_match('/\G([0-9a-f]{1,8})[^\r\n]*\r\n/i', $data, $match, 0, $at)) {
        $at += strlen($match[0]);
        $length = (int) hexdec($match[1]);
        if (strlen($data) < $at + $length + 2) {
            return null;
        }
        if ($length === 0) {
            return $body;
        }
        $body .= substr($data, $at, $length);
        $at += $length + 2;
    }
    return null;
}
