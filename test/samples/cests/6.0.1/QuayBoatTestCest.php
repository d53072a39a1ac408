<?php
namespace Magento\AcceptanceTest\_default\Backend;

use Magento\FunctionalTestingFramework\AcceptanceTester;
use \Codeception\Util\Locator;
use Yandex\Allure\Adapter\Annotation\Features;
use Yandex\Allure\Adapter\Annotation\Stories;
use Yandex\Allure\Adapter\Annotation\Title;
use Yandex\Allure\Adapter\Annotation\Description;
use Yandex\Allure\Adapter\Annotation\Parameter;
use Yandex\Allure\Adapter\Annotation\Severity;
use Yandex\Allure\Adapter\Model\SeverityLevel;
use Yandex\Allure\Adapter\Annotation\TestCaseId;

/**
 * @Title("QUAY-1: A "boat" is moored")
 * @Description("The harbour master moors a boat., 

This test uses the following credentials:
quay/gate_key<h3 class='y-label y-label_status_broken'>Deprecated Notice(s):</h3><ul><li>DEPRECATED ELEMENT in Test: {{QuayListSection.retired}} Use submit instead</li></ul>
<h3>Test files</h3>app/code/Quay/Harbour/Test/Mftf/Test/QuayBoatTest.xml<br>")
 * @TestCaseId("QUAY-1")
 * @group quay
 * @group boats
 */
class QuayBoatTestCest
{
	/**
	 * @var bool
	 */
	private $isSuccess = false;

    /**
     * @var \Magento\FunctionalTestingFramework\Helper\HelperContainer
     */
    private $helperContainer;

    /**
     * Special method which automatically creates the respective objects.
     */
    public function _inject(\Magento\FunctionalTestingFramework\Helper\HelperContainer $helperContainer)
    {
        $this->helperContainer = $helperContainer;
        $this->helperContainer->create("\Quay\Harbour\Test\Mftf\Helper\QuayHelper");
    }
	/**
	  * @param AcceptanceTester $I
	  * @throws \Exception
	  */
	public function _before(AcceptanceTester $I)
	{
		$I->comment('[START BEFORE HOOK]');
		$boatFields['name'] = "Tern berth-" . msq("QuayBoat");
		$boatFields['key'] = $I->getSecret("quay/gate_key");
		$I->createEntity("boat", "hook", "QuayBoat", [], $boatFields); // stepKey: boat
		$I->createEntity("other", "hook", "QuayBoat", ["boat"], [], "north"); // stepKey: other
		$I->updateEntity("boat", "hook", "QuayBoat",["other"]); // stepKey: update
		$I->getEntity("read", "hook", "QuayBoat", ["boat"], null, 1); // stepKey: read
		$I->comment('[END BEFORE HOOK]');
	}

	/**
	  * @param AcceptanceTester $I
	  * @throws \Exception
	  */
	public function _after(AcceptanceTester $I)
	{
		$I->comment('[START AFTER HOOK]');
		$I->deleteEntity("boat", "hook"); // stepKey: deleteBoat
		$I->deleteEntityByUrl("/V1/boats/" . $I->retrieveEntityField('other', 'id', 'hook')); // stepKey: deleteOther
		$clean = $I->magentoCLI("cache:clean full_page", 60); // stepKey: clean
		$I->comment($clean);
		$setKey = $I->magentoCLISecret("config:set quay/key " . $I->getSecret("quay/gate_key"), 120, "--now"); // stepKey: setKey
		$I->comment($setKey); // stepKey: setKey
		$cron = $I->magentoCron("index", 70); // stepKey: cron
		$I->comment($cron);
		$I->comment('[END AFTER HOOK]');
		if ($this->isSuccess) {
			unlink(__FILE__);
		}
	}

	/**
	  * @param AcceptanceTester $I
	  * @throws \Exception
	  */
	public function _failed(AcceptanceTester $I)
	{
		$I->saveScreenshot(); // stepKey: saveScreenshot
	}

	/**
	 * @Features({"Harbour"})
	 * @Stories({"Mooring"})
	 * @Severity(level = SeverityLevel::NORMAL)
	 * @param AcceptanceTester $I
	 * @return void
	 * @throws \Exception
	 */
	public function QuayBoatTest(AcceptanceTester $I)
	{
		$I->amOnPage((getenv("MAGENTO_BACKEND_BASE_URL") ? rtrim(getenv("MAGENTO_BACKEND_BASE_URL"), "/") : "") . "/" . getenv("MAGENTO_BACKEND_NAME") . "/quay/boats/edit/id/" . $I->retrieveEntityField('boat', 'id', 'test')); // stepKey: openAdmin
		$I->amOnPage("/quay/berth-" . msq("QuayBoat") . ".html"); // stepKey: openPage
		$I->seeInCurrentUrl(getenv("MAGENTO_BASE_URL") . "quay"); // stepKey: seeUrl
		$I->seeCurrentUrlMatches("~\/quay\/Gull~i"); // stepKey: seeUrlMatches
		$I->comment("Moor Gull for $5");
		$I->comment("Not \{\{QuayBoat.name\}\}: \"\$x\"");
		$I->comment("Entering Action Group [find] QuayFindBoatActionGroup");
		$I->comment("Search for \{\{boat.name\}\} & \"wait\" for \$5");
		$I->fillField("input[name='q']", "Gull"); // stepKey: fillNameFind
		$I->click("#submit"); // stepKey: submitFind
		$I->waitForPageLoad(15); // stepKey: submitFindWaitForPageLoad
		$grabLengthFind = $I->grabTextFrom("//tr[1]/td[2][../tr[1]]"); // stepKey: grabLengthFind
		$I->waitForPageLoad(5); // stepKey: grabLengthFindWaitForPageLoad
		$I->assertEquals("12", $grabLengthFind, "The length of {{QuayBoat.name}}"); // stepKey: checkLengthFind
		$find = $I->return($grabLengthFind); // stepKey: returnLengthFind
		$I->comment("Exiting Action Group [find] QuayFindBoatActionGroup");
		$I->comment("Entering Action Group [findOther] QuayFindBoatActionGroup");
		$I->comment("Search for \{\{boat.name\}\} & \"wait\" for \$5");
		$I->fillField("input[name='q']", $I->retrieveEntityField('other', 'name', 'test')); // stepKey: fillNameFindOther
		$I->click("#submit"); // stepKey: submitFindOther
		$I->waitForPageLoad(15); // stepKey: submitFindOtherWaitForPageLoad
		$grabLengthFindOther = $I->grabTextFrom("//tr[1]/td[3][../tr[1]]"); // stepKey: grabLengthFindOther
		$I->waitForPageLoad(5); // stepKey: grabLengthFindOtherWaitForPageLoad
		$I->assertEquals($I->retrieveEntityField('other', 'length', 'test'), $grabLengthFindOther, "The length of " . $I->retrieveEntityField('other', 'name', 'test')); // stepKey: checkLengthFindOther
		$findOther = $I->return($grabLengthFindOther); // stepKey: returnLengthFindOther
		$I->comment("Exiting Action Group [findOther] QuayFindBoatActionGroup");
		$I->see($find, "//tr[@data-name='" . msq("QuayBoat") . "-sign']"); // stepKey: seeLength
		$I->see("Length: {$find}"); // stepKey: seeText
		$I->dontSee($I->retrieveEntityField('boat', 'custom_attributes[url_key]', 'test'), "//tr[@data-name='Petrel, old']"); // stepKey: dontSee
		$I->fillSecretField("input[name='q']", $I->getSecret("quay/gate_key")); // stepKey: fillKey
		$I->fillField("input[name='q']", "Ahab"); // stepKey: fillCaptain
		$I->fillField("input[name='q']", "East"); // stepKey: fillPort
		$I->click(Locator::contains("Gull", "'Open'")); // stepKey: open
		$I->click(".retired"); // stepKey: clickRetired
		$I->click(['link' => 'Open']); // stepKey: clickLink
		$I->conditionalClick("#submit", "input[name='q']", true); // stepKey: conditional
		$I->conditionalClick("#submit", ".open", false); // stepKey: conditionalLiteral
		$I->waitForPageLoad(15); // stepKey: conditionalLiteralWaitForPageLoad
		$I->clickWithLeftButton("#map", 10, -5); // stepKey: clickMap
		$I->dragAndDrop("#a", "#b", 1, 2); // stepKey: drag
		$I->moveMouseOver("#a"); // stepKey: hover
		$I->scrollTo("#a", 0, -80); // stepKey: scroll
		$script = $I->executeJS("return document.title + {$find} + " . $I->retrieveEntityField('other', 'name', 'test') . " + \$local"); // stepKey: script
		$date = new \DateTime();
		$date->setTimestamp(strtotime("+1 day"));
		$date->setTimezone(new \DateTimeZone("America/Los_Angeles"));
		$tomorrow = $date->format("m/d/Y");

		$date = new \DateTime();
		$date->setTimestamp(strtotime("now"));
		$date->setTimezone(new \DateTimeZone("UTC"));
		$now = $date->format("H:i");

		$I->selectOption("#ports", ['North', 'East']); // stepKey: selectPorts
		$I->selectOption("#ports", ['North',  'East']); // stepKey: selectPortsApart
		$I->selectOption("#ports", ["Gull", $I->retrieveEntityField('boat', 'name', 'test')]); // stepKey: selectNames
		$I->selectOption("#ports", ["North", "East"]); // stepKey: selectArray
		$I->selectOption("#ports", "North"); // stepKey: selectOne
		$I->searchAndMultiSelectOption("#boats", ["Gull", "Tern"], true); // stepKey: searchAndSelect
		$I->selectMultipleOptions(".filter", ".option", ['one', "berth-" . msq("QuayBoat")]); // stepKey: selectMultiple
		$I->submitForm("#form", ['q' => 'Gull', 'r' => $I->retrieveEntityField('boat', 'id', 'test')], "{{QuayListSection.submit}}"); // stepKey: submitForm
		$I->pressKey("#a", "x"); // stepKey: pressOne
		$I->pressKey("#a", ['ctrl',  'a'],\Facebook\WebDriver\WebDriverKeys::DELETE, 10,'b',"/"); // stepKey: pressMany
		$I->seeElement("#a", ['class' => 'open']); // stepKey: seeElement
		$I->seeNumberOfElements("tr", "3"); // stepKey: seeThree
		$I->seeLink("Boats", "/boats"); // stepKey: seeLink
		$I->switchToIFrame("frame \"Gull\""); // stepKey: enterFrame
		$I->switchToIFrame(); // stepKey: leaveFrame
		$I->setCookie("quay", "north"); // stepKey: setCookie
		$grabCookie = $I->grabCookie("quay", ['domain' => 'quay.example']); // stepKey: grabCookie
		$I->resetCookie("quay"); // stepKey: resetCookie
		$I->resizeWindow(800, 600); // stepKey: resize
		$I->wait({$find}); // stepKey: waitSome
		$I->waitForPageLoad(10); // stepKey: waitForPage
		$I->waitForElementVisible("//tr[1]/td[2][../tr[1]]", 60); // stepKey: waitForCell
		$I->waitForPageLoad(5); // stepKey: waitForCellWaitForPageLoad
		$I->waitForElementNotVisible(".mask", 10); // stepKey: waitForMask
		$I->waitForText("Moored", 20, "#a"); // stepKey: waitForText
		$I->waitForJS("return 1", 5); // stepKey: waitForScript
		$I->dontSeeInPageSource("<b>"); // stepKey: dontSeeSource
		$grabOptions = $I->grabMultiple("option", "innerText"); // stepKey: grabOptions
		$I->comment('[moor] \Quay\Harbour\Test\Mftf\Helper\QuayHelper::moor()');
		$moor = $this->helperContainer->get('\Quay\Harbour\Test\Mftf\Helper\QuayHelper')->moor($I->retrieveEntityField('boat', 'name', 'test'), ['bow', 'stern'], 15, NULL, ''); // stepKey: moor
		$I->assertEquals(["North", "berth-" . msq("QuayBoat")], $grabOptions); // stepKey: assertArray
		$I->assertCount(2, $grabOptions); // stepKey: assertCount
		$I->assertTrue(true); // stepKey: assertTrue
		$I->assertEqualsWithDelta(1.5, $find, 0.1, "close"); // stepKey: assertDelta
		$I->assertElementContainsAttribute("input[name='q']", "value", "Gull"); // stepKey: assertAttribute
		$I->assertArrayIsSorted(["1", "2"], "asc"); // stepKey: assertSorted
		$I->fail($I->retrieveEntityField('boat', 'name', 'test') . " is lost"); // stepKey: fail
	}

	public function _passed(AcceptanceTester $I)
	{
		// Test passed successfully.
		$this->isSuccess = true;
	}
}
