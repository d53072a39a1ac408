<?php
/** Runs several scripts before a process of PHP (auto_prepend_file, which takes one): -d matre.prepend=PATH:PATH */
foreach (explode(':', get_cfg_var('matre.prepend')) as $matreScript) {
    require $matreScript;
}
unset($matreScript);
