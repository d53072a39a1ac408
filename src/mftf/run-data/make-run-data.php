<?php
/**
 * Reads data and operations with the code of MFTF, and stores those with some names in a file for run-data.php: only of these
 * does the pruned tree have all declarations. Runs behind pruned.php and modules.php: -d matre.root=... -d matre.tree=...
 *
 * usage: make-run-data.php NAMES FILE    with a JSON object in NAMES: "entities", names of data, and "dataTypes"
 * standard output: "stored N M", the numbers of data and operations. Anything unexpected exits with code 90, without the file.
 */

namespace Matre;

use Magento\FunctionalTestingFramework\DataGenerator\Handlers\DataObjectHandler;
use Magento\FunctionalTestingFramework\DataGenerator\Handlers\OperationDefinitionObjectHandler;

require __DIR__ . '/stored-objects.php';

/** The object as text, with the paths of the Magento root in place of those of the pruned tree. */
function pack($object): string
{
    $root = get_cfg_var('matre.root');
    $tree = get_cfg_var('matre.tree');
    // A copy, because the handler still needs its object.
    $object = unserialize(serialize($object));
    foreach ((new \ReflectionObject($object))->getProperties() as $property) {
        $property->setAccessible(true);
        $value = $property->getValue($object);
        if (is_string($value) && strpos($value, "$tree/") !== false) {
            $property->setValue($object, str_replace("$tree/", "$root/", $value));
        }
    }
    $text = serialize($object);
    if (strpos($text, $tree) !== false) {
        refuse('an object of MFTF has paths in another place');
    }
    return $text;
}

/** The public methods of a class, without constructors. */
function methodsOf(string $class): array
{
    $names = array_map(function ($method) {
        return $method->name;
    }, (new \ReflectionClass($class))->getMethods(\ReflectionMethod::IS_PUBLIC));
    $names = array_diff($names, ['__construct']);
    sort($names);
    return $names;
}

list(, $namesFile, $file) = $argv;
$names = json_decode(file_get_contents($namesFile), true);

if (
    methodsOf(DataObjectHandler::class) !== ['getAllObjects', 'getInstance', 'getObject']
    || methodsOf(OperationDefinitionObjectHandler::class)
        !== ['getAllObjects', 'getInstance', 'getObject', 'getOperationDefinition']
) {
    refuse('the handlers of MFTF are not as they were');
}

$stored = [
    'root' => get_cfg_var('matre.root'),
    'modules' => file(get_cfg_var('matre.modules'), FILE_IGNORE_NEW_LINES),
    'entities' => [],
    'operations' => [],
];
$entities = DataObjectHandler::getInstance();
$all = $entities->getAllObjects();
foreach ($names['entities'] as $name) {
    if (!isset($all[$name])) {
        continue;
    }
    try {
        $stored['entities'][$name] = pack($entities->getObject($name));
    } catch (\Exception $error) {
        // MFTF refuses it when a test asks for it.
    }
}
$operations = OperationDefinitionObjectHandler::getInstance();
$dataTypes = array_flip($names['dataTypes']);
foreach ($operations->getAllObjects() as $name => $operation) {
    if (isset($dataTypes[$operation->getDataType()])) {
        if ($name !== $operation->getOperation() . $operation->getDataType()) {
            refuse('the operations of MFTF have other names');
        }
        $stored['operations'][$name] = pack($operation);
    }
}

// The test: the stored objects answer, and the handlers of MFTF answer what is not stored.
foreach ([StoredData::class => 'entities', StoredOperations::class => 'operations'] as $class => $kind) {
    $class::install(new $class($stored[$kind]));
    $handler = get_parent_class($class)::getInstance();
    foreach ($stored[$kind] as $name => $text) {
        if (serialize($handler->getObject($name)) !== $text) {
            refuse("$name is not stored as it was");
        }
    }
    $count = count($handler->getAllObjects());
    if ($count < count($stored[$kind]) || get_parent_class($class)::getInstance() instanceof $class) {
        refuse('the handlers of MFTF cannot be replaced');
    }
}

$text = serialize($stored);
// A full disk takes a part of it.
if (@file_put_contents("$file.new", $text) !== strlen($text) || !rename("$file.new", $file)) {
    @unlink("$file.new");
    refuse('the data cannot be written');
}
printf("stored %d %d\n", count($stored['entities']), count($stored['operations']));
