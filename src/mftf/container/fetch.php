<?php
/**
 * Requests addresses as the tests in this container would, and prints a line of JSON for each: its status and the beginning of
 * the answer, or why there was none. Needs only PHP itself, because an image may lack curl.
 *
 * usage: php fetch.php "SECONDS URL"...
 *
 * Standard input is a JSON object by address: `authorization` is that header, `json` the text to post. Both may be secret.
 */
$details = json_decode((string) stream_get_contents(STDIN), true) ?: [];
foreach (array_slice($argv, 1) as $argument) {
    [$seconds, $url] = explode(' ', $argument, 2);
    ['authorization' => $authorization, 'json' => $json] = ($details[$url] ?? []) + ['authorization' => null, 'json' => null];
    $context = stream_context_create([
        'http' => [
            'method' => $json === null ? 'GET' : 'POST',
            'content' => (string) $json,
            'timeout' => (float) $seconds,
            'ignore_errors' => true,
            'follow_location' => 0,
            'header' => "Connection: close\r\n"
                . ($json === null ? '' : "Content-Type: application/json\r\n")
                . ($authorization === null ? '' : "Authorization: $authorization\r\n"),
        ],
        // The tests check the certificate; this only checks whether the address answers.
        'ssl' => ['verify_peer' => false, 'verify_peer_name' => false, 'capture_peer_cert' => true],
    ]);
    $http_response_header = [];
    $startedAt = microtime(true);
    $stream = @fopen($url, 'rb', false, $context);
    $answer = ['url' => $url, 'ms' => (int) round((microtime(true) - $startedAt) * 1000)];
    if ($stream === false) {
        $answer['error'] = error_get_last()['message'] ?? 'no answer';
    } else {
        $answer['status'] = (int) (explode(' ', $http_response_header[0] ?? '')[1] ?? 0);
        // A chromedriver ends the connection 10 s after its answer, whatever the request says, so it ends with its length.
        $length = 262144;
        foreach ($http_response_header as $header) {
            if (preg_match('/^content-length:\s*(\d{1,9})\s*$/i', $header, $match)) {
                $length = min($length, (int) $match[1]);
            }
        }
        $answer['body'] = $length === 0 ? '' : (string) stream_get_contents($stream, $length);
        $certificate = stream_context_get_params($stream)['options']['ssl']['peer_certificate'] ?? null;
        $end = $certificate === null ? null : (openssl_x509_parse($certificate)['validTo_time_t'] ?? null);
        if (is_int($end)) {
            $answer['certificateEnd'] = $end;
        }
    }
    echo json_encode($answer, JSON_INVALID_UTF8_SUBSTITUTE), "\n";
}
