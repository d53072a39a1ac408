<?php
/**
 * Makes MFTF take the enabled modules of the shop from a file, one name a line, instead of asking the shop: -d matre.root=...
 * -d matre.modules=FILE. Its own code then chooses and orders the modules, as without `--force`. Runs before MFTF
 * (auto_prepend_file), or within pruned.php. Anything unexpected exits with code 90. run-data.php uses its class alone.
 */

namespace Matre;

if (get_cfg_var('matre.root') !== false) {
    require_once get_cfg_var('matre.root') . '/vendor/autoload.php';
}

/** The resolver of MFTF (3.0 to 6.0) with a list of modules. */
class ListedModules extends \Magento\FunctionalTestingFramework\Util\ModuleResolver
{
    private $names;

    public function __construct(array $names)
    {
        // Not the constructor of the parent, which needs settings that MFTF has not read yet.
        $this->names = $names;
    }

    /** Makes it the resolver of MFTF. */
    public static function install(array $names)
    {
        $instance = new \ReflectionProperty(get_parent_class(self::class), 'instance');
        $instance->setAccessible(true);
        $instance->setValue(null, new self($names));
    }

    public function getEnabledModules()
    {
        return $this->names;
    }

    public function sortFilesByModuleSequence(array $files)
    {
        $this->sequenceSorter = $this->sequenceSorter
            ?? \Magento\FunctionalTestingFramework\ObjectManagerFactory::getObjectManager()
                ->get(\Magento\FunctionalTestingFramework\Util\ModuleResolver\SequenceSorterInterface::class);
        return parent::sortFilesByModuleSequence($files);
    }
}

if (get_cfg_var('matre.modules') !== false) {
    $resolver = get_parent_class(ListedModules::class);
    if (!property_exists($resolver, 'instance') || !property_exists($resolver, 'sequenceSorter')) {
        fwrite(STDERR, "matre: the enabled modules cannot be set: ModuleResolver of MFTF is not as it was\n");
        exit(90);
    }
    ListedModules::install(file(get_cfg_var('matre.modules'), FILE_IGNORE_NEW_LINES));
}
