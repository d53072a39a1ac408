<?php
/**
 * Runs before MFTF (auto_prepend_file) and makes it read the tree that prune.sh built instead of the Magento root:
 * -d matre.root=... -d matre.tree=... , and -d matre.validation=on where MFTF is to validate the files. The code of MFTF and
 * vendor stays in place. This uses the ways in which MFTF can be configured: constants that it defines only if they are
 * undefined, its di.xml, and the order of files (MFTF 3.0 to 6.0). Anything unexpected exits with code 90, and the whole tree is
 * used.
 */

namespace Matre;

const FRAMEWORK = '/vendor/magento/magento2-functional-testing-framework';

function refuse(string $because)
{
    fwrite(STDERR, "matre: the pruned tree cannot be used: $because\n");
    exit(90);
}

$root = get_cfg_var('matre.root');
$tree = get_cfg_var('matre.tree');
$framework = $tree . FRAMEWORK;

// MFTF reads its settings from this folder, and its code from the original one.
mkdir("$framework/etc", 0777, true);
symlink($root . FRAMEWORK . '/composer.json', "$framework/composer.json");
symlink($root . FRAMEWORK . '/etc/config', "$framework/etc/config");
$sorter = 'type="Magento\FunctionalTestingFramework\Util\ModuleResolver\SequenceSorter"';
$validation = '<argument name="appMode" xsi:type="string">developer</argument>';
$changed = str_replace(
    [$sorter, $validation],
    [
        'type="Matre\OriginalOrder"',
        // The whole tree is already validated before a generation, see validate.php: MFTF would spend seven of eight seconds on it.
        get_cfg_var('matre.validation') === false ? str_replace('developer', 'default', $validation) : $validation,
    ],
    file_get_contents($root . FRAMEWORK . '/etc/di.xml'),
    $replaced
);
if ($replaced !== 2) {
    refuse('di.xml of MFTF is not as it was');
}
file_put_contents("$framework/etc/di.xml", $changed);

define('FW_BP', $framework);
define('PROJECT_ROOT', $tree);
define('MAGENTO_BP', $tree);
define('TESTS_BP', "$tree/dev/tests/acceptance");
define('TESTS_MODULE_PATH', "$tree/dev/tests/acceptance/tests/functional/Magento");
define('ENV_FILE_PATH', "$tree/dev/tests/acceptance/");

require_once "$root/vendor/autoload.php";

// Magento's modules are registered with their original paths; MFTF names the modules of the tree by that list.
$registrar = 'Magento\Framework\Component\ComponentRegistrar';
if (class_exists($registrar)) {
    if (!property_exists($registrar, 'paths')) {
        refuse('ComponentRegistrar of Magento is not as it was');
    }
    $property = new \ReflectionProperty($registrar, 'paths');
    $property->setAccessible(true);
    $property->setValue(null, array_map(function (array $paths) use ($root, $tree) {
        return array_map(function ($path) use ($root, $tree) {
            return strpos($path, "$root/") === 0 ? $tree . substr($path, strlen($root)) : $path;
        }, $paths);
    }, $property->getValue()));
}

if (!interface_exists('Magento\FunctionalTestingFramework\Util\ModuleResolver\SequenceSorterInterface')) {
    refuse('MFTF does not let files be sorted');
}

// Without it MFTF is called with --force.
if (get_cfg_var('matre.modules') !== false) {
    require __DIR__ . '/modules.php';
}

/** Files of a module merge in directory order, which differs between file systems, so the original folder decides. */
class OriginalOrder implements \Magento\FunctionalTestingFramework\Util\ModuleResolver\SequenceSorterInterface
{
    private $orders = [];

    public function sort(array $paths)
    {
        $modules = [];
        foreach ($paths as $path) {
            $modules[$this->moduleOf($path)][$this->keyOf($path)] = $path;
        }
        foreach ($modules as &$module) {
            ksort($module, SORT_STRING);
        }
        return array_merge([], ...array_map('array_values', array_values($modules)));
    }

    private function moduleOf(string $path): string
    {
        preg_match('~^.*?/Test/Mftf/|^.*/tests/functional/[^/]+/[^/]+/~', $path, $match);
        return $match[0] ?? '';
    }

    /** The positions of a file, and of each folder above it, in directory order. */
    private function keyOf(string $path): string
    {
        $folder = get_cfg_var('matre.root');
        $relative = substr($path, strlen(get_cfg_var('matre.tree')) + 1);
        if (realpath("$folder/$relative") !== "$folder/$relative") {
            refuse("$relative is a link, or below one");
        }
        $key = '';
        foreach (explode('/', $relative) as $name) {
            $key .= sprintf('%06d/', $this->order($folder)[$name]);
            $folder .= "/$name";
        }
        return $key;
    }

    private function order(string $folder): array
    {
        if (!isset($this->orders[$folder])) {
            $names = [];
            $handle = opendir($folder);
            while (($name = readdir($handle)) !== false) {
                $names[] = $name;
            }
            closedir($handle);
            $this->orders[$folder] = array_flip($names);
        }
        return $this->orders[$folder];
    }
}
