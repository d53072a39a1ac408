<?php
/**
 * Checks files of the Magento root against MFTF's own schemas, all in one process: `php validate.php ROOT SCRATCH`, with a
 * line `kind<tab>path` for each file in SCRATCH.files. Prints `path<tab>line<tab>message` for each violation. When libxml refuses
 * a schema, the last line is `schema<tab>version of libxml<tab>message`, and the exit code 3.
 *
 * The files of a kind become one document, with a line for each file, because a schema is compiled again for each document. The
 * number of a line identifies the faulty file, which is then checked separately. Files that merge into others are checked before
 * merging: a violation only makes MFTF check the whole tree.
 */

namespace Matre;

require_once __DIR__ . '/schemas.php';

const KINDS = [
    'test' => ['tests', 'Test/etc/mergedTestSchema.xsd'],
    'actionGroup' => ['actionGroups', 'Test/etc/mergedActionGroupSchema.xsd'],
    'entity' => ['entities', 'DataGenerator/etc/dataProfileSchema.xsd'],
    'page' => ['pages', 'Page/etc/mergedPageObject.xsd'],
    'section' => ['sections', 'Page/etc/mergedSectionObject.xsd'],
    'operation' => ['operations', 'DataGenerator/etc/dataOperation.xsd'],
    'suite' => ['suites', 'Suite/etc/mergedSuiteSchema.xsd'],
];

libxml_use_internal_errors(true);
[, $root, $scratch] = $argv;
quickSchemas($root, $scratch);
$files = [];
foreach (file("$scratch.files", FILE_IGNORE_NEW_LINES) as $line) {
    [$kind, $path] = explode("\t", $line);
    $files[$kind][] = $path;
}
foreach ($files as $kind => $paths) {
    [$element, $schema] = KINDS[$kind];
    // Line numbers of libxml end at 65,535.
    foreach (array_chunk($paths, 60000) as $chunk) {
        foreach (faultyFiles($chunk, $root, $element, "$scratch/$schema") as $path) {
            $document = new \DOMDocument();
            if ($document->load("$root/$path")) {
                $document->schemaValidate("$scratch/$schema");
            }
            foreach (errors() as $error) {
                // Some messages have two lines.
                echo $path, "\t", $error->line, "\t", oneLine($error->message), "\n";
            }
            libxml_clear_errors();
        }
    }
}

/** The files with a violation, those that have to be checked separately, or all when they cannot be checked together. */
function faultyFiles(array $paths, string $root, string $element, string $schema): array
{
    $lines = '';
    $faulty = [];
    foreach ($paths as $path) {
        $content = file_get_contents("$root/$path");
        if (!isPlain($content)) {
            $faulty[$path] = true;
            $content = '';
        }
        $inside = preg_match("~<$element\\b[^>]*(?<!/)>(.*)</$element>~s", $content, $match) ? $match[1] : '';
        $lines .= str_replace(["\r", "\n"], ' ', $inside) . "\n";
    }
    $document = new \DOMDocument();
    if (!$document->loadXML("<$element>\n$lines</$element>", LIBXML_PARSEHUGE)) {
        libxml_clear_errors();
        return $paths;
    }
    $document->schemaValidate($schema);
    foreach (errors() as $error) {
        if (isset($paths[$error->line - 2])) {
            $faulty[$paths[$error->line - 2]] = true;
        }
    }
    libxml_clear_errors();
    return array_keys($faulty);
}

/** The errors in files. One in a schema has a line of that, and would be taken for one of a file. */
function errors(): array
{
    $errors = libxml_get_errors();
    foreach ($errors as $error) {
        if (substr($error->file, -4) === '.xsd') {
            echo "schema\t", LIBXML_LOADED_VERSION, "\t", basename($error->file), ': ', oneLine($error->message), "\n";
            exit(3);
        }
    }
    return $errors;
}

function oneLine(string $message): string
{
    return preg_replace('~\s+~', ' ', trim($message));
}

/** Whether a part of the file means the same in another file: it is UTF-8, and declares no entities. */
function isPlain(string $content): bool
{
    return preg_match('//u', $content) === 1
        && strpos($content, "\0") === false
        && stripos($content, '<!DOCTYPE') === false
        && !preg_match('~^(\xEF\xBB\xBF)?<\?xml[^>]*encoding\s*=\s*["\'](?!utf-?8["\'])~i', $content);
}
