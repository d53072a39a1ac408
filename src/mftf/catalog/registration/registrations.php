<?php
/**
 * Runs a registration.php as Magento does, and prints what it registers: `php registrations.php FILE MARK`. The last line of the
 * output is MARK and a JSON list of [type, name, path]. A file that fails has what it registered before.
 */

namespace Magento\Framework\Component {
    interface ComponentRegistrarInterface
    {
        public function getPaths($type);

        public function getPath($type, $componentName);
    }

    class ComponentRegistrar implements ComponentRegistrarInterface
    {
        const MODULE = 'module';
        const LIBRARY = 'library';
        const THEME = 'theme';
        const LANGUAGE = 'language';
        const SETUP = 'setup';

        /** @var array[] [type, name, path] of each call. */
        public static $calls = [];

        public static function register($type, $componentName, $path)
        {
            if (array_key_exists($componentName, self::registered($type))) {
                throw new \LogicException("$componentName is registered twice");
            }
            self::$calls[] = [$type, $componentName, str_replace('\\', '/', $path)];
        }

        // A file may register only what has no path yet.

        public function getPaths($type)
        {
            return self::registered($type);
        }

        public function getPath($type, $componentName)
        {
            return $this->getPaths($type)[$componentName] ?? null;
        }

        private static function registered($type): array
        {
            if (!in_array($type, [self::MODULE, self::LIBRARY, self::THEME, self::LANGUAGE, self::SETUP], true)) {
                throw new \LogicException("$type is no type of a component");
            }
            $ofType = array_filter(self::$calls, function ($call) use ($type) {
                return $call[0] === $type;
            });
            return array_column($ofType, 2, 1);
        }
    }
}

namespace Matre {
    use Magento\Framework\Component\ComponentRegistrar;

    list(, $file, $mark) = $argv;
    register_shutdown_function(function () use ($mark) {
        $calls = [];
        foreach (ComponentRegistrar::$calls as list($type, $name, $path)) {
            // What MFTF compares with: the path without links, where it exists.
            $calls[] = [$type, (string) $name, realpath($path) ?: $path];
        }
        fwrite(STDOUT, "\n$mark" . json_encode($calls, JSON_INVALID_UTF8_SUBSTITUTE) . "\n");
    });
    // Its own scope, as in Magento, which does not show the file the variables of this script.
    (function () {
        include func_get_arg(0);
    })($file);
}
