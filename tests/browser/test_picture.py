"""Searching by a picture in a real browser: chosen, dropped, cut out of a work, without scripts."""

from __future__ import annotations

import io
import re
from base64 import b64encode

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RESULTS = re.compile(r"/browse/\?like=picture\.")
DROP = """([bytes, type]) => {
  const data = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([data], "a", { type }));
  for (const kind of ["dragover", "drop"]) {
    document.querySelector(".site-search").dispatchEvent(
      new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }
}"""
PASTE = """() => {
  const transfer = new DataTransfer();
  transfer.items.add(new File(["no picture at all"], "a.png", { type: "image/png" }));
  document.body.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
}"""


def original(site: Site) -> bytes:
    """A picture of the demo collection, as somebody may have it at home."""
    path = min((site.var / "demo" / "images").iterdir())
    buffer = io.BytesIO()
    Image.open(path).convert("RGB").save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def payload(site: Site) -> FilePayload:
    return {"name": "holiday.jpg", "mimeType": "image/jpeg", "buffer": original(site)}


def test_a_chosen_picture_finds_works_and_filters_narrow_them(page: Page, site: Site) -> None:
    page.goto("/browse/")
    page.get_by_role("link", name="Search by a picture").click()
    page.locator("#picture-file").set_input_files(payload(site))

    expect(page).to_have_url(RESULTS)
    expect(page.locator(".picture-note img")).to_have_attribute("src", re.compile("^data:image/"))
    expect(page.locator(".card").first).to_be_visible()
    assert page.locator("text=No good match").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    style = page.locator("details:has(summary:text('Style')) a").first.get_attribute("href")
    page.goto(f"/browse/{style}")
    expect(page).to_have_url(re.compile("like=picture"))
    page.get_by_role("button", name="Forget it now").click()
    expect(page.get_by_text("Your picture is forgotten.")).to_be_visible()


def test_a_part_of_a_work_is_framed_by_keys_and_by_hand(page: Page) -> None:
    page.goto("/browse/")
    page.goto(page.locator(".card a").first.get_attribute("href") or "")
    page.get_by_role("link", name="Search with a part of this").click()
    frame = page.locator(".crop-frame")
    frame.press("Shift+ArrowRight")
    frame.press("ArrowUp")
    expect(page.locator("#crop-now")).to_have_text(
        "From 25 per cent of the width and 23 of the height: 52 by 50 per cent."
    )

    stage = page.locator(".crop").bounding_box()
    assert stage
    page.mouse.move(stage["x"] + 4, stage["y"] + 4)
    page.mouse.down()
    page.mouse.move(stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2, steps=4)
    page.mouse.up()
    expect(page.locator("[name=width]")).to_have_value(re.compile(r"^4[89]|^50"))
    page.get_by_role("button", name="Search", exact=True).last.click()

    expect(page).to_have_url(RESULTS)
    expect(page.get_by_text("Like a part of")).to_be_visible()


def test_what_is_dropped_is_taken_and_what_is_pasted_and_is_none_is_refused(
    chromium: Browser, site: Site
) -> None:
    # A refusal is an error to the console, so this is no page of the strict fixture.
    context = chromium.new_context(base_url=site.url, viewport={"width": 1024, "height": 768})
    page = context.new_page()
    page.goto("/browse/")
    page.evaluate(PASTE)
    expect(page.locator(".picture-said")).to_contain_text("not a picture that can be opened")
    page.keyboard.press("Escape")
    expect(page.locator(".picture-dialog")).to_be_hidden()

    page.evaluate(DROP, [b64encode(original(site)).decode(), "image/jpeg"])

    expect(page).to_have_url(RESULTS)
    expect(page.locator(".card").first).to_be_visible()
    context.close()


def test_without_scripts_a_form_leads_to_the_results(
    context_without_scripts: Page, site: Site
) -> None:
    page = context_without_scripts
    page.goto("/browse/")
    page.get_by_role("link", name="Search by a picture").click()
    page.locator("#picture-file").set_input_files(payload(site))
    page.get_by_label("Keep this picture for 30 days").check()
    page.locator(".picture-drop button").click()
    expect(page).to_have_url(RESULTS)
    expect(page.get_by_text("Kept until")).to_be_visible()

    page.goto("/search/picture/")
    expect(page.locator(".picture-kept img")).to_have_count(1)
    page.locator(".picture-kept a").click()
    page.get_by_role("button", name="Forget it now").click()

    expect(page.get_by_text("Your picture is forgotten.")).to_be_visible()
    expect(page.locator(".picture-kept")).to_have_count(0)
