<?php
/**
 * Keeps the downloads of the tests of a suite apart, which one process executes: after each test they are moved to
 * `kept/<test>` beside their folder. Runs before Codeception (auto_prepend_file), which then loads the class by
 * `--ext 'Matre\Downloads'` (read in Codeception 4.1 and 5).
 */

namespace Matre;

if (!defined('Matre\PREPENDED')) {
    define('Matre\PREPENDED', true);
    // Its interface is known only when Codeception has its autoloader.
    spl_autoload_register(static function ($class) {
        if ($class === 'Matre\Downloads') {
            require __FILE__;
        }
    });
    return;
}

class Downloads implements \Symfony\Component\EventDispatcher\EventSubscriberInterface
{
    public static function getSubscribedEvents(): array
    {
        // After the listeners of Codeception, which close the browser.
        return ['test.after' => ['keep', -1000]];
    }

    public function keep($event): void
    {
        $folder = realpath('tests/_data/downloads');
        if ($folder === false) {
            return;
        }
        $kept = dirname($folder) . '/kept/' . basename($event->getTest()->getMetadata()->getName());
        foreach (array_diff(scandir($folder), ['.', '..']) as $name) {
            if (is_dir($kept) || mkdir($kept, 0777, true)) {
                rename("$folder/$name", "$kept/$name");
            }
        }
    }
}
