<?php
/**
 * The members that the patch visible-element adds to the driver of MFTF: what is between the first and the last brace. A trait,
 * so that PHP can check this file. They override methods of Codeception's WebDriver 1 to 4, and have signatures that fit all.
 */

namespace Matre;

trait VisibleElement
{
    // Added by matre (patch visible-element). Where a step takes one element and its selector matches several, it takes the
    // first one that is displayed, and as before the first of all when none is.
    private $matreKeepsOrder = false;

    private function matreIsDisplayed($element): bool
    {
        try {
            return $element->isDisplayed();
        } catch (\Facebook\WebDriver\Exception\StaleElementReferenceException $gone) {
            return false;
        }
    }

    private function matreFirstDisplayed(array $elements)
    {
        foreach ($elements as $element) {
            if ($this->matreIsDisplayed($element)) {
                return $element;
            }
        }
        return null;
    }

    /** Callers that need one element take the first. */
    protected function match($page, $selector, $throwMalformed = true): array
    {
        $elements = parent::match($page, $selector, $throwMalformed);
        if ($this->matreKeepsOrder || count($elements) < 2) {
            return $elements;
        }
        $displayed = $this->matreFirstDisplayed($elements);
        if ($displayed === null || $displayed === $elements[0]) {
            return $elements;
        }
        $others = array_filter($elements, function ($element) use ($displayed) {
            return $element !== $displayed;
        });
        return array_merge([$displayed], $others);
    }

    /** These return all elements, whose order is that of the page. */
    private function matreInOrder(callable $work): array
    {
        $before = $this->matreKeepsOrder;
        $this->matreKeepsOrder = true;
        try {
            return $work();
        } finally {
            $this->matreKeepsOrder = $before;
        }
    }

    public function _findElements($locator): array
    {
        return $this->matreInOrder(function () use ($locator) {
            return parent::_findElements($locator);
        });
    }

    public function grabMultiple($cssOrXpath, $attribute = null): array
    {
        return $this->matreInOrder(function () use ($cssOrXpath, $attribute) {
            return parent::grabMultiple($cssOrXpath, $attribute);
        });
    }

    /** Fields may also be named by their label, which needs no `match`. */
    protected function findFields($selector): array
    {
        $fields = parent::findFields($selector);
        $displayed = count($fields) > 1 ? $this->matreFirstDisplayed($fields) : null;
        if ($displayed === null || $displayed === reset($fields)) {
            return $fields;
        }
        return array_merge([$displayed], array_filter($fields, function ($field) use ($displayed) {
            return $field !== $displayed;
        }));
    }

    /** Waits for any displayed match. Without one the condition of Codeception decides, so that its errors stay. */
    private function matreWaitFor($element, $timeout, $condition, callable $accept): void
    {
        $locator = $this->getLocator($element);
        $this->webDriver->wait($timeout)->until(function ($driver) use ($locator, $condition, $accept) {
            foreach ($driver->findElements($locator) as $match) {
                if ($this->matreIsDisplayed($match) && $accept($match)) {
                    return $match;
                }
            }
            return call_user_func($condition($locator)->getApply(), $driver);
        });
    }

    public function waitForElementVisible($element, $timeout = 10): void
    {
        $condition = [\Facebook\WebDriver\WebDriverExpectedCondition::class, 'visibilityOfElementLocated'];
        $this->matreWaitFor($element, $timeout, $condition, function () {
            return true;
        });
    }

    public function waitForElementClickable($element, $timeout = 10): void
    {
        $condition = [\Facebook\WebDriver\WebDriverExpectedCondition::class, 'elementToBeClickable'];
        $this->matreWaitFor($element, $timeout, $condition, function ($match) {
            return $match->isEnabled();
        });
    }
}
