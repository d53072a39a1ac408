<?php
// The stand-in executes no PHP. Patches of the driver find their place here, as in MFTF.
class MagentoWebDriver extends WebDriver
{
}
