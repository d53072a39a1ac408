<?php
/**
 * Gives the tests of a process the data and operations that make-run-data.php has stored, instead of letting MFTF read all Data
 * and Metadata files of the tree. For any other name, MFTF reads the whole tree, with the list of modules of matre. Runs before
 * Codeception, once in a process. make-run-data.php has tried the classes with the MFTF of the container; without its file nothing
 * changes.
 */

namespace Matre;

if (!defined('Matre\RUN_DATA')) {
    define('Matre\RUN_DATA', '/matre/run/run-data');
    (static function () {
        $stored = @file_get_contents(RUN_DATA);
        if ($stored === false) {
            return;
        }
        $stored = unserialize($stored);
        require_once $stored['root'] . '/vendor/autoload.php';
        require_once __DIR__ . '/stored-objects.php';
        require_once __DIR__ . '/modules.php';
        ListedModules::install($stored['modules']);
        StoredData::install(new StoredData($stored['entities']));
        StoredOperations::install(new StoredOperations($stored['operations']));
    })();
}
