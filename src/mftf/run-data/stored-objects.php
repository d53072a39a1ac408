<?php
/** Handlers of MFTF (3.0 to 6.0) with stored objects, for run-data.php; the autoloader of the Magento root is there. */

namespace Matre;

use Magento\FunctionalTestingFramework\DataGenerator\Handlers\DataObjectHandler;
use Magento\FunctionalTestingFramework\DataGenerator\Handlers\OperationDefinitionObjectHandler;

/** Objects by their names. */
trait StoredObjects
{
    private $stored;
    private $objects = [];

    public function __construct(array $stored)
    {
        $this->stored = $stored;
    }

    /** Makes the handler that MFTF uses. */
    public static function install($handler)
    {
        $instance = new \ReflectionProperty(get_parent_class(self::class), 'INSTANCE');
        $instance->setAccessible(true);
        $instance->setValue(null, $handler);
    }

    public function getObject($name)
    {
        return $this->find($name) ?? $this->whole()->getObject($name);
    }

    public function getAllObjects()
    {
        return $this->whole()->getAllObjects();
    }

    private function find($name)
    {
        if (!is_string($name) || !isset($this->stored[$name])) {
            return null;
        }
        if (isset($this->objects[$name])) {
            return $this->objects[$name];
        }
        $object = unserialize($this->stored[$name]);
        // Data that extends other data is made anew for each request (measured with 3.8).
        if (!method_exists($object, 'getParentName') || $object->getParentName() === null) {
            $this->objects[$name] = $object;
        }
        return $object;
    }

    /** The handler of MFTF, which reads the whole tree. */
    private function whole()
    {
        $class = get_parent_class(self::class);
        if ($class::getInstance() === $this) {
            self::install(null);
        }
        return $class::getInstance();
    }
}

class StoredData extends DataObjectHandler
{
    use StoredObjects;
}

class StoredOperations extends OperationDefinitionObjectHandler
{
    use StoredObjects;

    public function getOperationDefinition($operation, $dataType)
    {
        return $this->find($operation . $dataType) ?? $this->whole()->getOperationDefinition($operation, $dataType);
    }
}
