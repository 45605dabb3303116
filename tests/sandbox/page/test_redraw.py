"""Home, a message or a window is drawn anew while somebody is using it: what they meant is what they get.

Slack gives the blocks of every new version other ids, unless the app named them (SR15), and so does this Slack.
"""

from itertools import count

from playwright.async_api import Locator, Page, expect

from tests.support.canned import Canned, Json, button, message, plain, section, show_dm

ENABLE = "Enable Multi-Factor Authentication"
DISABLE = "Disable Multi-Factor Authentication"
_numbers = count()


def anew(*blocks: Json) -> list[Json]:
    """Return *blocks* as Slack shows them after a change: each has another id."""
    return [{**block, "block_id": f"given{next(_numbers)}"} for block in blocks]


def home(*blocks: Json) -> Json:
    return {"id": "V0HOME", "hash": "2", "blocks": anew(*blocks)}


def actions(*buttons: Json) -> Json:
    return {"type": "actions", "elements": list(buttons)}


def row(name: str, value: str) -> Json:
    return section(name, accessory=button("open", "Open", value=value))


OFF = (section("*Off.*"), actions(button("enable", ENABLE)))


async def arrives(canned: Canned, page: Page, **changes: object) -> None:
    """Send *changes* to the page, and wait until it has them, whether or not it shows them yet."""
    name = f"Ada {next(_numbers)}"
    people = [person | ({"real_name": name} if person["id"] == "U0ADA" else {}) for person in canned.state["people"]]
    await canned.show(people=people, **changes)
    await expect(page).to_have_title(f"{name} - Sandbox - no real Slack")


async def holds(page: Page, target: Locator) -> None:
    """Press the mouse's button on *target*, and hold it."""
    box = await target.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await page.mouse.down()


async def test_a_press_counts_though_home_is_published_anew_meanwhile(canned: Canned, page: Page) -> None:
    await holds(page, page.get_by_role("button", name=ENABLE))
    await arrives(canned, page, home=home(*OFF))

    await page.mouse.up()

    await canned.acted.wait()
    assert [act["action_id"] for act in canned.acts] == ["enable"]


async def test_nothing_moves_under_the_mouse_while_its_button_is_down(canned: Canned, page: Page) -> None:
    await holds(page, page.get_by_role("button", name=ENABLE))
    more = [section("Slack did not open the window.")] * 5
    await arrives(canned, page, home=home(*more, *OFF), notice="Still starting.", problems=["no such block"])

    await page.mouse.up()

    await canned.acted.wait()
    assert [act["action_id"] for act in canned.acts] == ["enable"]
    await expect(page.get_by_text("Slack did not open the window.")).to_have_count(5)
    await expect(page.get_by_role("status", name="Sandbox")).to_have_text("Still starting.")


async def test_what_arrived_during_a_press_that_ended_elsewhere_is_shown(canned: Canned, page: Page) -> None:
    await holds(page, page.get_by_role("button", name=ENABLE))
    await arrives(canned, page, home=home(section("*On*"), actions(button("disable", DISABLE))))

    await page.mouse.move(1, 1)
    await page.mouse.up()

    await expect(page.get_by_role("button", name=DISABLE)).to_be_visible()
    assert canned.acts == []


async def test_a_press_means_the_row_it_was_on_though_the_list_changes(canned: Canned, page: Page) -> None:
    await arrives(canned, page, home=home(row("Ben", "2"), row("Cleo", "3")))
    await holds(page, page.get_by_role("button", name="Open").last)
    await arrives(canned, page, home=home(row("Ada", "1"), row("Ben", "2"), row("Cleo", "3")))

    await page.mouse.up()

    await canned.acted.wait()
    assert [act["value"] for act in canned.acts] == ["3"]


async def test_the_keyboard_stays_on_its_button_while_the_rest_changes(canned: Canned, page: Page) -> None:
    target = page.get_by_role("button", name=ENABLE)
    await target.focus()

    await arrives(canned, page, home=home(section("A QR code waits for you."), *OFF))
    await expect(page.get_by_text("A QR code waits for you.")).to_be_visible()
    await expect(target).to_be_focused()
    await page.keyboard.down("Space")
    await arrives(canned, page, home=home(*OFF))
    await page.keyboard.up("Space")

    await canned.acted.wait()
    assert [act["action_id"] for act in canned.acts] == ["enable"]


async def test_the_keyboard_stays_on_the_button_of_its_row(canned: Canned, page: Page) -> None:
    await arrives(canned, page, home=home(row("Ben", "2"), row("Cleo", "3")))
    await page.get_by_role("button", name="Open").last.focus()
    await arrives(canned, page, home=home(row("Ada", "1"), row("Ben", "2"), row("Cleo", "3")))
    await expect(page.get_by_role("button", name="Open")).to_have_count(3)

    await expect(page.get_by_role("button", name="Open").last).to_be_focused()
    await page.keyboard.press("Enter")

    await canned.acted.wait()
    assert [act["value"] for act in canned.acts] == ["3"]


async def test_the_keyboard_does_not_slip_from_enable_to_disable(canned: Canned, page: Page) -> None:
    await page.get_by_role("button", name=ENABLE).focus()

    await arrives(canned, page, home=home(section("*On*"), actions(button("disable", DISABLE))))

    await expect(page.get_by_role("button", name=DISABLE)).to_be_visible()
    await expect(page.get_by_role("tabpanel", name="Home")).to_be_focused()


async def test_a_button_of_a_message_is_kept_while_the_message_is_edited(canned: Canned, page: Page) -> None:
    answers = actions(button("approve", "Approve", value="7"), button("deny", "Deny", value="7"))
    log = await show_dm(canned, page, message(1, "", anew(section("A reset waits."), answers)))
    await log.get_by_role("button", name="Deny").focus()

    edited = anew(section("A reset waits."), section("They used a recovery code."), answers)
    await arrives(canned, page, dm={"channel": "D0ADA", "messages": [message(1, "", edited)]})
    await expect(log.get_by_text("They used a recovery code.")).to_be_visible()
    await expect(log.get_by_role("button", name="Deny")).to_be_focused()
    await holds(page, log.get_by_role("button", name="Approve"))
    await arrives(canned, page, dm={"channel": "D0ADA", "messages": [message(1, "", anew(*edited))]})
    await page.mouse.up()

    await canned.acted.wait()
    assert [act["action_id"] for act in canned.acts] == ["approve"]


async def test_what_is_typed_stays_while_the_window_around_it_changes(canned: Canned, page: Page) -> None:
    asked = {"type": "input", "block_id": "why", "label": plain("Reason"),
             "element": {"type": "plain_text_input", "action_id": "why"}}  # fmt: skip
    view = {"id": "V01", "hash": "1", "title": plain("MFA: form"), "submit": plain("Disable"), "errors": {}}
    await arrives(canned, page, modals=[{**view, "blocks": [*anew(section("Whom"), row("Ben", "2")), asked]}])
    await page.get_by_label("Reason").focus()
    await page.keyboard.type("lost in")

    more = [*anew(section("Whom"), section("and how"), row("Cleo", "3")), asked]
    await arrives(canned, page, modals=[{**view, "blocks": more}])
    await expect(page.get_by_text("and how")).to_be_visible()
    await page.keyboard.type(" a lake")

    await expect(page.get_by_label("Reason")).to_have_value("lost in a lake")
