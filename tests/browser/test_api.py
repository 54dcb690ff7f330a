"""Somebody makes a token, and a program of theirs acts for them."""

from __future__ import annotations

import json
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_token_lets_a_program_like_a_work_until_it_is_revoked(page: Page, site: Site) -> None:
    width = page.evaluate("innerWidth")
    page.goto("/sign-up/?next=/api/")
    page.locator("#id_username").fill(f"programmer-{width}")
    for field in ("#id_password1", "#id_password2"):
        page.locator(field).fill("teal-harbour-71")
    page.locator("main").get_by_role("button", name="Sign up").click()
    page.locator(".api-body").get_by_role("link", name="a token of yours").click()
    page.get_by_label("Name").fill("Morning script")
    page.get_by_label("Read and write").check()
    page.get_by_role("button", name="Make a token").click()
    secret = page.locator(".token-secret").inner_text()

    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    with urlopen(Request(f"{site.url}api/v1/works", headers=headers)) as answer:
        work = json.load(answer)["items"][0]
    body = json.dumps({"events": [{"kind": "like", "work": work["id"]}]}).encode()
    with urlopen(Request(f"{site.url}api/v1/events", data=body, headers=headers)) as answer:
        assert json.load(answer) == {"accepted": 1, "rejected": []}

    page.goto("/likes/")
    expect(page.locator("main")).to_contain_text(work["title"])
    page.goto("/api/tokens/")
    expect(page.locator(".token-list")).to_contain_text("Last used")
    page.get_by_role("button", name="Revoke").click()
    expect(page.locator(".note")).to_contain_text("no longer opens")
    expect(page.locator(".token-list")).to_have_count(0)
    answer = page.request.get("/api/v1/me", headers=headers)
    assert answer.status == 401
