<?php
/**
 * Runs a registration.php as Magento does, and prints what it registers: `php registrations.php FILE MARK`. The last line of the
 * output is MARK and a JSON list of [type, name, path]. A file that fails has what it registered before.
 */

namespace Magento\Framework\Component {
    class ComponentRegistrar
    {
        const MODULE = 'module';
        const LIBRARY = 'library';
        const THEME = 'theme';
        const LANGUAGE = 'language';
        const SETUP = 'setup';

        /** @var array[] */
        public static $calls = [];

        public static function register($type, $componentName, $path)
        {
            if (!in_array($type, [self::MODULE, self::LIBRARY, self::THEME, self::LANGUAGE, self::SETUP], true)) {
                throw new \LogicException("$type is no type of a component");
            }
            foreach (self::$calls as $call) {
                if ($call[0] === $type && $call[1] === $componentName) {
                    throw new \LogicException("$componentName is registered twice");
                }
            }
            self::$calls[] = [$type, $componentName, str_replace('\\', '/', $path)];
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
